package dashboard

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"haochaping/record"
)

func readMessages(t *testing.T, lang string) map[string]json.RawMessage {
	t.Helper()
	files, err := fs.Glob(messageFiles, "messages/"+lang+"/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	all := make(map[string]json.RawMessage)
	for _, file := range files {
		text, err := messageFiles.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]json.RawMessage
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for id, message := range m {
			if all[id] != nil {
				t.Errorf("%s: message %s is there twice", file, id)
			}
			all[id] = message
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`{{\.(\w+)}}`)

// TestMessagesAgree: both languages have the same messages with the same gaps to fill.
func TestMessagesAgree(t *testing.T) {
	zh, en := readMessages(t, Chinese), readMessages(t, English)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(zh)), slices.Sorted(maps.Keys(en))); diff != "" {
		t.Fatalf("the languages differ in their messages: %s", diff)
	}
	gaps := func(text json.RawMessage) []string {
		found := make(map[string]bool)
		for _, m := range placeholder.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = true
		}
		return slices.Sorted(maps.Keys(found))
	}
	for id := range zh {
		if diff := cmp.Diff(gaps(zh[id]), gaps(en[id])); diff != "" {
			t.Errorf("%s has different gaps: %s", id, diff)
		}
		if strings.Contains(string(en[id]), "{{.N}}") && !strings.Contains(string(en[id]), `"one":`) {
			t.Errorf("%s in English says nothing for one: %s", id, en[id])
		}
		if strings.ContainsFunc(string(en[id]), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s in English: %s", id, en[id])
		}
		if regexp.MustCompile(`\p{Han}[,:;()]`).Match(zh[id]) {
			t.Errorf("%s: punctuation of another script after a Chinese character: %s", id, zh[id])
		}
	}
}

var usedID = regexp.MustCompile(`(?:T\(|\.T |message = |return http\.Status\w+, )"([a-z0-9_.-]+)"`)

// TestMessagesAreUsed: every id in the code and the templates exists, and none is left over.
func TestMessagesAreUsed(t *testing.T) {
	used := make(map[string]bool)
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := fs.Glob(os.DirFS("."), "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, pages...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range usedID.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
	}
	for _, id := range composedIDs() {
		used[id] = true
	}
	have := readMessages(t, Chinese)
	for id := range used {
		if _, ok := have[id]; !ok && !strings.HasSuffix(id, ".") && !strings.HasSuffix(id, "_") {
			t.Errorf("message %s does not exist", id)
		}
	}
	for id := range have {
		if !used[id] {
			t.Errorf("message %s is not used", id)
		}
	}
}

// composedOf are the messages whose ids the code of one area puts together; each area adds its own.
var composedOf []func() []string

// composedIDs are the messages whose ids the code puts together.
func composedIDs() []string {
	ids := []string{"help." + ratingsID, "handling.mean", "channel.unknown"}
	for code := range knownTags {
		ids = append(ids, "tag."+code)
	}
	for _, c := range record.Channels {
		ids = append(ids, "channel."+string(c))
	}
	for _, word := range levelWords {
		ids = append(ids, "levelname."+word)
	}
	for _, u := range axisUnits {
		ids = append(ids, u.id)
	}
	for prefix, ends := range map[string][]string{
		"level.": {"1", "2", "3", "4", "5"}, "period.": periodKeys, "card.trend.note.": {"day", "week", "month"},
		"handling.": {"p50", "p75", "p90", "p95"}, "channel.kind.": {"attended", "unattended"},
		"break.": {withPrevious, withLastYear}, "change.": {withPrevious, withLastYear, "break", "joined"},
		"rule.":  {"active", "with_defaults", "silence_is_5"},
		"count.": {"defaults", "unanswered", "declined", "reassessed", "excluded"},
	} {
		for _, end := range ends {
			ids = append(ids, prefix+end)
		}
	}
	for _, card := range []string{"reasons", "praise"} {
		ids = append(ids, "card."+card, "card."+card+".note", "card."+card+".described", "column.share_of_"+card)
	}
	for _, card := range []string{"no-region", "no-department"} {
		ids = append(ids, "card."+card, "card."+card+".note")
	}
	for _, e := range []string{"not_found", "bad_request", "unavailable", "internal", "forbidden"} {
		ids = append(ids, "error."+e, "error."+e+".title")
	}
	for _, entry := range menu {
		ids = append(ids, "nav."+entry.id)
	}
	for _, more := range composedOf {
		ids = append(ids, more()...)
	}
	return ids
}
