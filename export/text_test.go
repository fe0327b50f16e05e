package export

import "testing"

func TestGuarded(t *testing.T) {
	for text, want := range map[string]string{
		"":            "",
		"甲市":          "甲市",
		"a=1":         "a=1",
		"'quoted":     "'quoted",
		"=1+1":        "'=1+1",
		"+86":         "'+86",
		"-1":          "-1",
		"-1,234.50":   "-1,234.50",
		"-1+1":        "'-1+1",
		"@SUM(A1)":    "'@SUM(A1)",
		"\tx":         "'\tx",
		"\rx":         "'\rx",
		"\nx":         "'\nx",
		"  =1":        "'  =1",
		"\u3000=1":    "'\u3000=1",
		"\ufeff=1":    "'\ufeff=1",
		"＝1+1":        "'＝1+1",
		"＠x":          "'＠x",
		"=cmd|' /C'!": "'=cmd|' /C'!",
	} {
		if got := guarded(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"甲市 (A)":                 "甲市 (A)",
		"a\x00b\x1bc\x7fd\u0085": "a\ufffdb\ufffdc\ufffdd\ufffd",
		"a\tb\r\nc":              "a b  c",
		"a\xffb":                 "a\ufffdb",
		"a\u202eb":               "a\ufffdb",
		"a\uffffb":               "a\ufffdb",
		"𠮷":                      "𠮷",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestColumns(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "甲市": 4, "（1）": 5, "e\u0301": 1, "ｱ": 1, "-": 1} {
		if got := columns(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
