package record

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestRedactPersonal(t *testing.T) {
	const phone, card = phoneRemoved, cardRemoved
	for in, want := range map[string]string{
		"":               "",
		"很好，等了 25 分钟":    "很好，等了 25 分钟",
		"打13800138000找我": "打" + phone + "找我",
		"打１３８００１３８０００找我": "打" + phone + "找我",
		"138-0013-8000":           phone,
		"138 - 0013 - 8000":       phone,
		"138/0013/8000":           phone,
		"138(0013)8000":           phone,
		"1 3 8 0 0 1 3 8 0 0 0":   phone,
		"138\u200b0013\u200b8000": phone,
		"138\n00138000":           phone,
		"+86 138 0013 8000":       "+" + phone,
		"008613800138000":         phone,
		"tel13800138000x":         "tel" + phone + "x",
		"13800138000 13900139000": phone + " " + phone,
		"13800138000，13900139000": phone + "，" + phone,
		"11010519491231002X":      card,
		"１１０１０５１９４９１２３１００２ｘ": card,
		"110105 19491231 002x":             card,
		"身份证110105194912310021否":           "身份证110105194912310021否",
		"单号202605040930001234":             "单号202605040930001234",
		"138001380001":                     "138001380001",
		"12800138000":                      "12800138000",
		"2026-05-04 09:30":                 "2026-05-04 09:30",
		"0571-87654321":                    phone,
		"（０５７１）８７６５４３２１":                   "（" + phone,
		"010 62345678":                     phone,
		"(0755) 8765432":                   "(" + phone,
		"057187654321":                     "057187654321", // could be any number
		"0571-17654321":                    "0571-17654321",
		"第13800138000号和11010519491231002X": "第" + phone + "号和" + card,
	} {
		if got := RedactPersonal(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
		if again := RedactPersonal(RedactPersonal(in)); again != want {
			t.Errorf("%q is redacted further the second time: %q", in, again)
		}
	}
}

func drawCard(t *rapid.T) string {
	d := rapid.StringMatching(`[1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|2[0-8])[0-9]{3}`).Draw(t, "card")
	return d + string(cardCheck(d))
}

// written is a number as somebody may write it: full width here and there, signs
// between its digits, words around it.
func written(t *rapid.T, number string) string {
	between := rapid.SampledFrom([]string{"", "", "", "", "", "", " ", "-", "－", ".", " - ", "　", "\u00a0", "\u200b", "/", "—", "–"})
	word := rapid.SampledFrom([]string{"", "电话", "请打 ", "，", "card:", "a", "号\n", "(", "）", "\xff"})
	var b strings.Builder
	b.WriteString(word.Draw(t, "before"))
	for i, r := range number {
		if i > 0 {
			b.WriteString(between.Draw(t, "between"))
		}
		if rapid.Bool().Draw(t, "wide") {
			r += 0xfee0
		}
		if i == len(number)-1 && rapid.Bool().Draw(t, "small") && (r == 'X' || r == 'Ｘ') {
			r += 'x' - 'X'
		}
		b.WriteRune(r)
	}
	return b.String() + word.Draw(t, "after")
}

// However somebody writes a number of a person, it is removed.
func TestPersonalNumbersAreRemovedHoweverTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`1[3-9][0-9]{9}`).Draw(t, "phone")
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 1:
			number = "86" + number
		case 2:
			number = "0086" + number
		case 3:
			number = drawCard(t)
		}
		text := written(t, number)
		got := RedactPersonal(text)
		digits := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, foldWidth(got))
		if digits != "" {
			t.Fatalf("%q became %q: %q is left", text, got, digits)
		}
		if !strings.Contains(got, phoneRemoved) && !strings.Contains(got, cardRemoved) {
			t.Fatalf("%q became %q, without a word about it", text, got)
		}
	})
}

// A number that is no person's survives: of another length, or of 18 digits without
// the right check digit.
func TestOtherNumbersSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[0-9]{1,40}`).Draw(t, "number")
		switch {
		case isMobile(number):
			return
		case len(number) == 18 && isIDCard(number):
			check := (number[17] - '0' + 1) % 10
			number = number[:17] + string('0'+rune(check))
		}
		text := "单号" + number + "，谢谢"
		if got := RedactPersonal(text); got != text {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func TestEverySignMayStandInANumber(t *testing.T) {
	for _, r := range numberSigns {
		if !maybeSign(r) {
			t.Errorf("%U is taken for the end of a number", r)
		}
		if got := RedactPersonal("138" + string(r) + "00138000"); got != phoneRemoved {
			t.Errorf("with %U: %q", r, got)
		}
	}
}

// The short way out of RedactPersonal never leaves a number in, however it is written.
func TestRedactShortcut(t *testing.T) {
	number := rapid.SampledFrom([]string{"13800138000", "8613800138000", "１３８００１３８０００", "11010519491231002X", "1380013800", "12345678901", "057187654321"})
	between := rapid.SampledFrom([]string{
		"", "", "", "", "", "", "", "", "", "", "", "", " ", "-", "－", ".", "—", "·", "\t", "　", "\u00a0", " -", "---", "----", "好", "x", "\xff", "7",
	})
	removed := 0
	rapid.Check(t, func(t *rapid.T) {
		s := "电话"
		for _, r := range number.Draw(t, "number") {
			s += string(r) + between.Draw(t, "between")
		}
		got, want := RedactPersonal(s), numberRun.ReplaceAllStringFunc(s, redactRun)
		if got != want {
			t.Errorf("%q became %q, the long way %q", s, got, want)
		}
		if want != s {
			removed++
		}
	})
	if removed == 0 {
		t.Error("no number was written so that it is removed")
	}
}

func FuzzRedactPersonal(f *testing.F) {
	for _, s := range []string{"打13800138000找我", "110105 19491231 002x", "0571-87654321", "+86 138 0013 8000 13900139000", "１３８０"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := RedactPersonal(s)
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q became %q, which is no text", s, got)
		}
		if again := RedactPersonal(got); again != got {
			t.Errorf("%q became %q, and the second time %q", s, got, again)
		}
	})
}

// A comment made to be slow to look at is not.
func BenchmarkRedactWorst(b *testing.B) {
	for _, text := range []string{strings.Repeat("1-", 600), strings.Repeat("0571-8", 200), strings.Repeat("1", 1200)} {
		b.Run(text[:6], func(b *testing.B) {
			for b.Loop() {
				RedactPersonal(text)
			}
		})
	}
}
