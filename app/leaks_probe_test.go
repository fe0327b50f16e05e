package app

import (
	"cmp"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"haochaping/dashboard"
)

var (
	anchor = regexp.MustCompile(`(?:href|src)="(/[^"]*)"`)
	own    = regexp.MustCompile(`qzja[-a-z0-9]*`) // what probes name of city a
	cardID = regexp.MustCompile(`id="card-([a-z0-9_-]+)"`)
)

// mostPages bounds a crawl.
const mostPages = 50

// crawl follows every link that readers of one city find, from the first page on, and reads every card as CSV: what is
// kept for who sees everything, who read the pages before, is not shown to them.
func (l *leakWorld) crawl(t *testing.T) {
	var asking sync.WaitGroup
	for who, least := range map[string]int{"leader.A": 20, "evaluator.A": 20, "operator.A": 2} {
		asking.Go(func() {
			n := l.crawlAs(who, func(q *request, a *answer) {
				if q.path != "/account" { // which names the own scope
					l.judge("a link", q, a.text)
				}
			})
			if n < least {
				t.Errorf("%s finds %d pages", who, n)
			}
		})
	}
	asking.Wait()
}

// crawlAs hands over the answers of all links that somebody finds, and of their cards as CSV, and counts the pages. A
// link that leads nowhere is a fault.
func (l *leakWorld) crawlAs(who string, visit func(*request, *answer)) int {
	starts := []string{"/", "/quality", "/runs", "/workbench", "/accounts", "/audit", "/account"}
	queue, known := starts, make(map[string]bool)
	for n := 0; n < len(queue) && n < mostPages; n++ {
		q := request{who: who, method: http.MethodGet, path: queue[n], stream: strings.HasPrefix(queue[n], "/wall/events")}
		a := l.send(&q)
		visit(&q, &a)
		if n >= len(starts) && a.status != http.StatusOK && a.status != http.StatusSeeOther {
			l.fault(fmt.Sprint("a link leads to ", a.status), who, q.path)
		}
		if !strings.Contains(a.head.Get("Content-Type"), "html") {
			continue
		}
		for _, found := range anchor.FindAllStringSubmatch(a.raw, -1) {
			at, err := url.Parse(html.UnescapeString(found[1]))
			if err != nil || strings.HasPrefix(at.Path, "/assets/") || patternOf(at.Path) == "" {
				continue
			}
			values := at.Query() // of pages that differ in these alone one is enough
			for _, key := range []string{"p", "from", "to", "rule", "back"} {
				values.Del(key)
			}
			if id := at.EscapedPath() + "?" + values.Encode(); !known[id] {
				known[id] = true
				queue = append(queue, at.RequestURI())
			}
		}
		for i, c := range cardID.FindAllStringSubmatch(a.raw, -1) {
			at, err := url.Parse(queue[n])
			if err != nil || known[patternOf(at.Path)+"#"+c[1]] { // of one kind of page one file is enough
				continue
			}
			known[patternOf(at.Path)+"#"+c[1]] = true
			values := at.Query()
			values.Set("format", "csv")
			values.Set("card", c[1])
			values.Set("lang", []string{"zh", "en"}[i%2])
			file := request{who: who, method: http.MethodGet, path: at.EscapedPath() + "?" + values.Encode()}
			got := l.send(&file)
			visit(&file, &got)
		}
	}
	return len(queue)
}

// patternOf is the pattern of a page or file of the dashboard; empty for what takes forms alone.
func patternOf(path string) string {
	_, pattern := pages().Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}, Host: "x"})
	return pattern
}

// pages knows the patterns of all pages and files.
var pages = sync.OnceValue(func() *http.ServeMux {
	mux := http.NewServeMux()
	for _, to := range dashboard.Addresses() {
		if strings.HasPrefix(to.Pattern, http.MethodGet) {
			mux.HandleFunc(to.Pattern, func(http.ResponseWriter, *http.Request) {})
		}
	}
	return mux
})

// tampered are addresses that nobody is led to: ways round a path, and parameters where none is expected.
var tampered = []string{
	"/hall/@hall/", "/region/@region/", "/region//@region", "/region/./@region", "/hall/qzja-hall/../@hall", "/region/qzja/../../region/@region",
	"/region/%2e%2e/region/@region", "/hall/@hall%2Fwindow%2F@window", "/hall/@hall/window/%2e", "/hall/qzja-hall/window/@window", "/region/@region%00", "/region/@region%20",
	"/region/@padded", "/region/@hall", "/hall/@region", "/department/@item", "/item/@department", "/item/@item/", "/review/@review/", "/review/@review%20",
	"/review/{@review}", "/review/urn:uuid:@review", "/region/@name", "/region/@alias", "/ranking?by=region&level=3&within=@region", "/ranking?by=department&line=@line&within=@region&rule=with_defaults",
	"/ranking.csv?by=region&level=3&within=@region&lang=en", "/ranking.xlsx?by=department&line=@line", "/editions/compare?a=@edition&b=@edition&unit=@region",
	"/edition/@edition?unit=@region&with=@region", "/edition/@edition?card=units&format=csv&unit=@region", "/edition/@draft/file",
	"/reviews?region=@district&department=@department&hall=@hall&text=@sign&tag=@tag&state=overdue", "/reviews?after=9999999999.1&region=@region", "/reviews?card=reviews&format=csv&region=@region",
	"/search?q=@word", "/search.json?q=@line", "/search.json?q=@other&lang=en", "/search.json?q=@pinyin&region=@region", "/live?region=@region", "/wall?region=@region", "/brief?region=@region",
}

