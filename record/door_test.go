package record_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/calendar"
	"haochaping/record"
)

var (
	shanghai = time.FixedZone("CST", 8*3600)
	noon     = time.Date(2026, 5, 4, 12, 0, 0, 0, shanghai)
)

const someID = "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e5f"

func testDoor() *record.Door {
	return &record.Door{
		Zone: shanghai, Key: []byte(strings.Repeat("k", 32)), Future: 5 * time.Minute, Past: 10 * 365 * 24 * time.Hour,
		Codes: func(source string, _ time.Time) (record.CodeMap, bool) {
			switch source {
			case "kiosk":
				return record.MapFiveBest, true
			case "national":
				return record.MapGBT39046, true
			}
			return record.CodeMap{}, false
		},
	}
}

func at(t time.Time) *time.Time { return &t }

func goodRating() record.RatingInput {
	return record.RatingInput{ID: someID, Source: "kiosk", Level: "5", RatedAt: at(noon)}
}

func receipt() record.Receipt { return record.Receipt{Now: noon, Collector: "c1", Sender: "k1"} }

// want is "field code" of each problem.
func fieldCodes(ps record.Problems) []string {
	var list []string
	for _, p := range ps {
		list = append(list, p.Field+" "+p.Code)
		if p.Reason == "" {
			list = append(list, "no reason")
		}
	}
	return list
}

