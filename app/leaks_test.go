package app

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"haochaping/access"
	"haochaping/dashboard"
)

var update = flag.Bool("update", false, "write the expected answers to testdata")

var only = flag.String("only", "", "of TestLeaks: only requests whose names hold this, printed and not compared")

// TestLeaks asks every route as everybody, about the own city, a foreign one and none, and compares the answers with
// a table. Whatever the table says: nobody is told anything of a city outside the own scope, and an answer about a
// foreign unit is the same, byte by byte, as about one that does not exist.
func TestLeaks(t *testing.T) {
	l := newLeakWorld(t)
	table := l.table(t)
	if *only != "" {
		l.report(t)
		t.Log("\n" + table)
		return
	}
	for _, probe := range []func(*testing.T){l.crawl, l.tamper, l.together, l.api} {
		probe(t)
	}
	l.report(t)
	const path = "testdata/leaks.txt"
	if *update {
		if err := os.WriteFile(path, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wanted := make(map[string]bool)
	for line := range strings.Lines(string(want)) {
		wanted[line] = true
	}
	for line := range strings.Lines(table) {
		if !wanted[line] {
			t.Errorf("not expected, see %s: %s", path, line)
		}
		delete(wanted, line)
	}
	for line := range maps.Keys(wanted) {
		t.Errorf("expected, see %s: %s", path, line)
	}
}

// request is one that is sent.
type request struct {
	who    string // '' = nobody
	method string
	path   string
	form   url.Values
	file   string
	follow bool
	parts  bool // the form is sent in parts, as files are
	second bool // in the second session
	stream bool
	head   http.Header // further headers
}

var leakClient = &http.Client{
	Timeout:       time.Minute,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send sends a request as a browser does; that it is not answered, or fails, is a fault.
func (l *leakWorld) send(q *request) answer {
	a, err := l.try(q)
	for n := 1; n < 4 && err == nil && a.unfinished(); n++ { // on a busy machine a card may take too long
		time.Sleep(time.Second)
		a, err = l.try(q)
	}
	if to := a.head.Get("Location"); err == nil && q.follow && to != "" && !strings.HasPrefix(to, "/sign-in") {
		then := l.send(&request{who: q.who, method: http.MethodGet, path: to})
		a.text += then.text
	}
	switch {
	case err != nil:
		l.fault(q.method+" "+q.path+" is not answered", q.who, err.Error())
	case a.unfinished():
		l.fault(q.method+" "+q.path+" is not read within the time of a card", q.who, "")
	case a.status >= http.StatusInternalServerError:
		l.fault(fmt.Sprint(q.method, " ", q.path, " fails with ", a.status), q.who, "")
	}
	return a
}

func (l *leakWorld) try(q *request) (answer, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	body, kind, err := q.body()
	if err != nil {
		return answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, q.method, strings.TrimSuffix(l.Address(), "/")+q.path, body)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	r.Header.Set("Accept-Language", "zh")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for name, values := range q.head {
		r.Header[name] = values
	}
	if q.who != "" {
		token := l.tokens[q.who]
		if q.second {
			token = l.tokens[q.who+second]
		}
		r.AddCookie(&http.Cookie{Name: "haochaping_session", Value: token})
	}
	res, err := leakClient.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	var read []byte
	if q.stream && res.StatusCode == http.StatusOK {
		read, err = firstEvent(res.Body)
	} else {
		read, err = io.ReadAll(res.Body)
	}
	if err != nil {
		return answer{}, err
	}
	return openAnswer(res.StatusCode, res.Header, read)
}

// body is the form of a request and its type.
func (q *request) body() (io.Reader, string, error) {
	switch {
	case q.form == nil && q.file == "":
		return http.NoBody, "", nil
	case !q.parts && q.file == "":
		return strings.NewReader(q.form.Encode()), "application/x-www-form-urlencoded", nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range q.form {
		if err := w.WriteField(name, values[0]); err != nil {
			return nil, "", err
		}
	}
	if q.file != "" {
		part, err := w.CreateFormFile("file", "x.csv")
		if err != nil {
			return nil, "", err
		}
		if _, err := io.WriteString(part, q.file); err != nil {
			return nil, "", err
		}
	}
	return &b, w.FormDataContentType(), w.Close()
}

// firstEvent reads a stream of events as far as the end of the first that has data.
func firstEvent(r io.Reader) ([]byte, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	var read []byte
	data := false
	for lines.Scan() {
		read = append(append(read, lines.Bytes()...), '\n')
		data = data || strings.HasPrefix(lines.Text(), "data:")
		if data && lines.Text() == "" {
			return read, nil
		}
	}
	return read, cmp.Or(lines.Err(), io.ErrUnexpectedEOF)
}

// cell is an answer in the table: its status, where it leads if that matters, and of which cities it tells.
func cell(a *answer, told string) string {
	text := fmt.Sprint(a.status)
	if to := a.head.Get("Location"); a.status == http.StatusSeeOther {
		switch {
		case strings.HasPrefix(to, "/sign-in"):
			text = "in"
		default:
			text = "to"
		}
	}
	return text + told
}

// columns are the people of the table, a column of it those of one role.
func columns() (names []string, people [][]string) {
	names, people = []string{"nobody"}, [][]string{{""}}
	for _, role := range access.Roles() {
		names = append(names, string(role))
		var list []string
		for _, s := range leakScopes {
			list = append(list, string(role)+"."+s.name)
		}
		people = append(people, list)
	}
	return append(names, "leader+operator", "one-time"), append(people, []string{"two.A"}, []string{"fresh.A"})
}

// seesOf are the letters of the cities that somebody may be told of.
func seesOf(who string) string {
	_, scope, _ := strings.Cut(who, ".")
	for _, s := range leakScopes {
		if s.name == scope {
			return s.sees
		}
	}
	return ""
}

// table asks everything and writes the answers down. People of one scope ask at the same time; whoever sees everything
// asks first, so that what is kept for them could be shown to others.
func (l *leakWorld) table(t *testing.T) string {
	t.Helper()
	keys := exampleKeys(t)
	_, people := columns()
	cells := make(map[string][]string) // of a request and a person, one for each city it is about
	for _, scope := range []string{"all", "A", "B", "none", ""} {
		var asking sync.WaitGroup
		for _, who := range slices.Concat(people...) {
			if _, of, known := strings.Cut(who, "."); known && of != scope || !known && scope != "" {
				continue
			}
			asking.Go(func() {
				for _, key := range keys {
					got := l.askAll(key, who)
					l.mu.Lock()
					cells[key+who] = got
					l.mu.Unlock()
				}
			})
		}
		asking.Wait()
	}
	var out strings.Builder
	out.WriteString(leakHead)
	for _, key := range keys {
		for i, object := range l.objects(key) {
			out.WriteString(key)
			if len(l.objects(key)) > 1 {
				out.WriteString(" (" + object.letter + ")")
			}
			for _, column := range people {
				var texts []string
				for _, who := range column {
					texts = append(texts, cells[key+who][i])
				}
				if len(slices.Compact(slices.Clone(texts))) == 1 {
					texts = texts[:1]
				}
				out.WriteString(" | " + strings.Join(texts, " "))
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// exampleKeys are the keys of all examples. A route without one fails the test.
func exampleKeys(t *testing.T) (keys []string) {
	t.Helper()
	for _, to := range dashboard.Addresses() {
		n := len(keys)
		for key := range examples {
			if key == to.Pattern || strings.HasPrefix(key, to.Pattern+" ") {
				keys = append(keys, key)
			}
		}
		if len(keys) == n {
			t.Errorf("%s has no example request: add one to examples in leaks_examples_test.go", to.Pattern)
		}
	}
	if len(keys) != len(examples) {
		t.Errorf("%d of %d examples are of routes that are there", len(keys), len(examples))
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return !strings.Contains(key, *only) })
	slices.Sort(keys)
	return keys
}

// objects are the cities that an example is sent about: both and one that does not exist, or that one alone if the
// example names nothing of a city.
func (l *leakWorld) objects(key string) []*side {
	e := examples[key]
	if _, sent := l.filled(&e, "", &sideNone); len(sent) == 0 {
		return []*side{&sideNone}
	}
	return []*side{&sideA, &sideB, &sideNone}
}

// second is the second session of a person.
const second = " again"

const leakHead = `# What every route of the dashboard answers: a line for each example request, and for each city that it names (a, b, or
# -, which does not exist). The columns are nobody, leader, evaluator, handler, operator, administrator, auditor, one who is
# leader and operator of city a, one with a one-time password. The four answers of a role are those of who sees everything,
# city a alone, city b alone, nothing; one stands for four that are the same. A status stands with the letters of the
# cities that the answer tells of beyond what was asked; "in" leads to the sign-in page, "to" leads elsewhere. Made by
# go test ./app -run TestLeaks -update: read what changed line by line before you keep it.

`

// filled is an example about a city, and what it sends of that.
func (l *leakWorld) filled(e *example, who string, s *side) (q request, sent []string) {
	q = request{who: who, second: e.ends, stream: e.stream, parts: e.parts, follow: e.follow}
	list := s.tokens()
	list = append(list, "@who", strings.ReplaceAll(who, ".", "-"))
	all := fmt.Sprint(e.path, e.file, e.form)
	for i := 0; i < len(list); i += 2 {
		if strings.Contains(all, list[i]) && list[i] != "@who" {
			sent = append(sent, list[i+1])
		}
	}
	for token, number := range l.editions {
		list = append(list, token, url.PathEscape(number))
	}
	q.path = fill(e.path, list, url.QueryEscape)
	q.file = fill(e.file, list, func(s string) string { return s })
	if e.form != nil {
		q.form = make(url.Values)
		for name, value := range e.form {
			q.form.Set(name, fill(value, list, func(s string) string { return s }))
		}
	}
	return q, sent
}

func fill(text string, list []string, escape func(string) string) string {
	for i := 0; i < len(list); i += 2 {
		text = strings.ReplaceAll(text, list[i], escape(list[i+1]))
	}
	return text
}

// askAll sends an example about each of some cities, the last of which does not exist, and returns the cells.
func (l *leakWorld) askAll(key, who string) (cells []string) {
	e, of, sees := examples[key], l.objects(key), seesOf(who)
	answers, plain := make([]answer, len(of)), make([]string, len(of))
	for i, s := range of {
		q, sent := l.filled(&e, who, s)
		q.method, _, _ = strings.Cut(key, " ")
		answers[i] = l.send(&q)
		plain[i] = without(answers[i].text, q.echoes(sent))
		told := ""
		if e.whole == "" {
			told = marks(plain[i])
			l.judge(key, &q, plain[i])
		}
		cells = append(cells, cell(&answers[i], told))
	}
	if len(of) == 1 || e.whole != "" {
		return cells
	}
	none := len(of) - 1
	for i, s := range of[:none] {
		if strings.Contains(sees, s.letter) {
			continue
		}
		one, other := changing.ReplaceAllString(plain[i], ""), changing.ReplaceAllString(plain[none], "")
		if one != other {
			l.fault(key+": a foreign unit can be told from none", who, difference(one, other))
		}
	}
	return cells
}

// echoes are what an answer may repeat of a request: its address, and the words of a city that it names.
func (q *request) echoes(sent []string) []string {
	path, query, _ := strings.Cut(q.path, "?")
	list := []string{unescaped(path), unescaped(query)}
	return slices.DeleteFunc(append(list, sent...), func(word string) bool { return len(word) < 3 })
}

// judge notes what a text tells of cities that its reader does not see.
func (l *leakWorld) judge(what string, q *request, text string) {
	told, sees := marks(text), seesOf(q.who)
	for _, foreign := range []*side{&sideA, &sideB} {
		if strings.Contains(told, foreign.letter) && !strings.Contains(sees, foreign.letter) {
			l.fault(what+" tells of "+foreign.letter, q.who, q.path+": "+around(text, foreign))
		}
	}
}

// fault notes what somebody was told who should not have been.
func (l *leakWorld) fault(what, who, how string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults[what] = append(l.faults[what], who)
	l.hows[what] = cmp.Or(l.hows[what], how)
}

// report fails the test with each fault once.
func (l *leakWorld) report(t *testing.T) {
	t.Helper()
	for _, what := range slices.Sorted(maps.Keys(l.faults)) {
		t.Errorf("%s, as %q: %s", what, l.faults[what], l.hows[what])
	}
}

// difference is where two texts part.
func difference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return strings.ToValidUTF8(s[max(0, i-100):min(len(s), i+100)], "") }
	return fmt.Sprintf("%q and %q", cut(a), cut(b))
}
