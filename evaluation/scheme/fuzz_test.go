package scheme

import (
	"errors"
	"strings"
	"testing"

	"haochaping/evaluation"
)

// Whatever is read: a scheme, or problems; what loads can be measured, explained and loaded again.
func FuzzLoad(f *testing.F) {
	for _, s := range Bundled() {
		f.Add(string(s.Source))
	}
	f.Add(whole)
	f.Add(leafOf(`value("x")`))
	f.Add(leafOf("1 - promised_seconds / statutory_seconds * quantile(handling_times, 0.9)"))
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Load([]byte(text))
		if err != nil {
			var problems *Error
			if !errors.As(err, &problems) || len(problems.Problems) == 0 {
				t.Fatalf("no problems: %v", err)
			}
			return
		}
		if s.ID == "" || s.Version == "" || len(s.Root.Children) == 0 || s.Publication == "" || s.Units.Kind == "" {
			t.Fatalf("a scheme without its parts: %+v", s)
		}
		for _, n := range leaves(&s.Root) {
			for _, facts := range append(probes(), &evaluation.Facts{}) {
				if e, err := n.Measure(facts); err == nil && n.Imported && e.Known {
					t.Fatalf("%s is imported and was measured", n.ID)
				}
			}
		}
		if strings.TrimSpace(s.Explain("zh")) == "" || strings.TrimSpace(s.Explain("en")) == "" {
			t.Fatal("nothing to explain")
		}
	})
}

// Whatever is written as a formula is refused with words or can be measured.
func FuzzFormula(f *testing.F) {
	for _, formula := range []string{
		"bad / valid * 100000", "mean(handling_times)", "quantile(handling_times, 0.9)", "-(1 - bad) / +valid", "1 ? 2 : 3", "[1..9]",
		"bad.x[0]", "let x = bad; x", "valid | mean()", "mean_level() / 0", "#", "'a' + 1", "value(\"x\")", "bad ?? valid", "not bad", "0x1F * bad", "1e308 * 1e308 * bad",
	} {
		f.Add(formula)
	}
	f.Fuzz(func(t *testing.T, formula string) {
		if strings.ContainsAny(formula, "'\n\r") || !strings.Contains(leafOf("x"), "'x'") {
			t.Skip("not one line of YAML")
		}
		s, err := Load([]byte(leafOf(formula)))
		if err != nil {
			return
		}
		for _, facts := range append(probes(), &evaluation.Facts{}) {
			if e, err := s.Root.Children[0].Measure(facts); err == nil && e.Known && e.Spread.Kind == evaluation.Fixed {
				t.Fatalf("%s does not vary", formula)
			}
		}
	})
}
