package fileimport

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Text of other encodings is never taken for GB18030, long or short.
func TestDetect(t *testing.T) {
	chinese := "日期,评价,大厅\n2026-05-01,非常满意,示例市政务服务中心A座\n2026-05-02,不满意,濮阳路窗口\n"
	portuguese := "estado,avaliação\nSão Paulo,não resolvida\nGoiás,ATENÇÃO à situação\nParaná,é só isso\n"
	tests := []struct {
		name string
		enc  encoding.Encoding
		text string
		want string // "" = refused
	}{
		{"gb18030", simplifiedchinese.GB18030, chinese, GB18030},
		{"gb18030 header", simplifiedchinese.GB18030, "时间,评价,大厅", GB18030},
		{"gb18030 long", simplifiedchinese.GB18030, strings.Repeat(chinese, 500), GB18030},
		{"gb18030 with four bytes", simplifiedchinese.GB18030, strings.Repeat(chinese, 3) + "㐂䶮", GB18030},
		{"utf-8", encoding.Nop, chinese, UTF8},
		{"ascii", encoding.Nop, "a,b\n1,2\n", UTF8},
		{"latin-1", charmap.ISO8859_1, portuguese, ""},
		{"latin-1 word", charmap.ISO8859_1, "avaliação", ""},
		{"latin-1 capitals", charmap.ISO8859_1, strings.Repeat("ATENÇÃO,SITUAÇÃO,OPÇÕES\n", 50), ""},
		{"latin-1 header", charmap.ISO8859_1, "ação,reação,opção,menção,nação\n", ""},
		{"cyrillic", charmap.KOI8R, strings.Repeat("оценка услуг, область\n", 20), ""},
		{"big5", traditionalchinese.Big5, strings.Repeat("日期,評價,大廳\n2026-05-01,非常滿意,示例市政務服務中心\n", 20), ""},
		{"shift-jis", japanese.ShiftJIS, strings.Repeat("日付,評価\nとても満足,サービス窓口\n", 20), ""},
	}
	for _, test := range tests {
		text, err := test.enc.NewEncoder().Bytes([]byte(test.text))
		if err != nil {
			t.Fatal(test.name, err)
		}
		got, err := detect(text, true)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%s: %q, %v; want %q", test.name, got, err, test.want)
		}
		// A sample may end within a character.
		if got, _ := detect(text[:len(text)-1], false); test.want != "" && got != test.want {
			t.Errorf("%s, cut off: %q, want %q", test.name, got, test.want)
		}
	}
}
