package app

import (
	"testing"
	"time"

	"haochaping/calendar"
	"haochaping/config"
)

// Round the National Day of 2026: 1 to 7 October off, Saturday the 10th worked.
func TestFollowUpClock(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		rated            string
		rule             config.FollowUp
		contact, rectify string // last days; '' = not known
	}{
		{"2026-09-30", config.FollowUp{ContactDays: 1, RectifyDays: 15}, "2026-10-01", "2026-10-15"},
		{"2026-09-30", config.FollowUp{ContactDays: 1, RectifyDays: 3, WorkingDays: true}, "2026-10-08", "2026-10-10"},
		{"2026-10-03", config.FollowUp{ContactDays: 0, RectifyDays: 1, WorkingDays: true}, "2026-10-08", "2026-10-08"},
		{"2026-10-09", config.FollowUp{ContactDays: 0, RectifyDays: 1, WorkingDays: true}, "2026-10-09", "2026-10-10"},
		{"2026-12-30", config.FollowUp{ContactDays: 1, RectifyDays: 10, WorkingDays: true}, "2026-12-31", ""},
		{"2027-01-04", config.FollowUp{ContactDays: 0, RectifyDays: 1, WorkingDays: true}, "", ""},
		{"2027-01-04", config.FollowUp{ContactDays: 0, RectifyDays: 1}, "2027-01-04", "2027-01-05"},
	} {
		a := &App{cfg: &config.Config{FollowUp: tt.rule, Timezone: config.Zone{Location: zone}}}
		rated, err := calendar.ParseDay(tt.rated)
		if err != nil {
			t.Fatal(err)
		}
		contact, rectify := a.followUpClock(calendar.BuiltIn())(rated)
		for _, end := range []struct {
			got  time.Time
			want string
		}{{contact, tt.contact}, {rectify, tt.rectify}} {
			last := ""
			if !end.got.IsZero() {
				last = calendar.DayOf(end.got.Add(-time.Nanosecond), zone).String()
			}
			if last != end.want || end.want != "" && end.got != calendar.DayOf(end.got, zone).Start(zone) {
				t.Errorf("rated on %s, %+v: until %s, want the end of %s", tt.rated, tt.rule, end.got, end.want)
			}
		}
	}
}
