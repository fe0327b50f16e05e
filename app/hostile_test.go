package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/net/html"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/edition"
	"haochaping/record"
	"haochaping/warehouse"
)

// hostileTexts are texts that must stay texts, wherever they are shown. None of them may run, open an element, become
// a formula, break a line of a header or a file, or reverse what stands beside them.
var hostileTexts = []string{
	`</script><script>window.__pwned=1</script>`, `<img src=x onerror=window.__pwned=2>`, `__f__window.__pwned=3__f__`, `"><svg onload=window.__pwned=4>`,
	`{{.Person}}{{printf "%s" .}}`, "${window.__pwned=5}`", `\u003cscript\u003ewindow.__pwned=6`, "\u202Egnol\u2066\u2067x", "a\u200B\u200D\uFEFFb", strings.Repeat("长", 10000),
	`=HYPERLINK("http://elsewhere.example","x")`, "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1:A9)", "\t=1+1", "a\r\nX-Pwned: 1\r\n\r\n<script>", strings.Repeat("W", 480),
	"javascript:window.__pwned=7", "'; DROP TABLE ratings; --", "]]><!--", "%3Cscript%3E", "\u2028window.__pwned=8\u2029", "a/b?c#d%2F..",
}

// TestHostileTexts fills an installation with hostile names, comments, tags, notes, codes and device names, as if all
// that cleans and bounds them had failed, and reads every page and file.
func TestHostileTexts(t *testing.T) {
	l := startLeakWorld(t)
	for _, fill := range []func(context.Context) error{l.hostileDirectory, l.hostileRecords, l.hostileEdition, l.people} {
		if err := fill(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var asking sync.WaitGroup
	var shown atomic.Int64
	for _, who := range []string{"evaluator.all", "operator.all", "administrator.all", "auditor.all"} {
		asking.Go(func() {
			l.crawlAs(who, func(q *request, a *answer) {
				if strings.Contains(a.text, "window.__pwned") {
					shown.Add(1)
				}
				for _, wrong := range harm(a) {
					l.fault(wrong, who, q.path)
				}
			})
		})
	}
	asking.Wait()
	if shown.Load() < 50 {
		t.Errorf("only %d pages and files show a hostile text", shown.Load())
	}
	for i := range hostileTexts {
		for _, path := range []string{"/search?q=", "/search.json?q=", "/reviews?text=", "/reviews?region=", "/ranking?by=department&line=", "/region/", "/edition/", "/?lang=", "/?p=", "/assets/", "/sign-in?back=/", "/ranking.xlsx?by=department&line="} {
			text := hostileTexts[i]
			if len(text) > 2000 {
				text = text[:1998]
			}
			escaped := url.QueryEscape(text)
			if strings.HasSuffix(path, "/") && !strings.Contains(path, "?") {
				escaped = url.PathEscape(text)
			}
			q := request{who: "evaluator.all", method: "GET", path: path + escaped}
			a := l.send(&q)
			for _, wrong := range harm(&a) {
				l.fault(wrong, q.who, path+strconv.Quote(text))
			}
		}
	}
	l.report(t)
}

// hostileDirectory has a region, hall, window, department and item of each name.
func (l *leakWorld) hostileDirectory(ctx context.Context) error {
	part := warehouse.DirectoryPart{Regions: []directory.Region{{Code: "top", Name: hostileTexts[0], NameEN: hostileTexts[1], LevelName: hostileTexts[2]}}}
	for i, text := range hostileTexts {
		n := strconv.Itoa(i)
		other := hostileTexts[(i+1)%len(hostileTexts)]
		code := hostileCode(i)
		part.Regions = append(part.Regions, directory.Region{Code: code, Name: text, NameEN: other, Parent: "top", LevelName: text, Aliases: []string{text}})
		part.Halls = append(part.Halls, directory.Hall{Code: "h" + code, Name: text, Region: code, OpeningHours: text, Kind: text})
		part.Windows = append(part.Windows, directory.Window{Hall: "h" + code, Code: code, Name: text, NameEN: other})
		part.Departments = append(part.Departments, directory.Department{Code: "d" + code, Name: text, NameEN: other, Region: code, Line: hostileCode(i % 5)})
		part.Items = append(part.Items, directory.Item{Code: "i" + n, Name: text, NameEN: other, Department: "d" + code, Kind: text})
	}
	if problems, err := l.w.ImportDirectory(ctx, &part, "test"); err != nil {
		return fmt.Errorf("%w: %v", err, problems)
	}
	return nil
}

// hostileCode is a text as a code: short, and without the signs that no code may have.
func hostileCode(i int) string {
	code := strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, strings.TrimSpace(hostileTexts[i]))
	if len(code) > 60 {
		code = code[:57] // a third of a character each
	}
	return code + "~" + strconv.Itoa(i)
}

func (l *leakWorld) hostileRecords(ctx context.Context) error {
	five, _ := record.Preset("five-best")
	door := *l.door
	door.Codes = func(string, time.Time) (record.CodeMap, bool) { return five, true }
	var b record.Batch
	var refused []error
	for i, text := range hostileTexts {
		code := hostileCode(i)
		short := string([]rune(text)[:min(60, len([]rune(text)))])
		place := record.Place{Region: code, Hall: "h" + code, Window: code, Department: "d" + code, Item: "i" + strconv.Itoa(i)}
		if err := l.w.StoreKeys(ctx, []record.Key{
			{Name: short, Kind: record.KeyDevice, Device: short, Sources: []string{record.SourceKiosk}, Hall: "h" + code, Hash: sha256.Sum256([]byte(text))},
		}); err != nil {
			refused = append(refused, err)
		}
		for n := range 6 {
			at := time.Now().AddDate(0, 0, -3*n-1)
			id := uuid.NewSHA1(sideA.review, fmt.Append(nil, i, n)).String()
			accept := func(in any) {
				if problems := door.Accept(in, record.Receipt{Now: at.Add(time.Minute), Collector: "test", Sender: short}, &b); len(problems) > 0 {
					refused = append(refused, problems)
				}
			}
			accept(&record.RatingInput{
				ID: id, Source: "portal", Level: record.Code(strconv.Itoa(n%2 + 1)), Place: place, RatedAt: &at, Channel: "tablet", Comment: text,
				Tags: []string{"1" + short, "214"}, Platform: short, CaseID: short, DeviceID: short, Installation: short, DeviceSeq: uint64(2*n + 1),
			})
			accept(&record.RatingInput{ID: uuid.NewSHA1(sideB.review, []byte(id)).String(), Source: "portal", Level: "1", Place: place, RatedAt: &at, Channel: "tablet"})
			accept(&record.TallyInput{Source: "portal", From: calendar.DayOf(at, time.UTC).String(), To: calendar.DayOf(at, time.UTC).String(), Place: place, Level: "5", Count: 700})
			accept(&record.FollowUpInput{ID: uuid.NewSHA1(sideNone.review, []byte(id)).String(), Source: "portal", RatingID: id, Step: record.StepContacted, By: short, At: &at, Note: text})
		}
	}
	for _, err := range refused { // what is refused is told with its field and a remedy, and never repeated
		for _, text := range hostileTexts {
			if strings.Contains(err.Error(), text) && len(text) > 6 {
				return fmt.Errorf("a refusal repeats what was sent: %w", err)
			}
		}
	}
	if len(b.Ratings) < 6*len(hostileTexts) {
		return fmt.Errorf("only %d ratings were taken: %w", len(b.Ratings), errors.Join(refused...))
	}
	if err := l.w.Insert(ctx, &b, ""); err != nil {
		return err
	}
	if _, err := l.w.RestateSeen(ctx, time.Now(), func(int, int) {}); err != nil {
		return err
	}
	_, err := l.w.RestateItems(ctx)
	return err
}

// hostileEdition is an edition with every text as narrative, objection and answer.
func (l *leakWorld) hostileEdition(ctx context.Context) error {
	first := calendar.MakeDay(time.Now().Year(), time.Now().Month(), 1)
	y, m, _ := (first - 1).Time().Date()
	entry, err := l.createEdition(ctx, &EditionCreate{
		Scheme: SchemeRef{Name: "good-bad-review"}, Period: calendar.Range{From: calendar.MakeDay(y, m, 1), To: first - 1}, By: hostileTexts[0],
	})
	if err != nil {
		return err
	}
	step := func(e edition.Event) error {
		_, err := l.stepEdition(ctx, &EditionStep{Ref: edition.Ref{Number: entry.Number}, Events: []edition.Event{e}})
		return err
	}
	if err := step(edition.Event{Action: edition.Open, By: hostileTexts[3], Until: l.today() + 20, Note: hostileTexts[1]}); err != nil {
		return err
	}
	for i, text := range hostileTexts {
		unit := hostileCode(i)
		for _, e := range []edition.Event{
			{Action: edition.Narrate, By: "li", Unit: unit, Section: edition.Highlights, Entries: []edition.Narrative{{Section: edition.Highlights, Text: text, Source: text}}},
			{Action: edition.Object, By: "li", Unit: unit, Text: text},
		} {
			if err := step(e); err != nil && !strings.Contains(err.Error(), "control characters") && !strings.Contains(err.Error(), "are allowed") {
				return err
			}
		}
	}
	return nil
}

// What TestHostileTexts looks for is found where it is.
func TestHarmIsFound(t *testing.T) {
	page := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	sheet := http.Header{"Content-Type": {"text/csv; charset=utf-8"}}
	data := http.Header{"Content-Type": {"application/json"}}
	for _, a := range []answer{
		{head: page, raw: `<script>1</script>`},
		{head: page, raw: `<script src="//elsewhere.example/x.js"></script>`},
		{head: page, raw: `<script type="application/json">{"a": function(){}}</script>`},
		{head: page, raw: `<script type="application/json">"</script><script>1</script>"</script>`},
		{head: page, raw: `<img src=x onerror=1>`},
		{head: page, raw: `<p onclick=1>`},
		{head: page, raw: `<p style="color:red">`},
		{head: page, raw: `<a href="javascript:1">a</a>`},
		{head: page, raw: `<a href="//elsewhere.example">a</a>`},
		{head: page, raw: "<p>\u202Ea</p>"},
		{head: page, raw: "<!-- a -->"},
		{head: sheet, raw: "a,=1+1\r\n"},
		{head: sheet, raw: "a,\"\t=1\"\r\n"},
		{head: sheet, raw: "a,\"b"},
		{head: data, raw: `{"a": }`},
		{head: data, raw: `{"a": "</script>"}`},
		{head: http.Header{"X-Pwned": {"1"}}},
	} {
		if len(harm(&a)) == 0 {
			t.Errorf("nothing is found in %s", a.raw)
		}
	}
	for _, a := range []answer{
		{head: page, raw: `<p><bdi>` + "\u202Ea" + `</bdi> &lt;script&gt;<script type="application/json">{"a": "\u003c/script"}</script><a href="/x#y">a</a>`},
		{head: sheet, raw: "a,-1.5,+3.2%,'=1\r\n"},
		{head: data, raw: `{"a": "\u003c"}`},
	} {
		if wrong := harm(&a); len(wrong) > 0 {
			t.Errorf("%s: %q", a.raw, wrong)
		}
	}
}

// harm is what is wrong with an answer.
func harm(a *answer) (wrong []string) {
	for name, values := range a.head {
		if strings.EqualFold(name, "X-Pwned") || strings.ContainsAny(strings.Join(values, ""), "\r\n") {
			wrong = append(wrong, "a header is broken: "+name)
		}
	}
	switch kind, _, _ := strings.Cut(a.head.Get("Content-Type"), ";"); {
	case strings.HasPrefix(a.raw, "PK\x03\x04"):
		return append(wrong, harmOfArchive(a.raw)...)
	case kind == "text/html":
		return append(wrong, harmOfPage(a.raw)...)
	case kind == "text/csv":
		return append(wrong, harmOfCSV(a.raw)...)
	case kind == "application/json" && !json.Valid([]byte(a.raw)):
		return append(wrong, "this is no JSON")
	case kind == "application/json" && strings.ContainsAny(a.raw, "<>"):
		return append(wrong, "JSON with elements that a browser could take for a page")
	}
	return wrong
}

func harmOfPage(body string) (wrong []string) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return []string{err.Error()}
	}
	for n := range root.Descendants() {
		switch {
		case n.Type == html.TextNode && strings.ContainsFunc(n.Data, turns) && !isolated(n):
			wrong = append(wrong, "signs of direction outside an isolated element: "+n.Parent.Data)
		case n.Type == html.CommentNode:
			wrong = append(wrong, "a comment: "+n.Data[:min(len(n.Data), 40)])
		case n.Type == html.ElementNode:
			wrong = append(wrong, harmOfElement(n)...)
		}
	}
	return wrong
}

