package demo

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the figures of the default seed into docs/demo.md")

const (
	docPath   = "../docs/demo.md"
	docBegins = "<!-- figures: begin -->\n"
	docEnds   = "<!-- figures: end -->\n"
)

// TestDocListsTheStories holds docs/demo.md to what the default seed gives.
func TestDocListsTheStories(t *testing.T) {
	p := NewPlan(DefaultSeed, lastDay, 12, 1)
	want := docFigures(p)
	b, err := os.ReadFile(docPath)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), docBegins)
	got, after, ok2 := strings.Cut(rest, docEnds)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the figures", docPath)
	}
	if *update {
		if err := os.WriteFile(docPath, []byte(before+docBegins+want+docEnds+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is not in step; run go test ./demo -run Doc -update: %s", docPath, diff)
	}
	for _, s := range Stories(p) {
		if s.NameZH == "" || s.EffectZH == "" || s.MeasureZH == "" || len(s.Units) == 0 {
			t.Errorf("story %s is not complete: %+v", s.ID, s)
		}
		if strings.Count(string(b), "`"+s.ID+"`") < 2 {
			t.Errorf("%s does not say how %s was sized", docPath, s.ID)
		}
	}
}

func docFigures(p *Plan) string {
	var b strings.Builder
	t := p.Totals()
	fmt.Fprintf(&b, "Seed %d, %v to %v, scale 1: %d ratings, %d cases (%d records, with versions), %d prompts, %d follow-up steps, %d repeated ratings.\n\n",
		p.Seed, p.From, p.To, t.Ratings, t.Cases, t.Versions, t.Prompts, t.FollowUps, t.Resent)
	fmt.Fprintln(&b, "| story | where | when | effect | planted | without it | of what |")
	fmt.Fprintln(&b, "|---|---|---|---|---|---|---|")
	for _, s := range Stories(p) {
		var units []string
		for _, u := range s.Units {
			units = append(units, fmt.Sprintf("%s `%s` (%s)", u.Kind, u.Code, u.NameZH))
		}
		fmt.Fprintf(&b, "| `%s` %s · %s | %s | %v to %v | %s | %.0f | %.1f | %s |\n",
			s.ID, s.NameZH, s.NameEN, strings.Join(units, ", "), s.From, s.To, s.EffectEN, s.Planted, s.Expected, s.MeasureEN)
	}
	return b.String()
}
