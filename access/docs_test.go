package access

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The table of the documentation is that of the code.
func TestDocumentedGrants(t *testing.T) {
	text, err := os.ReadFile("../docs/access.md")
	if err != nil {
		t.Fatal(err)
	}
	cells := func(line string) []string {
		list := strings.Split(strings.Trim(line, "|"), "|")
		for i := range list {
			list[i] = strings.TrimSpace(list[i])
		}
		return list
	}
	var header []string
	documented := make(map[Permission]bool)
	row := regexp.MustCompile("^\\| `([a-z]+)` \\|")
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "| permission |") {
			header = cells(line)
			continue
		}
		m := row.FindStringSubmatch(line)
		if m == nil || len(cells(line)) != len(header) {
			continue
		}
		what := Permission(m[1])
		documented[what] = true
		for i, cell := range cells(line)[2:] {
			r := Role(header[i+2])
			if says, is := cell == "●", slices.Contains(Grants(r), what); says != is {
				t.Errorf("%s, %s: documented %v, granted %v", r, what, says, is)
			}
		}
	}
	if len(header) != 2+len(Roles()) {
		t.Errorf("the table has the columns %v", header)
	}
	for _, what := range Permissions() {
		if !documented[what] {
			t.Errorf("%s is not documented", what)
		}
	}
}
