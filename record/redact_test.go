package record

import (
	"testing"

	"pgregory.net/rapid"
)

// The short way out of RedactPersonal never leaves a number in, however it is written.
func TestRedactShortcut(t *testing.T) {
	number := rapid.SampledFrom([]string{"13800138000", "8613800138000", "１３８００１３８０００", "11010519491231002X", "1380013800", "12345678901"})
	between := rapid.SampledFrom([]string{
		"", "", "", "", "", "", "", "", "", "", "", "", " ", "-", "－", ".", "—", "·", "\t", "　", "\u00a0", " -", "---", "好", "x", "\xff", "7",
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
