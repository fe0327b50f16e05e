package demo

// line is a kind of department (条线) with what people apply for there.
type line struct {
	name, en         string
	office, officeEN string
	weight           float64 // relative number of services
	items            []service
}

// service is a kind of item with its usual time limits in days. Spot is the share
// of cases that end while the applicant waits.
type service struct {
	name, en            string
	kind                string
	promised, statutory int
	spot                float64
}

const (
	licence      = "行政许可"
	confirmation = "行政确认"
	public       = "公共服务"
	payment      = "行政给付"
)

// lines are the 45 lines of the province, from the busiest to the quietest. The
// first coreLines exist in every county.
var lines = []line{
	{"公安", "Public security", "公安局", "Public Security Bureau", 15, []service{
		{"居民身份证换领", "Identity card renewal", confirmation, 10, 60, .15},
		{"居住登记", "Residence registration", public, 1, 15, .9},
		{"户口迁移", "Household transfer", confirmation, 5, 20, .4},
	}},
	{"社会保险", "Social insurance", "社会保险事业中心", "Social Insurance Centre", 12, []service{
		{"社会保险参保登记", "Insurance registration", public, 1, 15, .92},
		{"养老保险待遇申领", "Pension claim", payment, 10, 30, .1},
		{"参保信息变更", "Change of insured data", public, 2, 10, .8},
	}},
	{"医疗保障", "Healthcare security", "医疗保障局", "Healthcare Security Bureau", 11, []service{
		{"医保参保信息查询", "Medical insurance enquiry", public, 1, 5, .97},
		{"医疗费用手工报销", "Reimbursement of medical costs", payment, 15, 30, .05},
		{"异地就医备案", "Out-of-area treatment filing", public, 1, 10, .9},
	}},
	{"税务", "Taxation", "税务局", "Taxation Bureau", 10, []service{
		{"发票领用", "Invoice supply", public, 1, 5, .95},
		{"纳税申报", "Tax filing", public, 1, 5, .95},
		{"完税证明开具", "Tax payment certificate", confirmation, 1, 5, .9},
	}},
	{"不动产登记", "Real estate registration", "不动产登记中心", "Real Estate Registration Centre", 8, []service{
		{"不动产转移登记", "Transfer of title", confirmation, 3, 30, .1},
		{"不动产抵押登记", "Mortgage registration", confirmation, 3, 30, .1},
		{"不动产查询", "Title search", public, 1, 5, .96},
	}},
	{"市场监管", "Market regulation", "市场监督管理局", "Market Regulation Bureau", 8, []service{
		{"企业设立登记", "Company registration", licence, 2, 15, .35},
		{"食品经营许可", "Food business licence", licence, 8, 20, .05},
		{"个体工商户登记", "Sole trader registration", licence, 1, 15, .7},
	}},
	{"人力资源", "Human resources", "人力资源和社会保障局", "Human Resources Bureau", 6, []service{
		{"就业登记", "Employment registration", public, 1, 10, .9},
		{"失业登记", "Unemployment registration", public, 2, 10, .8},
		{"职业培训补贴申领", "Training subsidy", payment, 15, 30, .02},
	}},
	{"住房公积金", "Housing fund", "住房公积金管理中心", "Housing Fund Centre", 5, []service{
		{"公积金提取", "Housing fund withdrawal", public, 2, 3, .7},
		{"公积金贷款申请", "Housing fund loan", public, 8, 15, .05},
	}},
	{"民政", "Civil affairs", "民政局", "Civil Affairs Bureau", 4, []service{
		{"结婚登记", "Marriage registration", confirmation, 1, 5, .97},
		{"最低生活保障认定", "Minimum living allowance", payment, 15, 30, .02},
		{"高龄津贴申领", "Old-age allowance", payment, 8, 20, .15},
	}},
	{"住房和城乡建设", "Housing and construction", "住房和城乡建设局", "Housing and Construction Bureau", 3, []service{
		{"商品房合同备案", "Filing of a sale contract", public, 1, 5, .7},
		{"施工许可", "Construction permit", licence, 3, 7, .1},
	}},
	{"卫生健康", "Health", "卫生健康局", "Health Bureau", 3, []service{
		{"公共场所卫生许可", "Hygiene licence", licence, 8, 20, .1},
		{"医师执业注册", "Registration of physicians", licence, 5, 20, .1},
	}},
	{"交通运输", "Transport", "交通运输局", "Transport Bureau", 2.6, []service{
		{"道路运输从业资格证换发", "Driver qualification renewal", licence, 5, 10, .4},
		{"道路货物运输经营许可", "Road freight licence", licence, 8, 20, .05},
	}},
	{"教育", "Education", "教育局", "Education Bureau", 2.2, []service{
		{"教师资格认定", "Teacher qualification", licence, 15, 30, .02},
		{"学籍证明", "Certificate of enrolment", public, 2, 10, .6},
	}},
	{"自然资源", "Natural resources", "自然资源局", "Natural Resources Bureau", 1.8, []service{
		{"建设用地规划许可", "Land use planning permit", licence, 10, 20, .01},
		{"地图查询", "Map search", public, 1, 5, .8},
	}},
	{"供水", "Water supply", "供水服务中心", "Water Supply Service", 1.6, []service{
		{"用水报装", "Water connection", public, 3, 10, .2},
		{"水费查询", "Water bill enquiry", public, 1, 5, .97},
	}},
	{"供电", "Power supply", "供电服务中心", "Power Supply Service", 1.6, []service{
		{"低压用电报装", "Low-voltage connection", public, 5, 15, .1},
		{"用电更名", "Change of account holder", public, 1, 5, .85},
	}},
	{"燃气", "Gas supply", "燃气服务中心", "Gas Supply Service", 1.2, []service{
		{"燃气报装", "Gas connection", public, 4, 10, .1},
		{"燃气过户", "Transfer of a gas account", public, 1, 5, .9},
	}},
	{"农业农村", "Agriculture", "农业农村局", "Agriculture Bureau", 1.1, []service{
		{"农机登记", "Farm machine registration", licence, 2, 10, .5},
		{"种子经营备案", "Seed trade filing", public, 3, 10, .3},
	}},
	{"残疾人服务", "Disability services", "残疾人服务中心", "Disability Services Centre", 1, []service{
		{"残疾人证办理", "Disability certificate", confirmation, 15, 30, .05},
		{"残疾人补贴申领", "Disability allowance", payment, 10, 20, .1},
	}},
	{"退役军人事务", "Veterans affairs", "退役军人事务局", "Veterans Affairs Bureau", .9, []service{
		{"优待证申领", "Veterans card", public, 15, 30, .1},
		{"优抚对象认定", "Entitlement of veterans", confirmation, 10, 20, .05},
	}},
	{"司法行政", "Justice", "司法局", "Justice Bureau", .8, []service{
		{"法律援助申请", "Legal aid", public, 4, 7, .3},
		{"公证咨询", "Notarial advice", public, 1, 5, .9},
	}},
	{"城市管理", "City management", "城市管理局", "City Management Bureau", .8, []service{
		{"户外广告设置许可", "Outdoor advertising permit", licence, 7, 20, .05},
		{"占用道路许可", "Road occupation permit", licence, 5, 20, .1},
	}},
	{"应急管理", "Emergency management", "应急管理局", "Emergency Management Bureau", .6, []service{
		{"危险化学品经营许可", "Hazardous goods licence", licence, 12, 30, .01},
		{"安全培训证书补办", "Safety certificate replacement", public, 3, 10, .4},
	}},
	{"生态环境", "Ecology and environment", "生态环境局", "Ecology and Environment Bureau", .55, []service{
		{"环境影响评价审批", "Environmental impact approval", licence, 15, 30, .01},
		{"排污登记", "Discharge registration", public, 2, 10, .5},
	}},
	{"水利", "Water affairs", "水利局", "Water Affairs Bureau", .45, []service{
		{"取水许可", "Water abstraction licence", licence, 15, 45, .01},
		{"河道管理范围查询", "River zone enquiry", public, 2, 10, .5},
	}},
	{"文化和旅游", "Culture and tourism", "文化和旅游局", "Culture and Tourism Bureau", .45, []service{
		{"娱乐场所经营许可", "Entertainment licence", licence, 10, 20, .02},
		{"导游证变更", "Tour guide card change", licence, 3, 10, .4},
	}},
	{"发展改革", "Development and reform", "发展和改革局", "Development and Reform Bureau", .4, []service{
		{"投资项目备案", "Investment project filing", public, 1, 7, .7},
		{"节能审查", "Energy review", licence, 10, 20, .01},
	}},
	{"林业", "Forestry", "林业局", "Forestry Bureau", .35, []service{
		{"林木采伐许可", "Felling permit", licence, 6, 20, .1},
	}},
	{"消防", "Fire safety", "消防服务中心", "Fire Safety Service", .35, []service{
		{"公众聚集场所消防检查", "Fire inspection of public venues", licence, 6, 10, .1},
	}},
	{"烟草专卖", "Tobacco licensing", "烟草专卖局", "Tobacco Licensing Bureau", .35, []service{
		{"烟草零售许可", "Tobacco retail licence", licence, 7, 20, .05},
	}},
	{"工业和信息化", "Industry", "工业和信息化局", "Industry Bureau", .25, []service{
		{"技术改造备案", "Technical renovation filing", public, 2, 7, .6},
	}},
	{"商务", "Commerce", "商务局", "Commerce Bureau", .25, []service{
		{"对外贸易备案", "Foreign trade filing", public, 2, 5, .7},
	}},
	{"财政", "Finance", "财政局", "Finance Bureau", .2, []service{
		{"会计人员信息登记", "Registration of accountants", public, 3, 10, .5},
	}},
	{"科技", "Science and technology", "科学技术局", "Science and Technology Bureau", .15, []service{
		{"科技型企业认定", "Recognition of technology firms", confirmation, 15, 30, .01},
	}},
	{"体育", "Sport", "体育局", "Sports Bureau", .12, []service{
		{"高危险性体育项目许可", "Licence for hazardous sports", licence, 10, 30, .02},
	}},
	{"邮政", "Postal services", "邮政服务中心", "Postal Service", .12, []service{
		{"快递业务备案", "Courier filing", public, 5, 10, .3},
	}},
	{"通信", "Telecommunications", "通信服务中心", "Telecommunications Service", .12, []service{
		{"宽带报装", "Broadband connection", public, 2, 7, .5},
	}},
	{"气象", "Meteorology", "气象局", "Meteorological Bureau", .1, []service{
		{"防雷装置审核", "Lightning protection review", licence, 6, 20, .05},
	}},
	{"档案", "Archives", "档案馆", "Archives", .1, []service{
		{"档案查阅", "Archive search", public, 1, 5, .9},
	}},
	{"统计", "Statistics", "统计局", "Statistics Bureau", .05, []service{
		{"统计资料查询", "Statistical enquiry", public, 3, 10, .6},
	}},
	{"民族宗教", "Ethnic and religious affairs", "民族宗教事务局", "Ethnic and Religious Affairs Bureau", .05, []service{
		{"民族成份变更", "Change of registered ethnicity", confirmation, 8, 20, .05},
	}},
	{"粮食和物资", "Grain and reserves", "粮食和物资储备局", "Grain and Reserves Bureau", .05, []service{
		{"粮食收购备案", "Grain purchase filing", public, 3, 15, .4},
	}},
	{"人民防空", "Civil air defence", "人民防空办公室", "Civil Air Defence Office", .05, []service{
		{"人防工程审批", "Shelter approval", licence, 7, 20, .02},
	}},
	{"数据管理", "Data administration", "数据管理局", "Data Administration", .04, []service{
		{"公共数据开放申请", "Open data request", public, 5, 20, .1},
	}},
	{"信访", "Letters and visits", "信访服务中心", "Letters and Visits Service", .2, []service{
		{"来访接待登记", "Visit registration", public, 1, 15, .85},
	}},
}

const coreLines = 22
