package scheme

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "schemes.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The manual lists the facts that formulas may name, in the same words.
func TestManualListsEveryFact(t *testing.T) {
	_, facts, ok := strings.Cut(manual(t), "### Facts\n")
	if !ok {
		t.Fatal("the manual has no section on facts")
	}
	facts, _, _ = strings.Cut(facts, "\n### ")
	var got []Fact
	histogram := false
	for line := range strings.Lines(facts) {
		histogram = histogram || strings.HasPrefix(line, "Histograms")
		if m := regexp.MustCompile("^\\| `(\\w+)` \\| (.*) \\| (.*) \\|\n$").FindStringSubmatch(line); m != nil {
			got = append(got, Fact{Name: m[1], Meaning: Text{m[2], m[3]}, Histogram: histogram})
		}
	}
	if diff := cmp.Diff(Vocabulary(), got); diff != "" {
		t.Errorf("docs/schemes.md (-code +manual):\n%s", diff)
	}
}

// Every key, kind and function stands in the manual, and its example loads.
func TestManualIsComplete(t *testing.T) {
	text := manual(t)
	words := append([]string{}, functionNames...)
	for kind := range normaliserKeys {
		words = append(words, string(kind))
	}
	for kind := range unitKeys {
		words = append(words, string(kind))
	}
	words = append(words, required...)
	words = append(words, leafKeys...)
	for _, rule := range []MissingRule{MissingShown, MissingRenormalise, MissingFixed, MissingLeaveOut} {
		words = append(words, string(rule))
	}
	for _, s := range Bundled() {
		words = append(words, s.ID)
	}
	for _, word := range words {
		if !regexp.MustCompile("`[^`]*\\b" + word + "\\b[^`]*`").MatchString(text) {
			t.Errorf("the manual lacks %s", word)
		}
	}
	_, example, _ := strings.Cut(text, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	if s, err := Load([]byte(example)); err != nil || s.ID != "county-2026" {
		t.Errorf("the example of the manual: %v", err)
	}
}
