package directory

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestReadRegions(t *testing.T) {
	const file = "\ufeff" + `上级,名称,Code,valid_from,失效日期,变更为,变更日期,level,aliases,name_en
,示例省,990000,,,,,省,,Example Province
990000,"統(tǒng)一市, 东",990100000000,2020-01-01,2026-07-01,990200,2026-07-01,市,旧市;统一; 旧市,

99,乙市,9902,,,,,市,,
`
	regions, successors, problems := ReadRegions(strings.NewReader(file))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := []Region{
		{Code: "99", Name: "示例省", NameRaw: "示例省", NameEN: "Example Province", LevelName: "省"},
		{
			Code: "9901", Name: "统一市, 东", NameRaw: "統(tǒng)一市, 东", Parent: "99", LevelName: "市",
			ValidFrom: date("2020-01-01"), ValidTo: date("2026-07-01"), Aliases: []string{"旧市", "统一"},
		},
		{Code: "9902", Name: "乙市", NameRaw: "乙市", Parent: "99", LevelName: "市"},
	}
	if diff := gocmp.Diff(want, regions); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]Successor{{KindRegion, "9901", "9902", date("2026-07-01")}}, successors); diff != "" {
		t.Error(diff)
	}
}

func TestReadRegionsTree(t *testing.T) {
	tests := []struct{ name, file, want string }{ // code<parent
		{
			"from padded codes", "code,name\n990000000000,a\n990100000000,b\n990101000000,c\n990101001000,d\n990101001001,e\n",
			"99< 9901<99 990101<9901 990101001<990101 990101001001<990101001",
		},
		{"over missing levels", "code,name\n99,a\n990100001000,d\n909001,x\n", "99< 990100001<99 909001<"},
		{"a city and its only county", "code,name\n99,a\n9919,b\n991900,b\n991900003,c\n", "99< 9919<99 991900<9919 991900003<991900"},
		{"one parent said: nothing derived", "code,name,parent\n99,a,\n9901,b,99\n9902,c,\n", "99< 9901<99 9902<"},
		{"letters: nothing derived", "code,name\n99,a\n9901,b\nNE,c\n", "99< 9901< NE<"},
		{"empty parents: derived", "code,name,parent\n99,a,\n9901,b,\n", "99< 9901<99"},
		{"letters with parents, in any order", "code,name,parent\nMA,Maranhão,NE\nNE,Nordeste,\n", "MA<NE NE<"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			regions, _, problems := ReadRegions(strings.NewReader(tt.file))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if got := codes(regions, func(r Region) string { return r.Code + "<" + r.Parent }); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if _, problems := New(regions, nil, nil, nil, nil, nil); len(problems) > 0 {
				t.Error(problems)
			}
		})
	}
}

func TestReadRegionsPlaceholders(t *testing.T) {
	regions, _, problems := ReadRegions(strings.NewReader("code,name,占位\n99,示例省,\n9901,市辖区,\n9902,县,否\n9903,直属,true\n9904,x,maybe\n"))
	var marked []bool
	for _, r := range regions {
		marked = append(marked, r.Placeholder)
	}
	if diff := gocmp.Diff([]bool{false, true, false, true, false}, marked); diff != "" {
		t.Error(diff)
	}
	if len(problems) != 1 || problems[0].Line != 6 || problems[0].Column != "占位" {
		t.Errorf("problems %v, want one on line 6, column 占位", problems)
	}
}