// turns reports whether a sign changes the direction of what follows.
func turns(r rune) bool {
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' || r == '\u200E' || r == '\u200F'
}

// isolated reports whether what stands in an element has no bearing on what is beside it.
func isolated(n *html.Node) bool {
	for up := n.Parent; up != nil; up = up.Parent {
		if slices.Contains([]string{"bdi", "title", "option", "textarea", "script"}, up.Data) {
			return true
		}
		for _, a := range up.Attr {
			if a.Key == "dir" && a.Val == "auto" {
				return true
			}
		}
	}
	return false
}

func harmOfElement(n *html.Node) (wrong []string) {
	kind, source := "", ""
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc":
			wrong = append(wrong, "the attribute "+a.Key+" of "+n.Data)
		case a.Key == "type":
			kind = a.Val
		case a.Key == "src":
			source = a.Val
		}
		if slices.Contains([]string{"href", "src", "action", "formaction", "data"}, a.Key) && a.Val != "data:," && !strings.HasPrefix(a.Val, "#") &&
			(!strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, `/\`)) {
			wrong = append(wrong, fmt.Sprintf("%s of %s leads elsewhere: %.60s", a.Key, n.Data, a.Val))
		}
	}
	switch {
	case slices.Contains([]string{"img", "iframe", "object", "embed", "base", "style", "template"}, n.Data):
		wrong = append(wrong, "a foreign element: "+n.Data)
	case n.Data == "script" && kind == "application/json":
		if n.FirstChild == nil || !json.Valid([]byte(n.FirstChild.Data)) {
			wrong = append(wrong, "figures that are no JSON")
		}
	case n.Data == "script" && !strings.HasPrefix(source, "/assets/"):
		wrong = append(wrong, "a foreign script")
	}
	return wrong
}

func harmOfCSV(body string) (wrong []string) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\uFEFF")))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		return []string{"no CSV: " + err.Error()}
	}
	for _, row := range rows {
		for _, c := range row {
			if _, err := strconv.ParseFloat(strings.TrimSuffix(strings.ReplaceAll(c, ",", ""), "%"), 64); c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) && err != nil {
				wrong = append(wrong, fmt.Sprintf("a cell that a spreadsheet computes: %.40q", c))
			}
		}
	}
	return wrong
}

// harmOfArchive finds formulas in a workbook, and parts of it that are no XML.
func harmOfArchive(body string) (wrong []string) {
	var parts strings.Builder
	if err := unpack(&parts, []byte(body)); err != nil {
		return []string{err.Error()}
	}
	for _, part := range strings.Split(parts.String(), "<?xml ")[1:] {
		d := xml.NewDecoder(bytes.NewReader([]byte("<?xml " + part)))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				wrong = append(wrong, "a part is no XML: "+err.Error())
				break
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "f" {
				wrong = append(wrong, "a formula in a workbook")
			}
		}
	}
	return wrong
}
