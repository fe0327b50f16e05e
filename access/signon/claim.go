package signon

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a claim: groups, and bytes of a text.
const (
	maxGroups = 200
	maxText   = 512
)

// checked is a claim that is safe to store and to show. A subject or group that is damaged or too long is refused
// rather than cut, because what is left could be somebody else's.
func checked(c Claim) (Claim, error) {
	if !plain(c.Subject) {
		return Claim{}, fmt.Errorf("%w: the name of the person is empty, too long or damaged", ErrNotProven)
	}
	if len(c.Groups) > maxGroups {
		return Claim{}, fmt.Errorf("%w: the person is in %d groups, more than %d", ErrNotProven, len(c.Groups), maxGroups)
	}
	for _, g := range c.Groups {
		if !plain(g) {
			return Claim{}, fmt.Errorf("%w: the name of a group is empty, too long or damaged", ErrNotProven)
		}
	}
	if c.Name = strings.TrimSpace(c.Name); !plain(c.Name) {
		c.Name = c.Subject
	}
	return c, nil
}

// plain reports whether a text is visible characters and single spaces as they are written: no control character and
// none that turns the direction of writing.
func plain(s string) bool {
	return s != "" && len(s) <= maxText && utf8.ValidString(s) && s == strings.TrimSpace(s) &&
		!strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) })
}
