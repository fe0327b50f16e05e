package config

import (
	"fmt"
	"log/slog"
)

// hidden stands for a secret wherever one would be printed.
const hidden = "<secret>"

// Secret is a text that no formatting, encoding or logging shows. Only
// [Secret.Reveal] and a deliberate conversion to string give it away. The
// empty secret prints as nothing, so that one can see that it is not set. It
// is no key for maps: encoding/json writes keys of a string type as they are.
type Secret string

// Reveal returns the secret itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns "<secret>", or nothing for the empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// Format writes the same as String for every verb and flag: %x and %#v would
// otherwise get round String.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = f.Write([]byte(s.String())) // a fmt.State never fails
}

// MarshalText hides the secret from JSON, YAML and every other text encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