func TestReadProblems(t *testing.T) {
	regions := func(r io.Reader) []Problem { _, _, p := ReadRegions(r); return p }
	halls := func(r io.Reader) []Problem { _, _, p := ReadHalls(r); return p }
	windows := func(r io.Reader) []Problem { _, p := ReadWindows(r); return p }
	departments := func(r io.Reader) []Problem { _, _, p := ReadDepartments(r); return p }
	items := func(r io.Reader) []Problem { _, _, p := ReadItems(r); return p }
	tests := []struct {
		name string
		read func(io.Reader) []Problem
		file string
		line int
		col  string
		want string
	}{
		{"empty file", regions, "", 1, "", "the file is empty"},
		{"unknown column", regions, "code,name,parrent\n", 1, "parrent", "nearest known one is parent"},
		{"unknown Chinese column", regions, "编码,名称,上一级\n", 1, "上一级", "nearest known one is 上级"},
		{"nothing near", regions, "code,name,水果价格表\n", 1, "水果价格表", "unknown column; known are code/编码"},
		{"missing column", halls, "code,name\n", 1, "region", "is missing"},
		{"column twice", regions, "code,编码,name\n", 1, "编码", "means the same as column code"},
		{"code twice", regions, "code,name\n1,a\n2,b\n1,c\n", 4, "code", "1 is already on line 2"},
		{"code twice in two spellings", regions, "code,name\n990100,a\n990100000,b\n", 3, "code", "990100000 means the same region as line 2"},
		{"no code", regions, "code,name\n,a\n", 2, "code", "is empty"},
		{"long code", regions, "code,name\n" + strings.Repeat("1", longestCode+1) + ",a\n", 2, "code", "more than 128 bytes"},
		{"no name", regions, "code,name\n1,\u200b\n", 2, "name", "is empty"},
		{"long name", regions, "code,name\n1," + strings.Repeat("长", longestName+1) + "\n", 2, "name", "501 characters; a name has at most 500"},
		{"long alias", regions, "code,name,aliases\n1,a,b；" + strings.Repeat("长", longestName+1) + "\n", 2, "aliases", "501 characters; a name has at most 500"},
		{"missing parent", regions, "code,name,上级\n1,a,\n2,b,7\n", 3, "上级", "region 2: its parent 7 is not in the directory"},
		{"ring", regions, "code,name,parent\n1,a,2\n2,b,1\n", 2, "parent", "lead back to itself (1 → 2 → 1)"},
		{"validity", regions, "code,name,valid_from,valid_to\n1,a,2026-02-01,2026-02-01\n", 2, "valid_to", "2026-02-01 is not after 2026-02-01"},
		{"no date", regions, "code,name,valid_from\n1,a,2026-02-30\n", 2, "valid_from", "YYYY-MM-DD"},
		{"replaced when", regions, "code,name,replaced_by\n1,a,2\n", 2, "replaced_on", "give the first day"},
		{"replaced by whom", regions, "code,name,replaced_by,replaced_on\n1,a,,2026-01-01\n", 2, "replaced_by", "name the new code"},
		{"too many cells", regions, "code,name\n1,a,b\n", 2, "", "3 cells under 2 columns"},
		{"quote not closed", regions, "code,name\n1,\"a\n2,b\n", 2, "", "cell 2: the double quote is not closed"},
		{"quote within", regions, "code,name\n1,a\"b\n", 2, "", "cell 2 holds a double quote"},
		{"text behind quote", regions, "code,name\n1,\"a\"b\n", 2, "", "behind the closing double quote"},
		{"other encoding", regions, "code,name\n1,\xd5\xfe\n", 2, "", "byte 2 of the line is not UTF-8"},
		{"two-byte text", regions, "c\x00o\x00d\x00e\x00", 1, "", "zero byte"},
		{"long line", regions, "code,name\n1," + strings.Repeat("a", maxLine) + "\n", 2, "", "longer than 64 KiB"},
		{"lost character", regions, "code,name\n1,a\ufffd\n", 2, "name", "lost character"},
		{"hall without region", halls, "code,name,region\nH,a,\n", 2, "region", "is empty"},
		{"window twice", windows, "hall,code,name\nH,1,a\nG,1,a\nH,1,b\n", 4, "code", "1 is already on line 2"},
		{"windows have no successors", windows, "hall,code,name,replaced_by\n", 1, "replaced_by", "unknown column"},
		{"credit code", departments, "code,name,region,line\n11440232MB2D06811X,a,99,公安\n", 2, "code", "it would be W"},
		{"no line", departments, "编码,名称,区划,条线\nD,a,99,\n", 2, "条线", "is empty"},
		{"item without department", items, "code,name,department\nI,a,\n", 2, "department", "is empty"},
	}
	warnings := map[string]bool{"lost character": true, "credit code": true, "no line": true}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.read(strings.NewReader(tt.file))
			if len(got) != 1 {
				t.Fatalf("problems %v, want one", got)
			}
			p := got[0]
			if p.Line != tt.line || p.Column != tt.col || !strings.Contains(p.Message, tt.want) || p.Warning != warnings[tt.name] {
				t.Errorf("got  %+v\nwant line %d, column %q, %q", p, tt.line, tt.col, tt.want)
			}
		})
	}
}

