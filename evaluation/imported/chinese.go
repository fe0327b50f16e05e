package imported

import "regexp"

// FieldName is what a column is called in a language, as the template writes it; the field itself if it is none.
func FieldName(field, lang string) string {
	for _, h := range headings {
		if h.field == field && lang != "en" {
			return h.zh
		}
	}
	return field
}

// In is what is wrong and what to do, in a language: zh or en. Chinese sentences stand on their own; English ones go on
// from the name of the field.
func (p Problem) In(lang string) string {
	if lang == "en" {
		return p.Message
	}
	for _, c := range chinese {
		if c.english.MatchString(p.Message) {
			return c.english.ReplaceAllString(p.Message, c.text)
		}
	}
	return "文件无法读取：" + p.Message
}

// chinese are the messages of this package in Chinese; a test holds that none is missing.
var chinese = func() (list []struct {
	english *regexp.Regexp
	text    string
},
) {
	for _, pair := range [][2]string{
		{`is empty: write the code or the name of who is judged`, "为空：请填写单位的代码或名称"},
		{`is empty: write the id or the name of an indicator of the scheme`, "为空：请填写方案中指标的代码或名称"},
		{`is not UTF-8: .*`, "编码有误：请把文件另存为 UTF-8"},
		{`is too long: at most (\d+) characters`, "太长：最多 $1 个字"},
		{`has blanks at an end: .*`, "首尾有空格：请去掉"},
		{`lies outside the years 1900 to 2199`, "应在 1900 年至 2199 年之间"},
		{`is no number of at most 1e15`, "不是不超过 10¹⁵ 的数"},
		{`is missing beside a standard error: .*`, "有标准误而没有数值：请补上数值，或去掉标准误"},
		{`is no standard error: .*`, "不是标准误：应为不小于 0 的数，单位与数值相同"},
		{`is no SHA-256: .*`, "不是 SHA-256：应为 64 位十六进制数字"},
		{`is no number: .*`, "不是数：请写成 96.73 的样子；没有数值就留空"},
		{`is no count: .*`, "不是个数：请填写从 0 起的整数"},
		{`is no date of a spreadsheet: .*`, "不是日期：请写成 2026-06-30 的样子"},
		{`is no day: .*`, "不是日期：请写成 2026-06-30 的样子"},
		{`is a day that does not exist: .*`, "没有这一天：请写成 2026-06-30 的样子"},
		{`is empty and so is its date: write both, or the row is left out`, "填写数值和截止日期；都为空的行不导入"},
		{`is empty: kept as missing, which is not 0`, "为空：记为缺失，缺失不是 0"},
		{`stands in a column without a heading: .*`, "所在的列没有表头：请补上表头，或清空此格"},
		{`repeats (.+)`, "与 $1 相同"},
		{`differs from (.+), which is about .*`, "与 $1 的单位、指标和日期相同，数值不同：请只留一个"},
		{`"(.*)" is no column of this table; the nearest is (.+)\. .*`, "“$1”不是本表的列，最接近的是“$2”：请改名或去掉"},
		{`stands twice in the header: .*`, "表头中出现两次：请只留一个"},
		{`the header lacks the column (.+) \((.+)\)`, "表头缺少“$1”列（$2）"},
		{regexp.QuoteMeta(UnknownUnit), "不是名录中的单位：请填写单位代码"},
		{`(\d+) more problems: .*`, "另有 $1 个问题：请先改正以上各处"},
		{`more than (\d+) rows: divide the file`, "超过 $1 行：请拆分文件"},
		{`(.+): more than (\d+) columns`, "$1：超过 $2 列"},
		{`none of the first (\d+) rows names the columns: .*`, "前 $1 行中没有表头：需有单位、指标、截止日期、数值各列"},
		{`the workbook has the sheets (.+): call the one .*`, "工作簿有多张工作表（$1）：请把数据所在的一张命名为“数据”"},
		{`the file is larger than 256 MiB: .*`, "文件超过 256 MiB：请拆分"},
		{`line (\d+): .*`, "第 $1 行引号不成对：含引号或分隔符的单元格须加双引号，其中的引号写两遍"},
	} {
		list = append(list, struct {
			english *regexp.Regexp
			text    string
		}{regexp.MustCompile("(?s)^(?:" + pair[0] + ")$"), pair[1]})
	}
	return list
}()
