package naming

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReady(t *testing.T) {
	if err := Ready(); err != nil {
		t.Fatal(err)
	}
}

func TestClean(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"pinyin behind a traditional character", "統(tǒng)一受理", "统一受理"},
		{"full-width brackets", "統（tǒng）一（yī）窗口", "统一窗口"},
		{"mixed brackets", "办（bàn)理", "办理"},
		{"combining tone mark", "統(to\u030Cng)一", "统一"},
		{"script a and g", "統(tǒn\u0261)籌(ch\u00f3u)办(b\u0251\u0300n)", "统筹办"},
		{"u with diaeresis and tone", "女(nǚ)子", "女子"},
		{"breve in place of caron", "統(tŏng)一", "统一"},
		{"toneless particle", "我們(men)的(de)子(zi)", "我们的子"},
		{"folded first, then toneless", "箇(ge)人", "个人"},
		{"toneless syllable behind another character", "大厅(an)", "大厅(an)"},
		{"toneless but wrong for the particle", "的(le)", "的(le)"},
		{"toned but no syllable", "統(tǒgn)", "统(tǒgn)"},
		{"two tone marks", "統(tǒńg)", "统(tǒńg)"},
		{"two syllables", "重庆(chóngqìng)", "重庆(chóngqìng)"},
		{"toned behind a letter", "A(tǒng)", "A(tǒng)"},
		{"at the beginning", "(tǒng)統", "(tǒng)统"},
		{"not closed", "統(tǒng", "统(tǒng"},
		{"empty bracket", "統()", "统()"},
		{"real brackets", "市(州) 楼(A) 窗口(2) 医院(hospital) 科（室）", "市(州) 楼(A) 窗口(2) 医院(hospital) 科（室）"},
		{"official place names stay", "乾安县濛江乡於潜镇鮀莲街道", "乾安县濛江乡於潜镇鮀莲街道"},
		{"full-width letters and digits", "Ａ座０１２号ｂ", "A座012号b"},
		{"full-width punctuation stays", "公安局，户籍科：（一）", "公安局，户籍科：（一）"},
		{"spaces", "\u3000政务\u00a0 服务\t中心\n", "政务 服务 中心"},
		{"invisible", "\ufeff政\u200b务\u202e服\u00ad务\u0007", "政务服务"},
		{"NFC", "Sa\u0303o Luís", "São Luís"},
		{"rare characters stay", "湖㳇镇流波䃥镇", "湖㳇镇流波䃥镇"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Clean(tt.raw)
			if err != nil || got != tt.want {
				t.Errorf("Clean(%q) = %q, %v; want %q", tt.raw, got, err, tt.want)
			}
		})
	}
}

func TestCleanRefusesOtherEncodings(t *testing.T) {
	_, err := Clean("政务\xd5\xfe")
	var wrong *TextError
	if !errors.As(err, &wrong) || wrong.Offset != 6 || wrong.Line != 1 {
		t.Errorf("Clean of GBK bytes: %v, want a TextError at byte 6", err)
	}
}

func TestCheckText(t *testing.T) {
	if err := CheckText([]byte("名称\n\ufffd")); err != nil {
		t.Errorf("a replacement character is UTF-8: %v", err)
	}
	err := CheckText([]byte("a\n政\n\xc3"))
	var wrong *TextError
	if !errors.As(err, &wrong) || wrong.Offset != 6 || wrong.Line != 3 {
		t.Errorf("CheckText: %v, want byte 6 on line 3", err)
	}
	if want := "byte 6 (line 3)"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("CheckText: %v does not name %s", err, want)
	}
}

func TestKey(t *testing.T) {
	same := [][]string{
		{"濛江乡", "蒙江乡", " 濛 江 乡 ", "蒙(méng)江乡"},
		{"市民中心（A座）", "市民中心(a座)", "市民中心 Ａ座", "市民中心·A座"},
		{"SÃO LUÍS", "são luís"},
	}
	for _, names := range same {
		for _, name := range names {
			if Key(name) != Key(names[0]) || Key(name) == "" {
				t.Errorf("Key(%q) = %q, want %q", name, Key(name), Key(names[0]))
			}
		}
	}
	if Key("甲") == Key("乙") {
		t.Error("different names have equal keys")
	}
	if got := Key("\xff"); got != "" {
		t.Errorf("Key of broken text = %q, want empty", got)
	}
}

func TestParseTable(t *testing.T) {
	var whole strings.Builder
	whole.WriteString("# comment\n統\t统\n後\t后 後\n同\t同\n鮀\t𬶍\n\n")
	for i := range smallestTable {
		whole.WriteString(string(rune(0xE000+i)) + "\t" + string(rune(0xE000+smallestTable+i)) + "\r\n")
	}
	pairs, err := parseTable(whole.String())
	if err != nil {
		t.Fatal(err)
	}
	if got := pairs.fold("統後同鮀", true); got != "统后同鮀" {
		t.Errorf("fold = %q", got)
	}
	for name, text := range map[string]string{
		"fragment": "統\t统\n", "empty": "", "no tab": "統 统\n", "two characters": "統一\t统\n", "none": "統\t\n",
	} {
		if _, err := parseTable(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Clean is a projection whatever comes in, and its result is valid, trimmed and free of
// invisible characters.
func TestCleanIsIdempotent(t *testing.T) {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			"統", "(tǒng)", "（", "）", "(", ")", "tǒng", "箇", "(ge)", "的", "(de)", "\u030C", "\u200b", "\u3000", " ", "Ａ", "乾", "A", "\u0308", "u",
		}),
		rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		raw := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")
		once, err := Clean(raw)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := Clean(once)
		if err != nil || twice != once {
			t.Fatalf("Clean(%+q) = %+q, again %+q, %v", raw, once, twice, err)
		}
		if strings.TrimSpace(once) != once || strings.ContainsFunc(once, invisible) {
			t.Fatalf("Clean(%+q) = %+q", raw, once)
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"統(tǒng)一", "\xff", "大厅(an)", "\u200f( )"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		once, err := Clean(raw)
		if (err != nil) != (CheckText([]byte(raw)) != nil) {
			t.Fatalf("Clean(%+q): %v, CheckText: %v", raw, err, CheckText([]byte(raw)))
		}
		if err != nil {
			return
		}
		if twice, err := Clean(once); err != nil || twice != once {
			t.Fatalf("Clean(%+q) = %+q, again %+q, %v", raw, once, twice, err)
		}
	})
}

func BenchmarkClean(b *testing.B) {
	for b.Loop() {
		if _, err := Clean("示例省第一市政务服务中心（東區）"); err != nil {
			b.Fatal(err)
		}
	}
}
