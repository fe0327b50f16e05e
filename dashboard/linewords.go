package dashboard

// lineWords are the English words for the usual lines (条线) of departments. A directory names lines in
// one language only; a line that is not listed here stands as the directory has it.
var lineWords = map[string]string{
	"公安": "Public security", "社会保险": "Social insurance", "医疗保障": "Healthcare security", "税务": "Taxation",
	"不动产登记": "Real estate registration", "市场监管": "Market regulation", "人力资源": "Human resources",
	"人社": "Human resources and social security", "住房公积金": "Housing fund", "民政": "Civil affairs",
	"住房和城乡建设": "Housing and construction", "住建": "Housing and construction", "卫生健康": "Health", "卫健": "Health",
	"交通运输": "Transport", "教育": "Education", "自然资源": "Natural resources", "供水": "Water supply", "供电": "Power supply",
	"燃气": "Gas supply", "农业农村": "Agriculture", "残疾人服务": "Disability services", "残联": "Disability services",
	"退役军人事务": "Veterans affairs", "司法行政": "Justice", "司法": "Justice", "城市管理": "City management",
	"应急管理": "Emergency management", "生态环境": "Ecology and environment", "水利": "Water affairs",
	"文化和旅游": "Culture and tourism", "文旅": "Culture and tourism", "发展改革": "Development and reform",
	"行政审批": "Administrative approval", "林业": "Forestry", "消防": "Fire safety", "烟草专卖": "Tobacco licensing",
	"工业和信息化": "Industry and information technology", "商务": "Commerce", "财政": "Finance", "科技": "Science and technology",
	"体育": "Sport", "邮政": "Postal services", "通信": "Telecommunications", "气象": "Meteorology", "档案": "Archives",
	"统计": "Statistics", "民族宗教": "Ethnic and religious affairs", "粮食和物资": "Grain and reserves",
	"人民防空": "Civil air defence", "数据管理": "Data administration", "信访": "Letters and visits", "审计": "Audit",
}
