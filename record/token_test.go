package record

import (
	"crypto/hmac"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"
)

// GB/T 32905, and GM/T 0042 for the keyed form.
func TestKnownVectorsOfSM3(t *testing.T) {
	sum := sm3.Sum([]byte("abc"))
	if got := hex.EncodeToString(sum[:]); got != "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" {
		t.Errorf("SM3 of abc is %s", got)
	}
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i + 1)
	}
	mac := hmac.New(sm3.New, key)
	mac.Write([]byte(strings.Repeat("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 2)))
	if got := hex.EncodeToString(mac.Sum(nil)); got != "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a" {
		t.Errorf("HMAC-SM3 is %s", got)
	}
}

// The tokens were computed with another program: HMAC of "rater", a zero byte and the
// number with the key k…k, cut to 16 bytes.
func TestTokens(t *testing.T) {
	key := []byte(strings.Repeat("k", 32))
	for hash, want := range map[string]string{
		"": tokenSHA256, TokenSHA256: tokenSHA256, TokenSM3: tokenSM3,
	} {
		d := Door{Key: key, TokenHash: hash}
		if got := d.Token("13800138000"); got != want {
			t.Errorf("%q: the token is %s", hash, got)
		}
	}
}

const (
	tokenSHA256 = "455870007f790021f05525eabcc625bf"
	tokenSM3    = "53f7f5fb1ffbaec198bf4a6dd2ed4775"
)

// However one person's number is written, it is one person; another one's is another.
func TestOnePersonHasOneToken(t *testing.T) {
	for _, same := range [][]string{
		{"13800138000", "１３８００１３８０００", " 138-0013-8000 ", "138 0013 8000", "+86 138 0013 8000", "+8613800138000", "008613800138000", "8613800138000", "(+86)13800138000", "138－0013－8000"},
		{"11010519491231002X", "11010519491231002x", "１１０１０５１９４９１２３１００２ｘ", "110105 19491231 002X", "110105491231002"},
		{"0571-87654321", "057187654321", "+86 571 8765 4321", "+86 (0571) 8765-4321", "0086-571-87654321"},
		{"+852 9123 4567", "+85291234567", "0085291234567"},
		{"openid_Xy9", " openid_Xy9 ", "ｏｐｅｎｉｄ_Xy9"},
		{"E1234567"},
		{"e1234567"},
		{"15900000000"},
		{"110105194912310021"},
		{"13800138000X"},
	} {
		t.Run(same[0], func(t *testing.T) {
			for _, s := range same[1:] {
				if got, want := normalIdentity(s), normalIdentity(same[0]); got != want {
					t.Errorf("%q is %q, %q is %q", s, got, same[0], want)
				}
			}
		})
	}
	seen := map[string]string{}
	for _, s := range []string{"13800138000", "15900000000", "0571-87654321", "+852 9123 4567", "openid_Xy9", "E1234567", "e1234567", "110105194912310021", "11010519491231002X", "13800138000X"} {
		if other, ok := seen[normalIdentity(s)]; ok {
			t.Errorf("%q and %q are one person", s, other)
		}
		seen[normalIdentity(s)] = s
	}
}
