package scheme

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func TestExplain(t *testing.T) {
	county, err := Load([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(Bundled(), county) {
		for _, lang := range []string{"zh", "en"} {
			name := filepath.Join("testdata", "explain", s.ID+"."+lang+".txt")
			got := s.Explain(lang)
			if strings.Contains(got, "%!") {
				t.Errorf("%s: a text and its arguments disagree", name)
			}
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-golden +now):\n%s", name, diff)
			}
		}
	}
}

// Every normaliser, rule and kind of unit has words of its own.
func TestExplainHasWordsForEverything(t *testing.T) {
	seen := map[string]string{}
	for _, normalise := range []string{
		"{kind: absolute, full: 2}", "{kind: linear, floor: 0, target: 1}", "{kind: steps, steps: [{at: 1, points: 9}]}",
		"{kind: deductions, free: 1, every: 0.5, per: 2}", "{kind: min_max}", "{kind: percentile}", "{kind: z_score, centre: 50, spread: 10}",
		"{kind: z_score, rescale: true}", "{kind: z_score, rescale: true, population: true}",
	} {
		s, err := Load([]byte(leafWith("higher", normalise)))
		if err != nil {
			t.Fatalf("%s: %v", normalise, err)
		}
		for _, lang := range []string{"zh", "en"} {
			text := s.Explain(lang)
			if other, twice := seen[text]; twice {
				t.Errorf("%s reads as %s (%s)", normalise, other, lang)
			}
			seen[text] = normalise
		}
	}
}