func TestReadGoesOnAfterABadRow(t *testing.T) {
	regions, _, problems := ReadRegions(strings.NewReader("code,name\n1,\"a\n2,b\n\n , \n3,c"))
	if got := regionCodes(regions); got != "2 3" || len(problems) != 1 {
		t.Errorf("regions %q, problems %v", got, problems)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestReadReportsReadErrors(t *testing.T) {
	_, _, problems := ReadItems(io.MultiReader(strings.NewReader("code,name,department\n1,a,D\n"), brokenReader{}))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "the disk is gone") || !Fatal(problems) {
		t.Errorf("problems %v", problems)
	}
}

// The other kinds, with all their columns, build a directory together.
func TestReadOtherKinds(t *testing.T) {
	regions, _, p1 := ReadRegions(strings.NewReader("code,name\n99,示例省\n"))
	halls, hs, p2 := ReadHalls(strings.NewReader("编码,名称,区划,类型,开放时间,变更为,变更日期\nH1,大厅,990000,综合,\"Mon-Fri 09:00-12:00,13:00-17:00\",,\nH0,旧厅,99,,,H1,2026-07-01\n"))
	windows, p3 := ReadWindows(strings.NewReader("大厅,编码,名称\nH1,1,窗口(1)\n"))
	departments, ds, p4 := ReadDepartments(strings.NewReader("code,name,region,line\nD1,公安局,99,公安\n"))
	items, is, p5 := ReadItems(strings.NewReader("code,name,机构,kind\nI1,身份证,D1,许可\n"))
	for _, p := range [][]Problem{p1, p2, p3, p4, p5} {
		if len(p) > 0 {
			t.Fatal(p)
		}
	}
	d, problems := New(regions, halls, windows, departments, items, append(append(hs, ds...), is...))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	h, _ := d.Hall("H1")
	want := Hall{Code: "H1", Name: "大厅", NameRaw: "大厅", Region: "99", Kind: "综合", OpeningHours: "Mon-Fri 09:00-12:00,13:00-17:00"}
	if diff := gocmp.Diff(want, h); diff != "" {
		t.Error(diff)
	}
	if got := d.Current(KindHall, "H0", date("2026-07-01")); got != "H1" {
		t.Errorf("the old hall is %q", got)
	}
	if w, ok := d.Window("H1", "1"); !ok || w.Name != "窗口(1)" {
		t.Errorf("window %+v", w)
	}
	region, department, line, missing := d.Attribute("", "H1", "1", "", "I1")
	if got := fmt.Sprint(region, department, line, missing); got != "99D1公安" {
		t.Errorf("Attribute = %s", got)
	}
}

func FuzzReadRegions(f *testing.F) {
	f.Add([]byte("code,name,parent\n1,a,\n2,\"b\"\"c\",1\n"))
	f.Add([]byte("\ufeff编码,名称,上级,变更为,变更日期\r\n990000,省,,99,2026-01-01\r\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		regions, successors, problems := ReadRegions(bytes.NewReader(file))
		d, more := New(regions, nil, nil, nil, nil, successors)
		if len(d.Regions()) > len(regions) {
			t.Fatal("regions out of nothing")
		}
		if Fatal(problems) {
			return
		}
		for _, p := range more {
			if p.Column != "replaced_by" { // successors are checked against the whole directory only
				t.Fatalf("the file is good, the directory is not: %v", p)
			}
		}
	})
}

func TestReadNBSProblems(t *testing.T) {
	gz := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	files := fstest.MapFS{
		"provinces.csv":  {Data: []byte("code,name\n99,示例省\n")},
		"cities.csv":     {Data: []byte("code,name,provinceCode\n9901,市辖区,99\n9919,乙市,99\n9920,丙市,98\n")},
		"areas.csv":      {Data: []byte("code,name,cityCode,provinceCode\n990101,甲区,9901,99\n991900,乙市,9919,99\n")},
		"streets.csv.gz": {Data: gz("code,name,areaCode,provinceCode,cityCode\n990101001,东街,990101,99,9901\n991800001,西镇,991800,99,9919\n990101001,又,990101,99,9901\nx,y,990101,99,9901\n")},
	}
	open := func(name string) (io.ReadCloser, error) { return files.Open(name) }
	regions, problems := ReadNBS(open)
	got := codes(regions, func(r Region) string { return fmt.Sprintf("%s<%s:%v", r.Code, r.Parent, r.Placeholder) })
	want := "99<:false 9901<99:true 9919<99:false 990101<9901:false 991900<9919:true 990101001<990101:false 991800001<9919:false"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var places []string
	for _, p := range problems {
		places = append(places, fmt.Sprintf("%d %s", p.Line, p.Column))
	}
	if diff := gocmp.Diff([]string{"4 provinceCode", "4 code", "5 code"}, places); diff != "" {
		t.Errorf("%s%v", diff, problems)
	}
	delete(files, "areas.csv")
	if _, problems := ReadNBS(open); !Fatal(problems) || !strings.Contains(fmt.Sprint(problems), "areas.csv") {
		t.Errorf("a missing file: %v", problems)
	}
	files["areas.csv.gz"] = &fstest.MapFile{Data: gz("code,name,cityCode,provinceCode\n")[:20]}
	if _, problems := ReadNBS(open); !Fatal(problems) {
		t.Error("half a packed file is no problem")
	}
}

// checkData is the folder of the data that checks run over.
func checkData(t *testing.T) fs.FS {
	t.Helper()
	folder := os.Getenv("HAOCHAPING_CHECKDATA")
	if folder == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("HAOCHAPING_CHECKDATA is not set; CI must check the real division list")
		}
		t.Skip("HAOCHAPING_CHECKDATA is not set: it names the folder with the national division list")
	}
	return os.DirFS(folder)
}

