package record_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/record"
)

// timed is a wire record whose times a code map may read.
type timed interface {
	UnreadTimes() bool
	ResolveTimes(func(field, text string) (time.Time, bool))
}

// Times in other forms are decoded, refused by the door as they stand, and taken once
// somebody reads them, whatever they looked like.
func TestResolveTimes(t *testing.T) {
	layouts := func(_, text string) (time.Time, bool) {
		for _, layout := range []string{"2006/01/02 15:04", "20060102"} {
			if at, err := time.ParseInLocation(layout, text, shanghai); err == nil {
				return at, true
			}
		}
		return time.Time{}, text == "1777867200"
	}
	for _, tc := range []struct {
		name, raw string
		in        timed
		refused   []string // by the door before the times are read
		left      []string // asked for again, as nobody can read them
		same      string   // the record in the usual form, if all can
	}{
		{
			"rating", `{"id":"` + someID + `","source":"kiosk","level":5,"rated_at":"2026/05/04 11:30","served_at":"2026/05/04 11:20"}`,
			&record.RatingInput{},
			[]string{"rated_at unmapped", "served_at unmapped"},
			nil,
			`{"id":"` + someID + `","source":"kiosk","level":5,"rated_at":"2026-05-04T11:30:00+08:00","served_at":"2026-05-04T03:20:00Z"}`,
		},
		{
			"rating that nobody can read", `{"id":"` + someID + `","source":"kiosk","level":5,"rated_at":"soon"}`,
			&record.RatingInput{},
			[]string{"rated_at time"},
			[]string{"rated_at"},
			"",
		},
		{
			"rating in seconds", `{"id":"` + someID + `","source":"kiosk","level":5,"rated_at":1777867200,"served_at":1777867201}`,
			&record.RatingInput{},
			[]string{"rated_at unmapped", "served_at unmapped"},
			[]string{"served_at"},
			"",
		},
		{
			"case", `{"source":"kiosk","case_id":"c","version":1,"accepted_at":"2026/05/01 09:00","finished_at":"2026/05/04 10:00","promised_at":"20260506",
				"statutory_at":"2026-05-20","suspensions":[{"from":"2026-05-01T10:00:00+08:00","to":"2026/05/01 12:00"},{"from":"2026/05/02 10:00","to":"2026/05/02 12:00"}]}`,
			&record.CaseInput{},
			[]string{"promised_at unmapped", "accepted_at unmapped", "finished_at unmapped", "suspensions unmapped"},
			nil,
			`{"source":"kiosk","case_id":"c","version":1,"accepted_at":"2026-05-01T09:00:00+08:00","finished_at":"2026-05-04T10:00:00+08:00","promised_at":"2026-05-06T00:00:00+08:00",
				"statutory_at":"2026-05-20","suspensions":[{"from":"2026-05-01T10:00:00+08:00","to":"2026-05-01T12:00:00+08:00"},{"from":"2026-05-02T10:00:00+08:00","to":"2026-05-02T12:00:00+08:00"}]}`,
		},
		{
			"case that nobody can read", `{"source":"kiosk","case_id":"c","version":1,"accepted_at":"2026/05/01 09:00","promised_at":"soon",
				"suspensions":[{"from":"x","to":"y"},{"from":"2026/05/02 10:00","to":"z"}]}`,
			&record.CaseInput{},
			[]string{"promised_at time", "accepted_at unmapped", "suspensions time"},
			[]string{"suspensions", "suspensions", "suspensions", "promised_at"},
			"",
		},
		{
			"prompt", `{"id":"` + someID + `","source":"kiosk","served_at":"2026/05/04 11:30","shown_at":"2026/05/04 11:31"}`,
			&record.PromptInput{},
			[]string{"served_at unmapped", "shown_at unmapped"},
			nil,
			`{"id":"` + someID + `","source":"kiosk","served_at":"2026-05-04T11:30:00+08:00","shown_at":"2026-05-04T11:31:00+08:00"}`,
		},
		{
			"follow-up", `{"id":"` + someID + `","source":"kiosk","rating_id":"` + someID + `","step":"contacted","at":"2026/05/04 11:30"}`,
			&record.FollowUpInput{},
			[]string{"at unmapped"},
			nil,
			`{"id":"` + someID + `","source":"kiosk","rating_id":"` + someID + `","step":"contacted","at":"2026-05-04T11:30:00+08:00"}`,
		},
		{
			"tally", `{"source":"kiosk","level":5,"count":3,"from":"20260401","to":"20260430"}`, &record.TallyInput{},
			[]string{"from unmapped", "to unmapped"},
			nil,
			`{"source":"kiosk","level":5,"count":3,"from":"2026-04-01","to":"2026-04-30"}`,
		},
		{
			"usual times", `{"id":"` + someID + `","source":"kiosk","level":5,"rated_at":"2026-05-04T11:30:00+08:00"}`, &record.RatingInput{}, nil, nil, "",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := testDoor()
			if ps := record.Decode([]byte(tc.raw), tc.in); ps != nil {
				t.Fatal(ps)
			}
			var batch record.Batch
			ps := d.Accept(tc.in, receipt(), &batch)
			if diff := cmp.Diff(tc.refused, fieldCodes(ps)); diff != "" {
				t.Error("at the door:", diff)
			}
			if tc.in.UnreadTimes() != (tc.refused != nil) {
				t.Error("unread times:", tc.in.UnreadTimes())
			}
			before := d.ContentHash(tc.in)
			tc.in.ResolveTimes(layouts)
			var left []string
			tc.in.ResolveTimes(func(field, _ string) (time.Time, bool) {
				left = append(left, field)
				return time.Time{}, false
			})
			if diff := cmp.Diff(tc.left, left); diff != "" {
				t.Error("unresolved:", diff)
			}
			if tc.in.UnreadTimes() != (tc.left != nil) {
				t.Error("times that are left:", tc.in.UnreadTimes())
			}
			if tc.same == "" {
				return
			}
			if ps := d.Accept(tc.in, receipt(), &batch); ps != nil {
				t.Fatal(ps)
			}
			same := newLike(tc.in)
			if ps := record.Decode([]byte(tc.same), same); ps != nil {
				t.Fatal(ps)
			}
			if got := d.ContentHash(tc.in); got != d.ContentHash(same) || got == before {
				t.Error("the hash depends on how times are written, or not on what they are")
			}
		})
	}
}

func newLike(in timed) timed {
	switch in.(type) {
	case *record.RatingInput:
		return &record.RatingInput{}
	case *record.CaseInput:
		return &record.CaseInput{}
	case *record.PromptInput:
		return &record.PromptInput{}
	case *record.FollowUpInput:
		return &record.FollowUpInput{}
	default:
		return &record.TallyInput{}
	}
}
