package record_test

import (
	"errors"
	"strings"
	"testing"

	"haochaping/record"
)

func TestSealedContact(t *testing.T) {
	public, private, err := record.NewContactKey()
	if err != nil {
		t.Fatal(err)
	}
	seal := record.ContactSealer(public)
	lengths := map[int]bool{}
	for _, contact := range []string{"13800138000", "a@example.org", "", "\x80", strings.Repeat("好", 200)} {
		sealed, err := seal(contact)
		if err != nil {
			t.Fatal(err)
		}
		if contact != "" && strings.Contains(sealed, contact) || !strings.HasPrefix(sealed, "sealed:v1:") {
			t.Errorf("sealed as %q", sealed)
		}
		if again, _ := seal(contact); again == sealed {
			t.Error("sealing twice gives one text: equal contacts could be found")
		}
		if got, err := record.OpenContact(private, sealed+"\n"); err != nil || got != contact {
			t.Errorf("%q was opened as %q, %v", contact, got, err)
		}
		if len(contact) < 20 {
			lengths[len(sealed)] = true
		}
	}
	if len(lengths) != 1 {
		t.Errorf("the lengths tell short contacts apart: %v", lengths)
	}
}

func TestContactThatCannotBeOpened(t *testing.T) {
	public, private, _ := record.NewContactKey()
	_, other, _ := record.NewContactKey()
	sealed, err := record.ContactSealer(public)("13800138000")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := record.OpenContact(other, sealed); !errors.Is(err, record.ErrContactKey) {
		t.Errorf("opened with another key: %v", err)
	}
	changed := []byte(sealed)
	changed[len(changed)-5] ^= 1
	for _, bad := range []string{"", "13800138000", "sealed:v1:", sealed[:len(sealed)-8], string(changed), strings.Replace(sealed, "v1", "v2", 1)} {
		if text, err := record.OpenContact(private, bad); err == nil || text != "" {
			t.Errorf("%q was opened as %q", bad, text)
		}
	}
}
