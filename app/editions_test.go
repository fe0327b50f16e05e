package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"haochaping/calendar"
	"haochaping/config"
	"haochaping/edition"
)

// The end of an objection period is counted in working days, and never guessed.
func TestEndOfObjections(t *testing.T) {
	a := &App{cfg: &config.Config{Edition: config.Edition{ObjectionDays: 5}}, store: &lateWarehouse{}}
	monday := calendar.MakeDay(2026, 3, 2)
	days := func(n int) *int { return &n }
	tests := []struct {
		day, until calendar.Day
		days       *int
		want       calendar.Day
		err        string
	}{
		{monday, 0, nil, calendar.MakeDay(2026, 3, 9), ""},
		{monday, 0, days(1), monday + 1, ""},
		{monday, 0, days(0), monday, ""},
		{monday, 0, days(-1), 0, "0 to 250"},
		{monday, 0, days(251), 0, "0 to 250"},
		{calendar.MakeDay(2190, 3, 2), 0, nil, 0, "--until"},
		{calendar.MakeDay(2190, 3, 2), calendar.MakeDay(2190, 3, 9), nil, calendar.MakeDay(2190, 3, 9), ""},
	}
	for _, tt := range tests {
		e := edition.Event{Day: tt.day, Until: tt.until}
		err := a.endObjections(&e, tt.days)
		switch {
		case tt.err == "" && (err != nil || e.Until != tt.want):
			t.Errorf("from %s: %s, %v, want %s", tt.day, e.Until, err, tt.want)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("from %s: %v, want %q", tt.day, err, tt.err)
		}
	}
}

// The key is made once, for its owner alone; what is no key, or open to others, is refused.
func TestEditionKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "edition.key")
	cfg := &config.Config{Edition: config.Edition{KeyFile: path}}
	if _, err := EditionKey(cfg, false); err == nil || !strings.Contains(err.Error(), "--generate") {
		t.Errorf("without a key: %v", err)
	}
	made, err := EditionKey(cfg, true)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := EditionKey(cfg, true); err != nil || !made.Equal(again) {
		t.Errorf("another key is made: %v", err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := EditionKey(cfg, true); err == nil || !strings.Contains(err.Error(), "read by others") {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	for _, text := range []string{"", "secret", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"} {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := EditionKey(cfg, true); err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "c2Vj") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
