package record

import (
	"crypto/hmac"
	"encoding/hex"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"
)

// The hashes that rater tokens are made with.
const (
	TokenSHA256 = "sha256"
	TokenSM3    = "sm3" // GB/T 32905
)

// Token returns the keyed token that stands for a rater's phone or ID: the first 16
// bytes of HMAC-SHA-256 or HMAC-SM3, in hexadecimal. However the number is written,
// one person has one token.
func (d *Door) Token(identity string) string {
	who := normalIdentity(identity)
	if d.TokenHash == TokenSM3 {
		mac := hmac.New(sm3.New, d.Key)
		mac.Write(append([]byte("rater\x00"), who...)) // hash.Hash never returns an error
		return hex.EncodeToString(mac.Sum(nil)[:16])
	}
	k := d.keyed("rater")
	defer k.release()
	k.b = append(k.b, who...)
	sum := k.sum()
	return hex.EncodeToString(sum[:])
}

// normalIdentity writes a phone or ID-card number in one way: ASCII digits without
// signs between them, a domestic phone number without its country code, an x as X,
// and an ID card of the first generation (15 digits) as the card of 18 that replaced
// it. What is no number stays as it is, but for its width and the blanks around it.
func normalIdentity(s string) string {
	folded := strings.TrimSpace(foldWidth(s))
	number := strings.Map(func(r rune) rune {
		if strings.ContainsRune(numberSigns+"()", r) {
			return -1
		}
		if r == 'x' {
			return 'X'
		}
		return r
	}, folded)
	number, international := strings.CutPrefix(number, "+")
	if digits := strings.TrimSuffix(number, "X"); digits == "" || strings.Trim(digits, "0123456789") != "" {
		return folded
	}
	switch {
	case international && strings.HasPrefix(number, "86"):
		return domestic(number[2:])
	case strings.HasPrefix(number, "0086"):
		return domestic(number[4:])
	case len(number) == 13 && strings.HasPrefix(number, "86") && isMobile(number):
		return number[2:]
	case international:
		return "00" + number
	case isFirstCard(number):
		return secondCard(number)
	}
	return number
}

// domestic is a number behind the country code as it is dialled at home.
func domestic(number string) string {
	if isMobile(number) || strings.HasPrefix(number, "0") {
		return number
	}
	return "0" + number
}

// isFirstCard says whether 15 digits can be an ID-card number of the first
// generation: a province, and a day of birth in the twentieth century.
func isFirstCard(d string) bool {
	if len(d) != 15 || strings.HasSuffix(d, "X") || d[0] < '1' || d[0] > '8' {
		return false
	}
	_, err := time.Parse("20060102", "19"+d[6:12])
	return err == nil
}

// secondCard is the number of 18 digits that replaced one of 15.
func secondCard(d string) string {
	d = d[:6] + "19" + d[6:]
	return d + string(cardCheck(d))
}
