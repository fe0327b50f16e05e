package demo

import (
	"fmt"
	"strings"
)

// creditAlphabet are the characters of unified social credit codes (GB 32100).
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditCode is a code of 18 characters with valid check characters for an
// institution of a region of the invented province: 11, the six digits of the
// region, nine of the organisation (GB 11714), one check character.
func creditCode(region string, number int) string {
	body := fmt.Sprintf("MB%06d", number)
	code := "11" + padRegion(region, 6) + body + organisationCheck(body)
	sum, weight := 0, 1
	for i := range len(code) {
		sum += strings.IndexByte(creditAlphabet, code[i]) * weight
		weight = weight * 3 % 31
	}
	return code + string(creditAlphabet[(31-sum%31)%31])
}

func organisationCheck(body string) string {
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i := range len(body) {
		v := int(body[i] - '0')
		if body[i] >= 'A' {
			v = int(body[i]-'A') + 10
		}
		sum += v * weights[i]
	}
	switch check := 11 - sum%11; check {
	case 10:
		return "X"
	case 11:
		return "0"
	default:
		return string(rune('0' + check))
	}
}

// padRegion fills a short division code with zeros, as senders write them.
func padRegion(code string, digits int) string {
	if len(code) >= digits {
		return code[:digits]
	}
	return code + strings.Repeat("0", digits-len(code))
}