func TestRatingRules(t *testing.T) {
	long := strings.Repeat("长", 65)
	for name, tc := range map[string]struct {
		change func(*record.RatingInput)
		want   []string
	}{
		"good":                       {func(*record.RatingInput) {}, nil},
		"no id":                      {func(in *record.RatingInput) { in.ID = "" }, []string{"id missing"}},
		"id in braces":               {func(in *record.RatingInput) { in.ID = "{" + someID + "}" }, []string{"id invalid"}},
		"id all zeros":               {func(in *record.RatingInput) { in.ID = "00000000-0000-0000-0000-000000000000" }, []string{"id invalid"}},
		"level 6":                    {func(in *record.RatingInput) { in.Level = "6" }, []string{"level unmapped"}},
		"no level":                   {func(in *record.RatingInput) { in.Level = "" }, []string{"level missing"}},
		"silence with a level":       {func(in *record.RatingInput) { in.Answer = record.AnswerUnanswered }, []string{"level invalid"}},
		"silence":                    {func(in *record.RatingInput) { in.Answer, in.Level = record.AnswerDeclined, "" }, nil},
		"unknown source":             {func(in *record.RatingInput) { in.Source = "nobody" }, []string{"source unmapped"}},
		"no source":                  {func(in *record.RatingInput) { in.Source = "" }, []string{"source missing"}},
		"unknown channel":            {func(in *record.RatingInput) { in.Channel = "fax" }, []string{"channel unmapped"}},
		"channel class":              {func(in *record.RatingInput) { in.Channel = "sms" }, nil},
		"no time":                    {func(in *record.RatingInput) { in.RatedAt = nil }, []string{"rated_at missing"}},
		"year 2199":                  {func(in *record.RatingInput) { in.RatedAt = at(noon.AddDate(173, 0, 0)) }, []string{"rated_at time"}},
		"four minutes ahead":         {func(in *record.RatingInput) { in.RatedAt = at(noon.Add(4 * time.Minute)) }, nil},
		"eleven years back":          {func(in *record.RatingInput) { in.RatedAt = at(noon.AddDate(-11, 0, 0)) }, []string{"rated_at time"}},
		"hall of 64 Han characters":  {func(in *record.RatingInput) { in.Hall = long[:64*len("长")] }, nil},
		"number of a device":         {func(in *record.RatingInput) { in.DeviceSeq = 1<<32 - 1 }, nil},
		"number beyond any device":   {func(in *record.RatingInput) { in.DeviceSeq = 1 << 32 }, []string{"device_seq invalid"}},
		"hall of 64 letters":         {func(in *record.RatingInput) { in.Hall = strings.Repeat("x", 64) }, nil},
		"hall of 65 letters":         {func(in *record.RatingInput) { in.Hall = strings.Repeat("x", 65) }, []string{"hall too_long"}},
		"hall of 64 between blanks":  {func(in *record.RatingInput) { in.Hall = " " + strings.Repeat("x", 64) + " " }, nil},
		"hall too long":              {func(in *record.RatingInput) { in.Hall = long }, []string{"hall too_long"}},
		"control character":          {func(in *record.RatingInput) { in.Window = "a\x00b" }, []string{"window invalid"}},
		"delete character":           {func(in *record.RatingInput) { in.Window = "a\x7fb" }, []string{"window invalid"}},
		"not valid UTF-8":            {func(in *record.RatingInput) { in.Window = "a\xff" }, []string{"window invalid"}},
		"third assessment":           {func(in *record.RatingInput) { in.AssessNumber = 3 }, []string{"assess_number invalid"}},
		"unknown object":             {func(in *record.RatingInput) { in.Object = "dog" }, []string{"object invalid"}},
		"contact without a seal":     {func(in *record.RatingInput) { in.Contact = "13800138000" }, []string{"contact contact"}},
		"21 tags":                    {func(in *record.RatingInput) { in.Tags = make([]string, 21) }, []string{"tags too_long"}},
		"aspect with a bad level":    {func(in *record.RatingInput) { in.Aspects = map[string]record.Code{"q1": "9"} }, []string{"aspects unmapped"}},
		"several at once":            {func(in *record.RatingInput) { in.ID, in.Hall = "", long }, []string{"id missing", "hall too_long"}},
		"comment of 1201 characters": {func(in *record.RatingInput) { in.Comment = strings.Repeat("好", 1201) }, []string{"comment too_long"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := goodRating()
			tc.change(&in)
			_, ps := testDoor().Rating(&in, receipt())
			if d := cmp.Diff(tc.want, fieldCodes(ps)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRatingIsTranslated(t *testing.T) {
	in := goodRating()
	in.Source, in.Level, in.Channel, in.Region = "national", "1", "4", " 330102000000 "
	in.Comment = "打 138-0013-8000 找我"
	in.Rater = "13800138000"
	in.Tags = []string{"slow", " slow ", "", "rude"}
	in.CaseID, in.Stage = "C1", "2"
	r, ps := testDoor().Rating(&in, receipt())
	if ps != nil {
		t.Fatal(ps)
	}
	if r.Level != 5 || r.LevelRaw != "1" || r.CodeMap != "gbt-39046" || r.Channel != record.ChannelTablet || r.ChannelRaw != "4" {
		t.Errorf("translated to %+v", r)
	}
	if strings.Contains(r.Comment, "8000") || strings.Contains(r.RaterToken, "138001") || len(r.RaterToken) != 32 {
		t.Errorf("personal data left: comment %q, token %q", r.Comment, r.RaterToken)
	}
	if d := cmp.Diff([]string{"slow", "rude"}, r.Tags); d != "" {
		t.Error(d)
	}
	if r.AssessNumber != 1 || r.Answer != record.AnswerActive || r.AnswerWeight != 3 || r.RegionRaw != " 330102000000 " {
		t.Errorf("defaults: %+v", r)
	}
	full := "１３８００１３８０００"
	if testDoor().Token(full) != r.RaterToken {
		t.Error("a full-width phone number is another rater")
	}
}

// A skew above a minute corrects the times, the sent one stays beside.
func TestSkew(t *testing.T) {
	for _, tc := range []struct{ skew, moved time.Duration }{
		{30 * time.Second, 0}, {-30 * time.Second, 0}, {2 * time.Hour, 2 * time.Hour}, {-2 * time.Hour, -2 * time.Hour},
	} {
		in := goodRating()
		in.RatedAt, in.ServedAt = at(noon.Add(-tc.skew)), at(noon.Add(-tc.skew-time.Minute))
		rc := receipt()
		rc.Skew = tc.skew
		r, ps := testDoor().Rating(&in, rc)
		if ps != nil {
			t.Fatal(tc.skew, ps)
		}
		if got := r.RatedAt.Sub(*in.RatedAt); got != tc.moved {
			t.Errorf("skew %s moved rated_at by %s", tc.skew, got)
		}
		if got := r.ServedAt.Sub(*in.ServedAt); got != tc.moved || !r.RatedAtRaw.Equal(*in.RatedAt) {
			t.Errorf("skew %s moved served_at by %s, raw %s", tc.skew, got, r.RatedAtRaw)
		}
	}
}

func TestEventDay(t *testing.T) {
	rated := time.Date(2026, 5, 3, 16, 0, 0, 0, time.UTC) // 00:00 of 4 May in Shanghai
	for _, tc := range []struct {
		rated  time.Time
		served *time.Time
		want   string
	}{
		{rated, nil, "2026-05-04"},
		{rated.Add(-time.Nanosecond), nil, "2026-05-03"},
		{rated, at(rated.Add(-time.Second)), "2026-05-03"}, // the service decides
	} {
		in := goodRating()
		in.RatedAt, in.ServedAt = &tc.rated, tc.served
		r, ps := testDoor().Rating(&in, receipt())
		if ps != nil || r.EventDay.String() != tc.want {
			t.Errorf("rated %s served %v: day %s, want %s (%v)", tc.rated, tc.served, r.EventDay, tc.want, ps)
		}
	}
}

func TestMomentAlone(t *testing.T) {
	got, err := record.Moment("2026-05-08").At(shanghai)
	if err != nil || !got.Equal(time.Date(2026, 5, 9, 0, 0, 0, 0, shanghai)) {
		t.Errorf("a date alone ends at %s, %v", got, err)
	}
	got, err = record.Moment("2026-05-08T17:30:00+08:00").At(shanghai)
	if err != nil || !got.Equal(time.Date(2026, 5, 8, 17, 30, 0, 0, shanghai)) {
		t.Errorf("a moment is %s, %v", got, err)
	}
	for _, bad := range []record.Moment{"2026-02-30", "2026-05-08T17:30:00", "8.5.2026", "x"} {
		if _, err := bad.At(shanghai); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func goodCase() record.CaseInput {
	return record.CaseInput{Source: "kiosk", CaseID: "C1", Version: 1, AcceptedAt: at(noon.Add(-10 * time.Hour))}
}

func TestCaseRules(t *testing.T) {
	end := noon.Add(-time.Hour)
	ages := time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC)
	neg := int64(-1)
	visits := uint32(101)
	for name, tc := range map[string]struct {
		change func(*record.CaseInput)
		want   []string
	}{
		"open":                  {func(*record.CaseInput) {}, nil},
		"closed":                {func(in *record.CaseInput) { in.FinishedAt = &end }, nil},
		"no case id":            {func(in *record.CaseInput) { in.CaseID = " " }, []string{"case_id missing"}},
		"no version":            {func(in *record.CaseInput) { in.Version = 0 }, []string{"version missing"}},
		"ends before it begins": {func(in *record.CaseInput) { in.FinishedAt = at(noon.Add(-20 * time.Hour)) }, []string{"finished_at time"}},
		"finished without end":  {func(in *record.CaseInput) { in.Status = "finished" }, []string{"status invalid"}},
		"pending with end":      {func(in *record.CaseInput) { in.Status, in.FinishedAt = "pending", &end }, []string{"status invalid"}},
		"promise is no time":    {func(in *record.CaseInput) { in.PromisedAt = "soon" }, []string{"promised_at time"}},
		"promise in 2400":       {func(in *record.CaseInput) { in.PromisedAt = "2400-01-01" }, []string{"promised_at time"}},
		"negative handling":     {func(in *record.CaseInput) { in.HandlingSeconds = &neg }, []string{"handling_seconds invalid"}},
		"101 visits":            {func(in *record.CaseInput) { in.Visits = &visits }, []string{"visits invalid"}},
		"suspended backwards":   {func(in *record.CaseInput) { in.Suspensions = []record.Interval{{From: noon, To: end}} }, []string{"suspensions time"}},
		"suspended for ages":    {func(in *record.CaseInput) { in.Suspensions = []record.Interval{{From: noon, To: ages}} }, []string{"suspensions time"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := goodCase()
			tc.change(&in)
			_, ps := testDoor().Case(&in, receipt())
			if d := cmp.Diff(tc.want, fieldCodes(ps)); d != "" {
				t.Error(d)
			}
		})
	}
}

// Each suspended second within the case counts once, in whatever order and
// overlap the intervals come.
func TestSuspensions(t *testing.T) {
	begin := noon.Add(-10 * time.Hour)
	hours := func(from, to int) record.Interval {
		return record.Interval{From: begin.Add(time.Duration(from) * time.Hour), To: begin.Add(time.Duration(to) * time.Hour)}
	}
	for name, tc := range map[string]struct {
		spans []record.Interval
		want  int64
	}{
		"none":            {nil, 0},
		"one":             {[]record.Interval{hours(1, 3)}, 2},
		"overlapping":     {[]record.Interval{hours(2, 5), hours(1, 3)}, 4},
		"one in another":  {[]record.Interval{hours(1, 6), hours(2, 3)}, 5},
		"touching":        {[]record.Interval{hours(1, 2), hours(2, 3)}, 2},
		"before and past": {[]record.Interval{hours(-5, 1), hours(7, 30)}, 2},
		"outside":         {[]record.Interval{hours(9, 10), hours(-4, -2)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			in := goodCase()
			in.FinishedAt, in.Suspensions = at(begin.Add(8*time.Hour)), tc.spans
			r, ps := testDoor().Case(&in, receipt())
			if ps != nil || r.SuspendedSeconds != tc.want*3600 || r.HandlingSeconds != (8-tc.want)*3600 {
				t.Errorf("suspended %d h, handling %d s, %v; want %d h", r.SuspendedSeconds/3600, r.HandlingSeconds, ps, tc.want)
			}
		})
	}
	in, published := goodCase(), int64(77)
	in.FinishedAt, in.Suspensions, in.HandlingSeconds = at(noon), []record.Interval{hours(1, 3)}, &published
	if r, ps := testDoor().Case(&in, receipt()); ps != nil || r.HandlingSeconds != 77 {
		t.Errorf("a published handling time became %d, %v", r.HandlingSeconds, ps)
	}
}

func TestOtherRules(t *testing.T) {
	d, yes := testDoor(), true
	p, ps := d.Prompt(&record.PromptInput{ID: someID, Source: "kiosk", ServedAt: at(noon), Channel: "1"}, receipt())
	if ps != nil || p.Channel != record.ChannelWeb || p.EventDay != calendar.MakeDay(2026, 5, 4) {
		t.Errorf("prompt %+v, %v", p, ps)
	}
	_, ps = d.Prompt(&record.PromptInput{}, receipt())
	if diff := cmp.Diff([]string{"id missing", "source missing", "served_at missing"}, fieldCodes(ps)); diff != "" {
		t.Error(diff)
	}
	_, ps = d.FollowUp(&record.FollowUpInput{ID: someID, Source: "kiosk", RatingID: someID, Step: "contacted", At: at(noon), Satisfied: &yes}, receipt())
	if diff := cmp.Diff([]string{"satisfied invalid"}, fieldCodes(ps)); diff != "" {
		t.Error(diff)
	}
	_, ps = d.FollowUp(&record.FollowUpInput{}, receipt())
	if diff := cmp.Diff([]string{"id missing", "source missing", "rating_id missing", "step missing", "at missing"}, fieldCodes(ps)); diff != "" {
		t.Error(diff)
	}
	y, ps := d.Tally(&record.TallyInput{Source: "national", From: "2026-04-01", To: "2026-04-30", Level: "1", Count: 9}, receipt())
	if ps != nil || y.Level != 5 || y.Version != 1 || y.To.String() != "2026-04-30" {
		t.Errorf("tally %+v, %v", y, ps)
	}
	_, ps = d.Tally(&record.TallyInput{Source: "national", From: "2026-04-31", To: "2026-04-30", Level: "1"}, receipt())
	if diff := cmp.Diff([]string{"from time"}, fieldCodes(ps)); diff != "" {
		t.Error(diff)
	}
	_, ps = d.Tally(&record.TallyInput{Source: "national", From: "2026-04-30", To: "2026-04-01", Level: "1"}, receipt())
	if diff := cmp.Diff([]string{"to time"}, fieldCodes(ps)); diff != "" {
		t.Error(diff)
	}
}

func TestContactIsSealedOrRefused(t *testing.T) {
	d := testDoor()
	d.Seal = func(contact string) (string, error) {
		if contact == "bad" {
			return "", errors.New("sealed bad")
		}
		return "sealed", nil
	}
	in := goodRating()
	in.Contact = "13800138000"
	if r, ps := d.Rating(&in, receipt()); ps != nil || r.Contact != "sealed" {
		t.Errorf("contact %q, %v", r.Contact, ps)
	}
	in.Contact = "bad"
	if r, ps := d.Rating(&in, receipt()); r.Contact != "" || fieldCodes(ps)[0] != "contact contact" || strings.Contains(ps.Error(), "bad") {
		t.Errorf("contact %q, %v", r.Contact, ps)
	}
}
