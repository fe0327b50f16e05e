package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// testRecords are the records of a unit; fails ends the reading of cases.
type testRecords struct {
	ratings []evaluation.RatingEvidence
	cases   []evaluation.CaseEvidence
	fails   error
}

func (r testRecords) Ratings(_ context.Context, each func(*evaluation.RatingEvidence) error) error {
	for i := range r.ratings {
		if err := each(&r.ratings[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r testRecords) Events(_ context.Context, each func(*evaluation.EventEvidence) error) error {
	return each(&evaluation.EventEvidence{Day: 20000, Event: uuid.Max, Rated: true})
}

func (r testRecords) Cases(_ context.Context, each func(*evaluation.CaseEvidence) error) error {
	for i := range r.cases {
		if err := each(&r.cases[i]); err != nil {
			return err
		}
	}
	return r.fails
}

func (r testRecords) Steps(_ context.Context, each func(*evaluation.StepEvidence) error) error {
	return each(&evaluation.StepEvidence{Rating: uuid.Max, Step: "rectified", At: time.Unix(1_780_000_000, 0), Satisfied: new(bool)})
}

func (r testRecords) Refused(_ context.Context, each func(*evaluation.RefusedEvidence) error) error {
	return each(&evaluation.RefusedEvidence{ID: uuid.Max, Kind: "rating", Codes: []string{"late"}})
}

func (r testRecords) Gaps(_ context.Context, each func(*evaluation.DeviceGap) error) error {
	return each(&evaluation.DeviceGap{Device: "K1", First: 3, Last: 9})
}

// someEvidence is a pack about the unit U7 of twenty that were ranked, U5 not being seen, and its records.
func someEvidence() (*export.Evidence, testRecords) {
	may := calendar.Range{From: calendar.MakeDay(2026, 5, 1), To: calendar.MakeDay(2026, 5, 31)}
	result := &scoring.Result{Scheme: scheme.Bundled()[0], Rule: scoring.RuleActive, Draws: 2000}
	for i := range 20 {
		if i == 4 {
			continue
		}
		u := scoring.Placed{Unit: scoring.Unit{Code: "U" + string(rune('A'+i)), NameZH: "=单位" + string(rune('A'+i))}, Rank: i + 1, RankLow: i + 1, RankHigh: i + 2, Score: 90 - float64(i), Tier: -1}
		result.Ranked = append(result.Ranked, u)
	}
	records := testRecords{
		ratings: []evaluation.RatingEvidence{
			{N: 1, Day: may.From, ID: uuid.Max, Source: "@portal", CaseID: "=1+1", Answer: "active", Assess: 1, Level: 2, RatedAt: may.From.Start(time.UTC)},
			{N: 40, Day: may.To, From: may.From, Source: "table", Answer: "active", Level: 5},
			{N: 1, Day: may.From + 1, ID: uuid.Max, Source: "@portal", Answer: "active", Assess: 1, Level: 5, Reason: evaluation.SameEvent, Winner: uuid.Max},
		},
		cases: []evaluation.CaseEvidence{
			{CaseID: "C1", Version: 2, Accepted: true, Finished: true, Promised: true, AcceptedAt: may.From.Start(time.UTC), Handling: 60, Working: -1, Visits: -1},
			{CaseID: "C1", Version: 1, Reason: evaluation.OldVersion},
		},
	}
	e := &export.Evidence{
		Query: evaluation.EvidenceQuery{Range: may, Kind: evaluation.EvidenceRegion, Code: "UG"}, Name: scoring.Unit{Code: "UG", NameZH: "一市", NameEN: "One"},
		Result: result, Ranked: 20, Made: time.Unix(1_800_000_000, 0),
		Survey: evaluation.EvidenceSurvey{
			Generation: evaluation.Generation{Number: 7, DataTime: 1_790_000_000},
			Facts: evaluation.Facts{
				Levels: [5]uint64{0, 1, 0, 0, 40}, Events: 1, Rated: 1, Accepted: 1, Finished: 1, Promised: 1, Handled: 1, HandlingSeconds: 60,
			},
		},
	}
	return e, records
}

func unpack(t *testing.T, pack []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}

func TestEvidencePack(t *testing.T) {
	for _, lang := range evaluation.Languages {
		e, records := someEvidence()
		var b bytes.Buffer
		agrees, err := export.EvidencePack(t.Context(), &b, e, records, lang)
		if err != nil || !agrees {
			t.Fatal(agrees, err)
		}
		files := unpack(t, b.Bytes())
		for name, text := range files {
			if !strings.HasSuffix(name, ".csv") {
				continue
			}
			if !strings.HasPrefix(text, "\ufeff") {
				t.Errorf("%s has no byte order mark", name)
			}
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
			if err != nil { // also where rows are not as long as their heading
				t.Errorf("%s: %v", name, err)
			}
			for _, row := range rows {
				for _, cell := range row {
					if strings.ContainsAny(cell[:min(1, len(cell))], "=@+") {
						t.Errorf("%s: %q is a formula", name, cell)
					}
				}
			}
			if len(rows) < 2 {
				t.Errorf("%s is empty", name)
			}
		}
		near := files["neighbours.csv"]
		for code, want := range map[string]bool{"UA": false, "UB": true, "UE": false, "UF": true, "UG": true, "UL": true, "UM": false} {
			if strings.Contains(near, ","+code+",") != want {
				t.Errorf("%s among the neighbours: want %v\n%s", code, want, near)
			}
		}
		if !strings.Contains(files["README.txt"], "Evidence: One") || !strings.Contains(files["说明.txt"], "取证包：一市") {
			t.Error("the pack does not explain itself in both languages")
		}
	}
}

// A pack that does not add up says so, in the file that programs read and to whoever made it.
func TestEvidenceThatDoesNotAddUp(t *testing.T) {
	e, records := someEvidence()
	e.Survey.Facts.Levels[4]++
	var b bytes.Buffer
	agrees, err := export.EvidencePack(t.Context(), &b, e, records, "zh")
	if err != nil || agrees {
		t.Fatal(agrees, err)
	}
	var m struct {
		Check struct {
			Agrees    bool
			Statement string
			Figures   []evaluation.EvidenceCheck
		}
	}
	if err := json.Unmarshal([]byte(unpack(t, b.Bytes())["manifest.json"]), &m); err != nil {
		t.Fatal(err)
	}
	if m.Check.Agrees || !strings.Contains(m.Check.Statement, "不一致") || !strings.Contains(m.Check.Statement, "do NOT add up") {
		t.Errorf("%+v", m.Check)
	}
	for _, f := range m.Check.Figures {
		if f.Agrees == (f.Figure == "level_5") {
			t.Errorf("%+v", f)
		}
	}
}

// What broke off can't be opened.
func TestEvidenceThatBreaksOff(t *testing.T) {
	e, records := someEvidence()
	records.fails = errors.New("the engine is gone")
	var b bytes.Buffer
	if _, err := export.EvidencePack(t.Context(), &b, e, records, "zh"); !errors.Is(err, records.fails) {
		t.Fatal(err)
	}
	if _, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil || b.Len() == 0 {
		t.Errorf("%d bytes of a pack that broke off can be opened", b.Len())
	}
}

// A unit that no scheme judges beside others gets no points.
func TestEvidenceOfALoneUnit(t *testing.T) {
	e, records := someEvidence()
	e.Alone = true
	var b bytes.Buffer
	if _, err := export.EvidencePack(t.Context(), &b, e, records, "en"); err != nil {
		t.Fatal(err)
	}
	files := unpack(t, b.Bytes())
	if strings.Count(files["neighbours.csv"], "\n") != 1 || strings.Contains(files["formulas.txt"], "Points ") || strings.Contains(files["formulas.txt"], "Rank ") {
		t.Errorf("%s\n%s", files["neighbours.csv"], files["formulas.txt"])
	}
}
