package scheme

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCompareVersions(t *testing.T) {
	ordered := []string{"1", "1.1", "1.1-beta", "1.2", "1.10", "2", "2026", "2026.1", "2026.9", "2026.10", "a", "b2", "b10"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := CompareVersions(a, b); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%s against %s: %d", a, b, got)
			}
		}
	}
}

func TestVersionsAreInOneOrder(t *testing.T) {
	version := rapid.StringMatching(`[0-9a-b._-]{1,5}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := version.Draw(t, "a"), version.Draw(t, "b"), version.Draw(t, "c")
		if CompareVersions(a, b) != -CompareVersions(b, a) || (CompareVersions(a, b) == 0) != (a == b) {
			t.Fatalf("%q against %q: %d and %d", a, b, CompareVersions(a, b), CompareVersions(b, a))
		}
		if CompareVersions(a, b) < 0 && CompareVersions(b, c) < 0 && CompareVersions(a, c) >= 0 {
			t.Fatalf("%q < %q < %q, but not the ends", a, b, c)
		}
	})
}