// every are parameters that take codes somewhere; all pages are asked with them.
const every = "region=@region&district=@district&hall=@hall&window=@window&department=@department&item=@item&within=@region&line=@line&unit=@region&units=@region&code=@hall&device=@device&source=@source&account=@account&q=@sign&text=@sign&id=@review&tag=@tag"

// tamper sends addresses that nobody is led to, other methods and foreign parameters, about the other city and about
// none, and wants both answered alike.
func (l *leakWorld) tamper(t *testing.T) {
	probes := slices.Clone(tampered)
	for _, page := range []string{"/", "/brief", "/quality", "/quality/refusals", "/reviews", "/ranking", "/ranking?by=department", "/editions", "/edition/@edition", "/wall", "/search", "/runs", "/workbench", "/region/qzja", "/hall/qzja-hall", "/department/qzja-dep1", "/item/qzja-item1"} {
		separator := "?"
		if strings.Contains(page, "?") {
			separator = "&"
		}
		probes = append(probes, page+separator+every)
	}
	var asking sync.WaitGroup
	for _, who := range []string{"leader.A", "evaluator.A", ""} {
		asking.Go(func() {
			for _, path := range probes {
				l.alike(http.MethodGet, &example{path: path}, who)
			}
			for _, key := range []string{"GET /region/{code}", "GET /hall/{code}", "GET /hall/{code}/window/{window}", "GET /department/{code}", "GET /item/{code}", "GET /review/{id}"} {
				e := examples[key]
				for _, method := range []string{http.MethodHead, http.MethodPost} {
					l.alike(method, &e, who)
				}
			}
		})
	}
	asking.Wait()
}

// alike sends a request about city b and about none.
func (l *leakWorld) alike(method string, e *example, who string) {
	var texts [2]string
	for i, s := range []*side{&sideB, &sideNone} {
		q, sent := l.filled(e, who, s)
		q.method = method
		a := l.send(&q)
		sent = append(append(sent, s.word), own.FindAllString(e.path, -1)...)
		texts[i] = changing.ReplaceAllString(without(a.text, q.echoes(sent)), "")
		l.judge(method+" "+e.path, &q, texts[i])
	}
	if texts[0] != texts[1] {
		l.fault(method+" "+e.path+": a foreign unit can be told from none", who, difference(texts[0], texts[1]))
	}
}

// together has readers of both cities and of everything read the same pages at the same time.
func (l *leakWorld) together(*testing.T) {
	paths := []string{"/?p=6m", "/ranking?p=6m&by=department", "/ranking.csv?p=6m", "/reviews?p=6m", "/wall/events", "/edition/" + l.editions["@edition"], "/search.json?q=qzj", "/quality", "/brief?p=6m"}
	var asking sync.WaitGroup
	for _, who := range []string{"leader.all", "leader.A", "leader.B", "leader.none", "evaluator.A", "evaluator.B"} {
		asking.Go(func() {
			for i := range paths {
				q := request{who: who, method: http.MethodGet, path: paths[i]}
				q.stream = strings.HasPrefix(q.path, "/wall/events")
				a := l.send(&q)
				l.judge("many at once, "+q.path, &q, without(a.text, []string{"qzj"}))
				if a.status != http.StatusOK {
					l.fault("many at once: "+fmt.Sprint(a.status), who, q.path)
				}
			}
		})
	}
	asking.Wait()
}

// api asks the addresses beside the pages: those of senders with no key, a wrong one and a session, and those of
// monitoring as somebody from elsewhere.
func (l *leakWorld) api(t *testing.T) {
	wrong := http.Header{"Authorization": {"Bearer " + strings.Repeat("x", 43)}}
	asks := map[string]int{
		"POST /api/v1/ratings": 401, "POST /api/v1/cases": 401, "POST /api/v1/prompts": 401, "POST /api/v1/follow-ups": 401, "POST /api/v1/tallies": 401,
		"GET /api/v1/devices/@device": 0, "GET /api/v1/batches/@word": 0, "GET /api/v1/refused": 0, "GET /api/v1/ratings/@review": 0, "GET /api/v1/ratings": 0,
		"GET /api/v1/openapi.json": 200, "GET /readyz": 200, "GET /livez": 200,
	}
	for ask, want := range asks {
		method, path, _ := strings.Cut(ask, " ")
		for _, who := range []string{"", "leader.A", "operator.A", "leader.all"} {
			for _, head := range []http.Header{nil, wrong} {
				for _, s := range []*side{&sideB, &sideNone} {
					q, sent := l.filled(&example{path: path}, who, s)
					q.method, q.head = method, head
					a := l.send(&q)
					if text := without(a.text, sent); marks(text) != "" {
						l.fault(ask+" tells of somebody", who, cmp.Or(around(text, &sideB), around(text, &sideA)))
					}
					if a.status != want && (want != 0 || a.status < 400) {
						l.fault(fmt.Sprint(ask, " answers ", a.status), who, "")
					}
				}
			}
		}
	}
	far := request{method: http.MethodGet, path: "/metrics", head: http.Header{"X-Forwarded-For": {"192.0.2.1"}}}
	if a := l.send(&far); a.status != http.StatusForbidden || marks(a.text) != "" {
		t.Errorf("figures of monitoring for somebody behind a proxy: %d", a.status)
	}
}
