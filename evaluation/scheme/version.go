package scheme

import (
	"cmp"
	"regexp"
	"strings"
)

var versionParts = regexp.MustCompile(`[0-9]+|[^0-9._-]+`)

// CompareVersions orders versions of one scheme: numbers within them by their value, so that 2026.10 is newer than
// 2026.9, and what goes on is newer than what ends. Versions that are equal so are ordered as texts.
func CompareVersions(a, b string) int {
	x, y := versionParts.FindAllString(a, -1), versionParts.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		if c := comparePart(x[i], y[i]); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

func comparePart(a, b string) int {
	if a[0] > '9' || b[0] > '9' || a[0] < '0' || b[0] < '0' {
		return strings.Compare(a, b)
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
