package collector

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"haochaping/record"
)

// marks are personal values in several writings. None of them, nor what is left of one
// without its signs, may ever be found again.
var marks = []string{"13912345678", "１３９１２３４５６７８", "139-1234-5678", "+86 139 1234 5678", "11010519491231002X", "１１０１０５１９４９１２３１００２ｘ"}

// traces is what a mark would be found by.
var traces = []string{"13912345678", "１３９１", "1234-5678", "1234 5678", "19491231002", "１９４９"}

// clean are records that are accepted, by route.
var clean = map[string]map[string]any{
	"ratings":    {"id": idA, "level": 5, "rated_at": "2026-05-04T11:59:00+08:00"},
	"cases":      {"case_id": "C1", "version": 1, "accepted_at": "2026-05-04T11:59:00+08:00"},
	"prompts":    {"id": idA, "served_at": "2026-05-04T11:59:00+08:00"},
	"follow-ups": {"id": idA, "rating_id": idB, "step": "contacted", "at": "2026-05-04T11:59:00+08:00"},
	"tallies":    {"from": "2026-05-01", "to": "2026-05-02", "level": 5, "count": 3},
}

var wires = map[string]reflect.Type{
	"ratings": reflect.TypeFor[record.RatingInput](), "cases": reflect.TypeFor[record.CaseInput](), "prompts": reflect.TypeFor[record.PromptInput](),
	"follow-ups": reflect.TypeFor[record.FollowUpInput](), "tallies": reflect.TypeFor[record.TallyInput](),
}

// A personal value may stand in any field, also one where it is wrong: it is not in the
// answer, not in the log, and in no file. Where it belongs, a keyed token, a sealed text
// or a gap is left.
func TestNoPersonalValueIsEverWrittenLoggedOrEchoed(t *testing.T) {
	var log, answers bytes.Buffer
	public, private, err := record.NewContactKey()
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, func(o *Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		o.Door.Seal = record.ContactSealer(public)
	})
	post := func(path string, body map[string]any) reply {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r := h.send(path, h.source, string(text), nil)
		answers.WriteString(r.text + "\n")
		for name, values := range r.header {
			answers.WriteString(name + ": " + strings.Join(values, " ") + "\n")
		}
		return r
	}
	refused := 0
	for path, typ := range wires {
		for _, field := range reflect.VisibleFields(typ) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if field.Anonymous || !field.IsExported() || name == "" {
				continue
			}
			for i, mark := range marks {
				for _, value := range []any{mark, []string{mark}, map[string]string{mark: mark}, []any{map[string]string{"from": mark, mark: "x"}}} {
					body := map[string]any{}
					for k, v := range clean[path] {
						body[k] = v
					}
					body[name] = value
					if i%2 == 0 || accepting[name] {
						body["unknown_"+mark] = mark // no record with it is accepted
					} else {
						body["source"] = "unmapped" // held, where nothing else is wrong
						if name == "source" {
							body[name] = value
						}
					}
					if r := post(path, body); r.status == 422 || r.status == 400 {
						refused++
					}
				}
			}
		}
	}
	if refused < 500 {
		t.Errorf("only %d records were refused", refused)
	}
	for _, raw := range []string{marks[0], `{"comment":"` + marks[0], `"` + marks[4] + `"`, `[{"rater":"` + marks[0] + `"},` + marks[0], "{\"a\":\"\xff" + marks[0] + `"}`} {
		answers.WriteString(h.send("ratings", h.source, raw, nil).text)
		answers.WriteString(h.send("ratings", h.source, raw+"\n"+raw+"\n", ndjson).text)
		answers.WriteString(h.send("ratings", "hcp_"+marks[0], raw, nil).text)
		answers.WriteString(h.send("ratings/"+marks[0], h.source, raw, nil).text)
		answers.WriteString(h.send("ratings?phone="+marks[0], h.source, raw, header{"Device-Now": marks[0]}).text)
	}
	text := strings.Join(marks, "，")
	if r := post("ratings", map[string]any{
		"id": idC, "source": "national", "level": 1, "rated_at": "2026-05-04T11:59:00+08:00", "comment": text, "platform": marks[0], "tags": marks[:3],
		"rater": marks[1], "contact": marks[0],
	}); r.status != 202 {
		t.Fatal(r.text)
	}
	if r := post("follow-ups", map[string]any{
		"id": idC, "source": "national", "rating_id": idC, "step": "contacted", "at": "2026-05-04T11:59:00+08:00", "note": text,
	}); r.status != 202 {
		t.Fatal(r.text)
	}
	checkNowhere(t, "an answer", answers.Bytes())
	checkNowhere(t, "the log", log.Bytes())
	stored := h.stored()
	b, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	checkNowhere(t, "what is stored", b)
	checkFiles(t, filepath.Dir(h.ring.opts.Path))

	r := stored.Ratings[len(stored.Ratings)-1]
	if contact, err := record.OpenContact(private, r.Contact); err != nil || contact != marks[0] {
		t.Errorf("the contact cannot be opened: %v", err)
	}
	if r.RaterToken == "" || r.RaterToken != h.c.opts.Door.Token(marks[2]) {
		t.Error("the rater has no token, or another one with hyphens in the number")
	}
}

// accepting are the fields that take any code, a phone number too.
var accepting = map[string]bool{
	"device_id": true, "installation": true, "batch_id": true, "case_id": true, "service_number": true, "stage": true, "question_set": true,
	"region": true, "hall": true, "window": true, "department": true, "item": true, "staff": true, "by": true,
}

func checkNowhere(t *testing.T, where string, b []byte) {
	t.Helper()
	for _, trace := range traces {
		if i := bytes.Index(b, []byte(trace)); i >= 0 {
			t.Errorf("%q stands in %s: …%s…", trace, where, b[max(0, i-80):min(len(b), i+80)])
		}
	}
}

func checkFiles(t *testing.T, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files++
		checkNowhere(t, path, b)
		return err
	})
	if err != nil || files == 0 {
		t.Error(files, errors.Join(err))
	}
}
