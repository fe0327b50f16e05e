package record

import (
	"regexp"
	"strings"
)

// foldWidth turns full-width digits, letters and signs into their ASCII forms.
func foldWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xff01 && r <= 0xff5e {
			return r - 0xfee0
		}
		return r
	}, s)
}

// numberRun is a run of digits as people write them: up to three blanks, hyphens,
// points, slashes, brackets or signs that nobody sees between groups, and an x or X at
// the very end.
var (
	numberRun  = regexp.MustCompile(`[0-9０-９](?:[` + numberSigns + `]{0,3}[0-9０-９])*` + cardX)
	digitGroup = regexp.MustCompile(`[0-9０-９]+` + cardX)
	landline   = regexp.MustCompile(`^(?:010|02[0-9]|0[3-9][0-9]{2})[` + numberSigns + `]{1,3}[2-8][0-9]{6,7}$`)
)

const (
	// As a character class, so the hyphen stands first.
	numberSigns = "-－ .．·•,/／_()（）\t\n\r　\u00a0\u00ad" +
		"\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2010\u2011\u2012\u2013\u2014\u2015\u202f\u2060\u2212\ufeff"
	cardX        = `(?:[` + numberSigns + `]{0,3}[xXｘＸ])?`
	mobileDigits = 11

	phoneRemoved = "[电话已隐去]"
	cardRemoved  = "[证件号已隐去]"
)

// RedactPersonal removes mobile phone numbers, resident ID-card numbers and, where
// their area code stands apart, landline numbers from free text. An ID-card number
// must pass its check digit (GB 11643: weights 2^i mod 11), so that an 18-digit order
// number survives. Digits that touch more digits are part of a longer number and
// survive; groups that stand beside others ("13800138000 13900139000") are looked at
// in every combination.
func RedactPersonal(s string) string {
	if !mayBePersonal(s) {
		return s
	}
	return numberRun.ReplaceAllStringFunc(s, redactRun)
}

// mayBePersonal says whether s has a run of as many digits as the shortest
// personal number, which most texts have not. It may take more for a run than
// numberRun does, never less.
func mayBePersonal(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9' || r >= '０' && r <= '９':
			if digits++; digits == mobileDigits {
				return true
			}
		case !maybeSign(r):
			digits = 0
		}
	}
	return false
}

// maybeSign is true for every one of numberSigns, and decides without looking for it.
func maybeSign(r rune) bool {
	switch {
	case r < 0x80:
		return r < '0' || r == '_'
	case r >= 0x3001 && r < 0xfe00: // nearly all text
		return false
	}
	return r <= 0xbf || r >= 0x2000
}

func redactRun(run string) string {
	groups := digitGroup.FindAllStringIndex(run, -1)
	var out strings.Builder
	done := 0
	for i := 0; i < len(groups); i++ {
		// No number has more digits than groups of one digit each.
		last := min(len(groups), i+18) - 1
		digits := 0
		for j := i; j <= last; j++ {
			digits += digitsIn(run[groups[j][0]:groups[j][1]])
		}
		for j := last; j >= i; j-- {
			removed, end := "", 0
			if personalLength(digits) {
				removed, end = personal(run[:groups[j][1]], groups[i][0])
			}
			digits -= digitsIn(run[groups[j][0]:groups[j][1]])
			if removed == "" {
				continue
			}
			out.WriteString(run[done:groups[i][0]])
			out.WriteString(removed)
			done, i = end, j
			break
		}
	}
	out.WriteString(run[done:])
	return out.String()
}

// personalLength says whether some personal number has that many digits, an X not
// counted: phones with and without country code, landlines, cards.
func personalLength(digits int) bool {
	return digits >= 11 && digits <= 13 || digits == 15 || digits == 17 || digits == 18
}

// digitsIn counts the digits of a group.
func digitsIn(group string) int {
	n := 0
	for _, r := range group {
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			n++
		}
	}
	return n
}

// personal says what stands for the number text[from:], or "" if it is no
// personal one, and where that number ends.
func personal(text string, from int) (removed string, end int) {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r == 'x' || r == 'X':
			return 'X'
		}
		return -1
	}, foldWidth(text[from:]))
	end = len(text)
	if isIDCard(digits) {
		return cardRemoved, end
	}
	if strings.HasSuffix(digits, "X") {
		digits, end = digits[:len(digits)-1], len(strings.TrimRight(text, "xXｘＸ"+numberSigns))
	}
	switch {
	case isMobile(digits), landline.MatchString(foldWidth(text[from:end])):
		return phoneRemoved, end
	case isIDCard(digits):
		return cardRemoved, end
	}
	return "", end
}

func isMobile(d string) bool {
	switch {
	case len(d) == 13 && strings.HasPrefix(d, "86"):
		d = d[2:]
	case len(d) == 15 && strings.HasPrefix(d, "0086"):
		d = d[4:]
	}
	return len(d) == mobileDigits && d[0] == '1' && d[1] >= '3' && d[1] <= '9'
}

func isIDCard(d string) bool {
	if len(d) != 18 || strings.Trim(d[:17], "0123456789") != "" {
		return false
	}
	return cardCheck(d[:17]) == d[17]
}

// cardCheck is the check digit of the first 17 digits of an ID-card number.
func cardCheck(d string) byte {
	sum := 0
	for i := range 17 {
		sum += int(d[i]-'0') * ((1 << (17 - i)) % 11)
	}
	return "10X98765432"[sum%11]
}
