package export

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/record"
)

func TestKeys(t *testing.T) {
	now := time.Date(2026, 5, 4, 1, 0, 0, 0, time.UTC)
	zone := time.FixedZone("", 8*3600)
	keys := []record.Key{
		{
			Name: "窗口一", Sources: []string{"kiosk"}, Hall: "H1", Created: now.Add(-time.Hour), Hash: record.KeyHash{0xab, 0xcd, 0xef, 1},
			Windows: []record.DatedWindow{{Window: "07"}, {From: calendar.MakeDay(2026, 5, 10), Window: "08"}, {From: calendar.MakeDay(2026, 6, 1)}},
		},
		{Name: "=1+1", Sources: []string{"a", "b"}, ValidUntil: now.Add(time.Hour), Created: now},
		{Name: "portal", Sources: []string{"portal"}, ValidUntil: now, Revoked: now},
		{Name: "late", Sources: []string{"portal"}, ValidUntil: now},
	}
	tests := []struct{ format, want string }{
		{"table", `
NAME    FINGERPRINT  STATE    SOURCES  HALL  WINDOWS                        CREATED                    VALID UNTIL                REVOKED
窗口一  abcdef01     valid    kiosk    H1    07 2026-05-10=08 2026-06-01=-  2026-05-04T08:00:00+08:00
=1+1    00000000     ending   a b                                           2026-05-04T09:00:00+08:00  2026-05-04T10:00:00+08:00
portal  00000000     revoked  portal                                                                   2026-05-04T09:00:00+08:00  2026-05-04T09:00:00+08:00
late    00000000     ended    portal                                                                   2026-05-04T09:00:00+08:00
`},
		{"csv", `
name,fingerprint,state,sources,hall,windows,created,valid_until,revoked
窗口一,abcdef01,valid,kiosk,H1,07 2026-05-10=08 2026-06-01=-,2026-05-04T08:00:00+08:00,,
'=1+1,00000000,ending,a b,,,2026-05-04T09:00:00+08:00,2026-05-04T10:00:00+08:00,
portal,00000000,revoked,portal,,,,2026-05-04T09:00:00+08:00,2026-05-04T09:00:00+08:00
late,00000000,ended,portal,,,,2026-05-04T09:00:00+08:00,
`},
	}
	for _, tt := range tests {
		var b strings.Builder
		if err := Keys(&b, tt.format, keys, now, zone); err != nil {
			t.Error(err)
		}
		if d := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), b.String()); d != "" {
			t.Errorf("%s: %s", tt.format, d)
		}
	}
	var b strings.Builder
	if err := Keys(&b, "json", keys[:1], now, zone); err != nil {
		t.Error(err)
	}
	for _, part := range []string{`"fingerprint": "abcdef01"`, `"from": "2026-05-10"`, `"created": "2026-05-04T08:00:00+08:00"`} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("json lacks %s: %s", part, b.String())
		}
	}
}
