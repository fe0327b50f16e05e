package collector

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// badInput is one thing that should not come, and the answer it gets. The table of
// docs/bad-inputs.md is made of these.
type badInput struct {
	what   string // for the document
	method string // POST
	path   string // ratings
	key    string // device; source, revoked, none, unknown
	body   string
	slow   bool // the body stops in the middle
	more   header
	set    func(*Options) // changes the house
	before func(*house)   // what happens first

	status    int
	code      string // of the problem, or the fate of a record of a receipt
	field     string // of the first error
	why       string // its code
	kept      int    // traces in the spool
	accepted  int    // records in the spool
	retry     bool   // there is a Retry-After
	unchecked bool   // the spool is not a real one
}

// secret stands for a submitted value: nothing may repeat it, nothing may keep it.
const secret = "13912345678"

var gz = header{"Content-Encoding": "gzip"}

func with(change ...string) string { return strings.NewReplacer(change...).Replace(rating(idA, "")) }

// badInputs are grouped as in the document.
func badInputs(t *testing.T) []struct {
	title string
	rows  []badInput
} {
	return []struct {
		title string
		rows  []badInput
	}{
		{"JSON", badJSON()},
		{"Text", badText()},
		{"Fields and types", badFields()},
		{"Numbers", badNumbers()},
		{"Times", badTimes()},
		{"Levels, channels, sources", badCodes()},
		{"Another's device, hall or window", badPlaces()},
		{"Ids", badIDs()},
		{"Size and packing", badSizes(t)},
		{"Keys", badKeys()},
		{"Addresses and forms", badForms()},
		{"Announced batches", badBatches()},
		{"Questions", badQuestions()},
		{"More than can be taken", badLoad()},
	}
}

// send sends the input and checks the answer and what is kept.
func (in *badInput) send(t *testing.T) reply {
	h := newHouse(t, in.set)
	if in.before != nil {
		in.before(h)
	}
	keys := map[string]string{"": h.device, "source": h.source, "revoked": h.revoked, "none": "", "unknown": "hcp_00"}
	method, path := in.method, in.path
	if method == "" {
		method = http.MethodPost
	}
	if path == "" {
		path = "ratings"
	}
	var body io.Reader = strings.NewReader(in.body)
	if in.slow {
		pipe, out := io.Pipe()
		defer func() { _ = out.Close() }()
		go func() { _, _ = io.WriteString(out, `{"id":`) }()
		body = pipe
	}
	r := h.do(method, path, keys[in.key], body, in.more)
	if r.status != in.status || r.status >= 400 && (r.Code != in.code || r.Kept != (in.why != "" && in.kept > 0)) {
		t.Errorf("status %d, code %q, kept %t\n%.500s", r.status, r.Code, r.Kept, r.text)
	}
	if in.why != "" && (len(r.Errors) == 0 || r.Errors[0].Field != in.field || r.Errors[0].Code != in.why) {
		t.Errorf("errors %+v, want %s %s", r.Errors, in.field, in.why)
	}
	if (r.header.Get("Retry-After") != "") != in.retry {
		t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
	}
	if strings.Contains(r.text, secret) {
		t.Error("a submitted value is repeated")
	}
	if in.unchecked {
		return r
	}
	b := h.stored()
	if len(b.Refused) != in.kept || b.Len()-len(b.Refused) != in.accepted {
		t.Errorf("%d refused and %d others stored, want %d and %d", len(b.Refused), b.Len()-len(b.Refused), in.kept, in.accepted)
	}
	if kept := fmt.Sprintf("%+v", b); strings.Contains(kept, secret) {
		t.Error("a submitted value is kept")
	}
	return r
}

// line is the row of the document.
func (in *badInput) line(r *reply) string {
	kept, says, code := "no", "", "`"+in.code+"`"
	if r.Kept {
		kept = "yes"
	}
	switch {
	case r.status == http.StatusAccepted:
		kept = "yes"
		for _, it := range r.Receipts {
			if it.Status == in.code && len(it.Problems) > 0 {
				says = it.Problems[0].Error()
			}
		}
		if says == "" {
			says = "The receipt says so."
		}
	case in.why != "":
		code += " / `" + in.why + "`"
		says = r.Errors[0].Error()
	default:
		says = r.detail()
	}
	if wait := r.header.Get("Retry-After"); wait != "" {
		says += " (`Retry-After: " + wait + "`)"
	}
	return fmt.Sprintf("| %s | %d | %s | %s | %s |\n", in.what, r.status, code, kept, strings.ReplaceAll(says, "|", `\|`))
}

const badInputsHead = `# Bad inputs, and the answer each gets

This table is written by a test (` + "`go test ./collector -run BadInputs -update`" + `), which sends each of these to the real handler and fails
when an answer is not the one listed here. *Code* is that of the problem document and, behind the slash, that of its first error; for a 202 it is the
fate of the record in the receipt. *Kept* means final: the sender may forget what it sent, because it is stored or because its refusal is on
record. Where it says no, the sender keeps it. No answer, and nothing that is kept, repeats a submitted value.
`

// The document lists the answers that the handler gives.
func TestBadInputs(t *testing.T) {
	var doc strings.Builder
	doc.WriteString(badInputsHead)
	for _, group := range badInputs(t) {
		fmt.Fprintf(&doc, "\n## %s\n\n| what comes | status | code | kept | what the answer says |\n|---|---|---|---|---|\n", group.title)
		for i := range group.rows {
			in := &group.rows[i]
			t.Run(in.what, func(t *testing.T) {
				r := in.send(t)
				doc.WriteString(in.line(&r))
			})
		}
	}
	path := filepath.Join("..", "docs", "bad-inputs.md")
	if *update && !t.Failed() {
		if err := os.WriteFile(path, []byte(doc.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), doc.String()); d != "" && !t.Failed() {
		t.Errorf("the answers are not those of docs/bad-inputs.md; if that is meant, run the test with -update\n%s", d)
	}
}
