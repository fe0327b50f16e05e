package directory

import (
	"fmt"
	"strings"
)

// divisionGroups are the digits of the five levels of a Chinese division code: province,
// prefecture, county, township, village (GB/T 2260 is the first six).
var divisionGroups = [...]int{2, 2, 2, 3, 3}

// CanonicalRegion is the short form of a division code. A code of 6, 9 or 12 digits loses its zero
// groups from the right, groups being 2+2+2+3+3 digits: 990100000000 → 9901, 990000 → 99. The first
// group always stays. Every other code is only trimmed of spaces: letters, other lengths and short
// forms mean what the installation says.
func CanonicalRegion(code string) string {
	code = trimCode(code)
	if !allDigits(code) || (len(code) != 6 && len(code) != 9 && len(code) != 12) {
		return code
	}
	for g := len(divisionGroups) - 1; g > 0; g-- {
		start := divisionPrefix(g)
		if start >= len(code) {
			continue
		}
		if strings.Trim(code[start:], "0") != "" {
			break
		}
		code = code[:start]
	}
	return code
}

// divisionPrefix is the number of digits of the first n levels.
func divisionPrefix(n int) int {
	sum := 0
	for _, digits := range divisionGroups[:n] {
		sum += digits
	}
	return sum
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// trimCode removes the spaces around a code, also the ideographic and the no-break one that
// spreadsheets leave.
func trimCode(code string) string { return strings.TrimSpace(code) }

// creditAlphabet are the characters of a unified social credit code (GB 32100-2015): digits and
// letters without I, O, S, V and Z.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditLength is the number of characters of a unified social credit code.
const creditLength = 18

// CheckCreditCode checks the length, the characters and the check character of a unified social
// credit code. Codes of the early pilots are in use and fail: whoever calls may warn, and must not
// refuse.
func CheckCreditCode(code string) error {
	if len(code) != creditLength {
		return fmt.Errorf("check credit code %q: it has %d characters, not %d", code, len(code), creditLength)
	}
	base := len(creditAlphabet)
	sum, weight := 0, 1
	for i := range creditLength {
		value := strings.IndexByte(creditAlphabet, code[i])
		if value < 0 {
			return fmt.Errorf("check credit code %q: character %d is none of %s", code, i+1, creditAlphabet)
		}
		if i == creditLength-1 {
			break
		}
		sum += value * weight
		weight = weight * 3 % base
	}
	if want := creditAlphabet[(base-sum%base)%base]; code[creditLength-1] != want {
		return fmt.Errorf("check credit code %q: the check character is %c, by the others it would be %c", code, code[creditLength-1], want)
	}
	return nil
}