// The whole national list: counts, paths, and names that cleaning must not touch.
func TestReadNBSWhole(t *testing.T) {
	data := checkData(t)
	regions, problems := ReadNBS(func(name string) (io.ReadCloser, error) { return data.Open("divisions/" + name) })
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d, problems := New(regions, nil, nil, nil, nil, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for n, want := range []int{31, 342, 2978, 41352} {
		if got := len(d.RegionsAtLevel(n + 1)); got != want {
			t.Errorf("level %d: %d regions, want %d", n+1, got, want)
		}
	}
	placeholders := 0
	for _, r := range regions {
		if r.Placeholder {
			placeholders++
		}
		if r.Name != r.NameRaw {
			t.Errorf("%s: the official name %s became %s", r.Code, r.NameRaw, r.Name)
		}
	}
	// 4 市辖区, 县, 4 of counties directly below, 4 cities without counties, and 2 streets which
	// repeat their county.
	if placeholders != 15 {
		t.Errorf("%d placeholders, want 15", placeholders)
	}
	for _, tt := range []struct{ code, path, crumbs string }{
		{"441900003", "44 4419 441900 441900003", "广东省 东莞市 东城街道"},
		{"441900", "44 4419 441900", "广东省 东莞市 东莞市"},
		{"441900000000", "44 4419", "广东省 东莞市"}, // as sent unknown, the canonical form is the city
		{"110101001000", "11 1101 110101 110101001", "北京市 东城区 东华门街道"},
		{"429004", "42 4290 429004", "湖北省 仙桃市"},
		{"620201", "62 6202 620201", "甘肃省 嘉峪关市 嘉峪关市"},
		{"500000", "50", "重庆市"},
	} {
		if got := strings.Join(d.Path(tt.code), " "); got != tt.path {
			t.Errorf("path of %s: %s, want %s", tt.code, got, tt.path)
		}
		if got := codes(d.Breadcrumb(tt.code), func(r Region) string { return r.Name }); got != tt.crumbs {
			t.Errorf("breadcrumb of %s: %s, want %s", tt.code, got, tt.crumbs)
		}
	}
	// Every code is found as spelled, also those which are another region's padded form.
	for _, r := range regions {
		if got, ok := d.Region(r.Code); !ok || got.Name != r.Name {
			t.Errorf("%s is found as %s", r.Code, got.Name)
		}
	}
}
