package dashboard

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"haochaping/access"
	"haochaping/directory"
)

func init() {
	composedOf = append(composedOf, func() []string {
		var ids []string
		for _, role := range access.Roles() {
			ids = append(ids, "role."+string(role), "role."+string(role)+".sees")
		}
		for prefix, ends := range map[string][]string{
			"method.":        {access.MethodLocal, access.MethodOIDC, access.MethodCAS, access.MethodHeader, access.MethodDemo},
			"password.weak.": {"short", "long", "simple", "name", "same"},
			"audit.fault.":   {access.FaultChanged, access.FaultMissing, access.FaultReordered, access.FaultTwice},
		} {
			for _, end := range ends {
				ids = append(ids, prefix+end)
			}
		}
		for _, action := range auditActions {
			ids = append(ids, "act."+strings.ReplaceAll(action, " ", "_"))
		}
		// What pages are called, and what the sign-in page says of a problem.
		return append(ids, "signin.title", "account.title", "password.title")
	})
}

// fakeGate takes the sender of a request from a header, and keeps what it is told in memory.
type fakeGate struct {
	people    map[string]access.Person
	accounts  []access.Account
	sessions  []access.Session
	record    []string
	unwritten error // of the record
	report    access.AuditReport
	signIn    error
	changed   error
}

const testPerson = "X-Test-Person"

func (g *fakeGate) Person(r *http.Request) access.Person { return g.people[r.Header.Get(testPerson)] }

func (g *fakeGate) SignIn(_ http.ResponseWriter, _ *http.Request, name, password string) (access.Person, error) {
	if g.signIn != nil || password != "right" {
		return access.Person{}, errors.Join(g.signIn, access.ErrRefused)
	}
	return g.people[name], nil
}

func (g *fakeGate) SignInDemo(_ http.ResponseWriter, _ *http.Request, id string) (access.Person, error) {
	return access.Person{ID: id}, nil
}

func (g *fakeGate) SignOut(http.ResponseWriter, *http.Request) error { return nil }

func (g *fakeGate) ChangePassword(context.Context, *http.Request, string, string) error {
	return g.changed
}

func (g *fakeGate) Record(_ context.Context, by access.Person, action, object string) error {
	if g.unwritten != nil {
		return g.unwritten
	}
	g.record = append(g.record, by.ID+" "+action+" "+object)
	return nil
}

func (g *fakeGate) Accounts(context.Context) ([]access.Account, error) {
	return slices.Clone(g.accounts), nil
}

func (g *fakeGate) SaveAccount(_ context.Context, by access.Person, a access.Account) error {
	if strings.Contains(a.ID, " ") || len(a.Roles) == 0 {
		return access.ErrAccount
	}
	g.record = append(g.record, by.ID+" save "+a.ID)
	g.accounts = append(slices.DeleteFunc(g.accounts, func(b access.Account) bool { return b.ID == a.ID }), a)
	return nil
}

func (g *fakeGate) NewPassword(_ context.Context, by access.Person, id string) (string, error) {
	g.record = append(g.record, by.ID+" password "+id)
	return "ABCDE-FGHIJ", nil
}

func (g *fakeGate) Sessions(context.Context) ([]access.Session, error) { return g.sessions, nil }

func (g *fakeGate) Revoke(_ context.Context, by access.Person, id string) error {
	g.record = append(g.record, by.ID+" revoke "+id)
	return nil
}

func (g *fakeGate) Audit(_ context.Context, f access.AuditFilter) ([]access.Entry, error) {
	e := access.Entry{At: testNow, Who: f.Who, Action: f.Action, Object: "from " + f.From.Format(time.DateOnly), Address: "192.0.2.1", Hash: "ab"}
	return []access.Entry{e}, nil
}

func (g *fakeGate) VerifyAudit(context.Context) (access.AuditReport, error) { return g.report, nil }

// newFakeGate knows one person of each role, by the role's name, one who must change the password, and one of no role.
func newFakeGate() *fakeGate {
	g := &fakeGate{people: make(map[string]access.Person)}
	for _, role := range access.Roles() {
		g.people[string(role)] = access.Person{
			ID: string(role), Name: "某" + string(role), Roles: []access.Role{role}, Scope: directory.Scope{All: true}, Method: access.MethodLocal,
		}
	}
	g.people["new"] = access.Person{ID: "new", Roles: access.Roles(), Scope: directory.Scope{All: true}, Method: access.MethodLocal, MustChange: true}
	g.people["none"] = access.Person{ID: "none", Method: access.MethodOIDC}
	g.accounts = []access.Account{
		{ID: "administrator", Roles: []access.Role{access.Administrator}, Method: access.MethodLocal},
		{ID: "li", Name: `<b>"李"`, Roles: []access.Role{access.Leader}, Method: access.MethodLocal, Scope: directory.Scope{Regions: []string{"9903"}, Departments: []string{directory.Any}}, LastSeen: testNow},
		{ID: "oidc:a/b", Roles: []access.Role{access.Auditor}, Method: access.MethodOIDC, Disabled: true},
	}
	g.sessions = []access.Session{{ID: "x", Account: "li", Method: access.MethodLocal, Address: "192.0.2.7", Created: testNow, LastSeen: testNow, Until: testNow}}
	return g
}

func gatedDashboard(t *testing.T, g *fakeGate, change func(*Options)) *Dashboard {
	t.Helper()
	return newTestDashboard(t, newFakeStore(t), func(o *Options) {
		o.Gate, o.Door, o.Recorder, o.Accounts, o.Auditor = g, g, g, g, g
		if change != nil {
			change(o)
		}
	})
}

// ask sends a request as a browser does that opens a page or sends a form.
func ask(d *Dashboard, who, method, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	r.RemoteAddr = "127.0.0.1:5000"
	r.Header.Set(testPerson, who)
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	r.Header.Set("Accept-Language", "zh")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r)
	return w
}

// gaps are units of the fakes for the gaps in addresses.
var gaps = strings.NewReplacer(
	"{$}", "", "/hall/{code}", "/hall/H990302001", "/department/{code}", "/department/D99030200", "/accounts/{id}", "/accounts/li",
	"{code}", "99", "{window}", "2", "{file...}", "x.js", "{", "", "...}", "", "}", "",
)

// sampleOf is an address of a route.
func sampleOf(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, gaps.Replace(path)
}

// TestEveryRouteAsksTheGate: who may not is told so on every address, and who may gets past the gate.
func TestEveryRouteAsksTheGate(t *testing.T) {
	g := newFakeGate()
	d := gatedDashboard(t, g, nil)
	d.EndStreams() // a wall would listen for minutes
	for _, to := range routes() {
		method, path := sampleOf(to.pattern)
		for _, who := range append(slices.Sorted(maps.Keys(g.people)), "") {
			var form url.Values
			if method == http.MethodPost {
				form = url.Values{}
			}
			w := ask(d, who, method, path, form)
			person := g.people[who]
			opened := httptest.NewRequest(method, path, nil)
			opened.Header.Set("Accept", "text/html")
			wants := wantsPage(opened)
			switch {
			case person.May(to.needs), to.unsettled && person.Known():
				if w.Code == http.StatusForbidden || w.Code == http.StatusUnauthorized && path != "/sign-in" || strings.HasPrefix(w.Header().Get("Location"), "/sign-in?") {
					t.Errorf("%s as %q: %d %s, but they may", to.pattern, who, w.Code, w.Header().Get("Location"))
				}
			case !person.Known() && wants:
				if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
					t.Errorf("%s as a stranger: %d %s", to.pattern, w.Code, w.Header().Get("Location"))
				}
			case !person.Known():
				if w.Code != http.StatusUnauthorized || w.Body.Len() > 0 {
					t.Errorf("%s as a stranger: %d, %d bytes", to.pattern, w.Code, w.Body.Len())
				}
			case person.MustChange && wants:
				if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/account/password" {
					t.Errorf("%s with a one-time password: %d %s", to.pattern, w.Code, w.Header().Get("Location"))
				}
			case path == "/":
				if w.Code != http.StatusSeeOther || w.Header().Get("Location") != d.home(&person) {
					t.Errorf("home of %s: %d %s", who, w.Code, w.Header().Get("Location"))
				}
			default:
				if w.Code != http.StatusForbidden {
					t.Errorf("%s as %s: %d, want 403", to.pattern, who, w.Code)
				}
			}
		}
	}
}

// TestForbiddenTellsNothing: the answer is the same whether there is such a unit or not.
func TestForbiddenTellsNothing(t *testing.T) {
	d := gatedDashboard(t, newFakeGate(), nil)
	same := func(a, b string) {
		t.Helper()
		one, other := ask(d, "operator", http.MethodGet, a, nil), ask(d, "operator", http.MethodGet, b, nil)
		if one.Code != http.StatusForbidden || strings.ReplaceAll(one.Body.String(), a, "") != strings.ReplaceAll(other.Body.String(), b, "") {
			t.Errorf("%s and %s can be told apart", a, b)
		}
	}
	same("/region/99", "/region/nowhere")
	same("/accounts/li", "/accounts/nobody")
}

func TestStrangersAndScripts(t *testing.T) {
	d := gatedDashboard(t, newFakeGate(), func(o *Options) { o.BasePath = "/hcp" })
	for path, want := range map[string]string{
		"/hcp/":                         "/hcp/sign-in",
		"/hcp/region/99?p=90d":          "/hcp/sign-in?back=" + url.QueryEscape("/hcp/region/99?p=90d"),
		"/hcp/region/99?lang=en":        "/hcp/sign-in?back=" + url.QueryEscape("/hcp/region/99") + "&lang=en",
		"/hcp/hall/a%2Fb":               "/hcp/sign-in?back=" + url.QueryEscape("/hcp/hall/a%2Fb"),
		"/hcp/ranking?back=//elsewhere": "/hcp/sign-in?back=" + url.QueryEscape("/hcp/ranking?back=%2F%2Felsewhere"),
	} {
		w := ask(d, "", http.MethodGet, path, nil)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s, want %s", path, w.Code, w.Header().Get("Location"), want)
		}
	}
	bare := func(path string, change func(*http.Request)) {
		t.Helper()
		w := ask(d, "", http.MethodGet, path, nil, change)
		if w.Code != http.StatusUnauthorized || w.Body.Len() > 0 || w.Header().Get("Location") != "" {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
	bare("/hcp/ranking.csv", func(*http.Request) {})
	bare("/hcp/region/99?card=trend&format=csv", func(*http.Request) {})
	bare("/hcp/", func(r *http.Request) { r.Header.Set("Sec-Fetch-Dest", "empty") })
	bare("/hcp/live", func(r *http.Request) { r.Header.Set("Accept", "*/*") })
}

func TestBackStaysHere(t *testing.T) {
	d := gatedDashboard(t, newFakeGate(), func(o *Options) { o.BasePath = "/hcp" })
	for back, want := range map[string]string{
		"/hcp/region/99?p=90d":              "/hcp/region/99?p=90d",
		"https://elsewhere.example/":        "/hcp/",
		"//elsewhere.example/hcp/":          "/hcp/",
		"/\\elsewhere.example":              "/hcp/",
		"/hcp/\\elsewhere.example":          "/hcp/",
		"/hcp/../other":                     "/hcp/",
		"/hcp/%2e%2e/other":                 "/hcp/",
		"/hcp/..":                           "/hcp/",
		"/hcp":                              "/hcp/",
		"/other":                            "/hcp/",
		"javascript:alert(1)":               "/hcp/",
		"/hcp/\r\nSet-Cookie: a=b":          "/hcp/",
		"/hcp/%0d%0aSet-Cookie:a=b":         "/hcp/",
		"/hcp/sign-in":                      "/hcp/",
		"/hcp/sign-out":                     "/hcp/",
		"":                                  "/hcp/",
		"/hcp/" + strings.Repeat("a", 3000): "/hcp/",
	} {
		for name, w := range map[string]*httptest.ResponseRecorder{
			"signing in": ask(d, "", http.MethodPost, "/hcp/sign-in", url.Values{"name": {"leader"}, "password": {"right"}, "back": {back}}),
			"known":      ask(d, "leader", http.MethodGet, "/hcp/sign-in?back="+url.QueryEscape(back), nil),
		} {
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
				t.Errorf("%s, back to %q: %d %q, want %q", name, back, w.Code, w.Header().Get("Location"), want)
			}
		}
	}
}

func TestSignInPage(t *testing.T) {
	g := newFakeGate()
	d := gatedDashboard(t, g, func(o *Options) {
		o.Providers = []access.Provider{{ID: "oidc", Path: "/sign-in/oidc"}, {ID: "cas", Label: "省统一认证", Path: "/sign-in/cas"}}
	})
	for lang, want := range map[string][]string{
		"zh": {"登录", "账号", "密码", "统一身份认证", "省统一认证", "忘记密码请联系管理员。"},
		"en": {"Sign in", "Account", "Password", "Sign in with single sign-on (OIDC)", "Forgot your password? Ask your administrator."},
	} {
		w := ask(d, "", http.MethodGet, "/sign-in?back=/ranking&lang="+lang, nil)
		if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "private, no-store" {
			t.Fatalf("%d %s", w.Code, w.Header().Get("Cache-Control"))
		}
		root := parse(t, w.Body)
		checkNothingInline(t, root)
		checkLanguage(t, root, lang)
		text := allText(root)
		for _, words := range want {
			if !strings.Contains(text, words) {
				t.Errorf("%s: no %q in %s", lang, words, text)
			}
		}
		for _, n := range elements(root, named("nav", "dl")) {
			t.Errorf("%s: a stranger sees %s", lang, n.Data)
		}
	}
	// A wrong password says the same whoever is meant, and never shows the password again.
	w := ask(d, "", http.MethodPost, "/sign-in", url.Values{"name": {`x"><b>`}, "password": {"hunter2"}})
	if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "账号或密码不对。") || strings.Contains(w.Body.String(), "hunter2") || strings.Contains(w.Body.String(), "<b>") {
		t.Errorf("wrong password: %d %s", w.Code, w.Body)
	}
	g.signIn = access.LockedError{Until: testNow.Add(5 * time.Minute)}
	if w := ask(d, "", http.MethodPost, "/sign-in", url.Values{}); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "300" {
		t.Errorf("locked: %d %s", w.Code, w.Header().Get("Retry-After"))
	}
	g.signIn = access.ErrBusy
	if w := ask(d, "", http.MethodPost, "/sign-in", url.Values{}); w.Code != http.StatusServiceUnavailable {
		t.Errorf("busy: %d", w.Code)
	}
	if w := ask(d, "", http.MethodPost, "/sign-in", url.Values{"name": {strings.Repeat("a", 100<<10)}}); w.Code != http.StatusBadRequest {
		t.Errorf("a long form: %d", w.Code)
	}
}

func TestDemoAccounts(t *testing.T) {
	demo := func(o *Options) {
		o.Demo = true
		o.DemoAccounts = []access.Account{{ID: "demo:operator", Roles: []access.Role{access.Operator}}}
	}
	far := func(r *http.Request) { r.RemoteAddr = "192.0.2.1:5000" }
	d := gatedDashboard(t, newFakeGate(), demo)
	if body := ask(d, "", http.MethodGet, "/sign-in", nil).Body.String(); !strings.Contains(body, `value="demo:operator"`) || !strings.Contains(body, "管运分离") || strings.Contains(body, `type="password"`) {
		t.Error("no demo account is offered")
	}
	form := url.Values{"account": {"demo:operator"}}
	if w := ask(d, "", http.MethodPost, "/sign-in/demo", form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/account" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if w := ask(d, "", http.MethodPost, "/sign-in/demo", url.Values{"account": {"li"}}); w.Code != http.StatusBadRequest {
		t.Errorf("an account that is none of the demo's: %d", w.Code)
	}
	if w := ask(d, "", http.MethodPost, "/sign-in/demo", form, far); w.Code != http.StatusNotFound {
		t.Errorf("from elsewhere: %d", w.Code)
	}
	if body := ask(d, "", http.MethodGet, "/sign-in", nil, far).Body.String(); strings.Contains(body, "demo:operator") || !strings.Contains(body, `type="password"`) {
		t.Error("demo accounts are offered elsewhere")
	}
	real := gatedDashboard(t, newFakeGate(), func(o *Options) { demo(o); o.Demo = false })
	if w := ask(real, "", http.MethodPost, "/sign-in/demo", form); w.Code != http.StatusNotFound {
		t.Errorf("without the demo: %d", w.Code)
	}
}

func TestForeignFormsAreRefused(t *testing.T) {
	g := newFakeGate()
	d := gatedDashboard(t, g, nil)
	for _, to := range routes() {
		method, path := sampleOf(to.pattern)
		if method != http.MethodPost {
			continue
		}
		for _, change := range []func(*http.Request){
			func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
			func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") },
		} {
			if w := ask(d, "administrator", method, path, url.Values{}, change); w.Code != http.StatusForbidden {
				t.Errorf("%s: %d", to.pattern, w.Code)
			}
		}
	}
	if len(g.record) > 0 {
		t.Errorf("acts of foreign forms: %q", g.record)
	}
}

func TestExportsAreOnRecord(t *testing.T) {
	g := newFakeGate()
	d := gatedDashboard(t, g, nil)
	paths := []string{"/ranking.csv", "/ranking.xlsx", "/region/99?card=regions&format=csv"}
	for _, path := range paths {
		if w := ask(d, "leader", http.MethodGet, path, nil); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Cache-Control"))
		}
		if n := len(g.record); n == 0 || g.record[n-1] != "leader export "+path {
			t.Errorf("%s: on record is %q", path, g.record)
		}
	}
	if w := ask(d, "leader", http.MethodGet, "/region/99", nil); w.Code != http.StatusOK || len(g.record) != len(paths) {
		t.Errorf("a page is no export: %q", g.record)
	}
	g.unwritten = errors.New("disk full")
	for _, path := range paths {
		w := ask(d, "leader", http.MethodGet, path, nil)
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Content-Disposition") != "" || !strings.Contains(w.Header().Get("Content-Type"), "html") {
			t.Errorf("%s without a record: %d %v", path, w.Code, w.Header())
		}
		if strings.Contains(w.Body.String(), "disk full") || strings.Contains(w.Body.String(), "\uFEFF") {
			t.Errorf("%s leaks", path)
		}
	}
}

func TestPassword(t *testing.T) {
	g := newFakeGate()
	d := gatedDashboard(t, g, nil)
	if w := ask(d, "new", http.MethodGet, "/account/password", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "一次性") {
		t.Errorf("form: %d", w.Code)
	}
	form := url.Values{"old": {"one"}, "new": {"another"}, "again": {"other"}}
	if w := ask(d, "new", http.MethodPost, "/account/password", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "不一致") {
		t.Errorf("two that differ: %d", w.Code)
	}
	form.Set("again", "another")
	for err, want := range map[error]string{
		access.WeakError{Reason: "short"}: "不足 12", access.ErrRefused: "当前密码不对",
	} {
		g.changed = err
		if w := ask(d, "new", http.MethodPost, "/account/password", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%v: %d", err, w.Code)
		}
	}
	g.changed = nil
	if w := ask(d, "new", http.MethodPost, "/account/password", form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" {
		t.Errorf("changed: %d", w.Code)
	}
	// Whose password is kept elsewhere changes it there.
	if w := ask(d, "none", http.MethodGet, "/account/password", nil); w.Code != http.StatusNotFound {
		t.Errorf("of OIDC: %d", w.Code)
	}
	if w := ask(d, "none", http.MethodGet, "/account", nil); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "/account/password") {
		t.Errorf("account of OIDC: %d", w.Code)
	}
}

func TestAccounts(t *testing.T) {
	g := newFakeGate()
	d := gatedDashboard(t, g, nil)
	for _, lang := range []string{Chinese, English} {
		for _, path := range []string{"/accounts", "/accounts/li", "/accounts/oidc:a%2Fb", "/account"} {
			w := ask(d, "administrator", http.MethodGet, path+"?lang="+lang, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d", path, w.Code)
			}
			root := parse(t, w.Body)
			checkNothingInline(t, root)
			checkStructure(t, root)
			checkLanguage(t, root, lang)
		}
	}
	if body := ask(d, "administrator", http.MethodGet, "/accounts", nil).Body.String(); strings.Contains(body, "<b>") || !strings.Contains(body, "/accounts/oidc:a%2Fb") || !strings.Contains(body, "已停用") {
		t.Error("the list of accounts")
	}
	if body := ask(d, "administrator", http.MethodGet, "/accounts?q=LI", nil).Body.String(); !strings.Contains(body, "/accounts/li") || strings.Contains(body, "/accounts/oidc") {
		t.Error("the search")
	}
	post := func(path string, form url.Values) *httptest.ResponseRecorder {
		return ask(d, "administrator", http.MethodPost, path, form)
	}
	// A new account's password is shown once, and nothing keeps the page.
	w := post("/accounts", url.Values{"id": {" Zhao "}, "role": {"handler", "god"}, "regions": {"9903, 9901\n9903"}, "departments": {"*"}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "ABCDE-FGHIJ") || w.Header().Get("Cache-Control") != "private, no-store" {
		t.Errorf("add: %d", w.Code)
	}
	a, err := d.findAccount(t.Context(), "zhao")
	if err != nil || !slices.Equal(a.Roles, []access.Role{access.Handler}) || a.Scope.Key() != (directory.Scope{Regions: []string{"9901", "9903"}, Departments: []string{"*"}}).Key() {
		t.Errorf("added %+v, %v", a, err)
	}
	if body := ask(d, "administrator", http.MethodGet, "/accounts/zhao", nil).Body.String(); strings.Contains(body, "ABCDE-FGHIJ") {
		t.Error("the password is shown twice")
	}
	for what, c := range map[string]struct {
		form url.Values
		want int
	}{
		"/accounts":               {url.Values{"id": {"li"}, "role": {"leader"}}, http.StatusConflict},
		"/accounts?":              {url.Values{"id": {"a b"}, "role": {"leader"}}, http.StatusUnprocessableEntity},
		"/accounts?a":             {url.Values{"id": {"ok"}}, http.StatusUnprocessableEntity},
		"/accounts/li":            {url.Values{"role": {"evaluator"}, "all": {"on"}}, http.StatusSeeOther},
		"/accounts/li/password":   {url.Values{}, http.StatusOK},
		"/accounts/li/revoke":     {url.Values{}, http.StatusSeeOther},
		"/accounts/nobody":        {url.Values{"role": {"leader"}}, http.StatusNotFound},
		"/accounts/nobody/revoke": {url.Values{}, http.StatusNotFound},
		// Nobody locks the last administrator out by a slip.
		"/accounts/administrator":       {url.Values{"role": {"leader"}}, http.StatusUnprocessableEntity},
		"/accounts/oidc:a%2Fb/password": {url.Values{}, http.StatusBadRequest},
	} {
		if w := post(what, c.form); w.Code != c.want {
			t.Errorf("POST %s %v: %d, want %d", what, c.form, w.Code, c.want)
		}
	}
	if a, _ := d.findAccount(t.Context(), "li"); !a.Scope.All || !slices.Equal(a.Roles, []access.Role{access.Evaluator}) {
		t.Errorf("changed to %+v", a)
	}
}

func TestAudit(t *testing.T) {
	g := newFakeGate()
	d := gatedDashboard(t, g, nil)
	w := ask(d, "auditor", http.MethodGet, "/audit?day=2026-10-05&who=%3Cb%3E&action=export", nil)
	body := w.Body.String()
	if w.Code != http.StatusOK || strings.Contains(body, "<b>") || !strings.Contains(body, "from 2026-10-0") || !strings.Contains(body, "day=2026-10-05&amp;format=csv") {
		t.Errorf("%d %s", w.Code, body)
	}
	if !strings.Contains(body, `<option value="export" selected>导出文件</option>`) || !strings.Contains(body, `导出文件 <small translate="no">export</small>`) {
		t.Errorf("the action has no word: %s", body)
	}
	if body := ask(d, "auditor", http.MethodGet, "/audit?action=old%3Cb%3E", nil).Body.String(); !strings.Contains(body, `<option translate="no" value="old&lt;b&gt;" selected>old&lt;b&gt;</option>`) {
		t.Errorf("an action that is not known is not kept: %s", body)
	}
	for _, lang := range []string{Chinese, English} {
		root := parse(t, ask(d, "auditor", http.MethodGet, "/audit?action=export&who=-&lang="+lang, nil).Body)
		checkStructure(t, root)
		checkLanguage(t, root, lang)
	}
	w = ask(d, "auditor", http.MethodGet, "/audit?who=%3D1&format=csv", nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), ",'=1,") || len(g.record) != 1 {
		t.Errorf("file: %d %s, on record %q", w.Code, w.Body, g.record)
	}
	w = ask(d, "auditor", http.MethodPost, "/audit/verify?lang=en", url.Values{})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Verified:") || len(g.record) != 2 {
		t.Errorf("sound: %d", w.Code)
	}
	g.report.Faults = []access.Fault{{Writer: "w", Sequence: 7, What: access.FaultChanged}}
	w = ask(d, "auditor", http.MethodPost, "/audit/verify?lang=en", url.Values{})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "w, entry 7: content changed") {
		t.Errorf("unsound: %d", w.Code)
	}
}

// TestAuditSpeaks: what acts were done to stands in words of the page's language around codes and ids.
func TestAuditSpeaks(t *testing.T) {
	p := &page{dashboard: &Dashboard{}, locale: testLocale(t, Chinese)}
	for _, c := range []struct{ action, object, want string }{
		{access.ActionSignIn, "by demo", "演示账号"},
		{access.ActionSignInRefused, "an unknown name", "不存在的账号名"},
		{access.ActionSignInRefused, "account oidc:a b without a role", "账号 oidc:a b，没有角色"},
		{access.ActionLocked, "account li", "账号 li"},
		{access.ActionAccountAdd, `account li roles leader, handler scope [["9901"],["*"]]`, "账号 li：领导、整改员；地区 9901，部门 全部"},
		{access.ActionAccountChange, "account li roles auditor scope [[],[]] disabled", "账号 li：审计员；无（看不到任何单位）；已停用"},
		{access.ActionAccountChange, "account li roles leader scope all", "账号 li：领导；全部地区和部门"},
		{"indicator.import", "3 values of a, b; 统计局", "3 个数值：a, b；统计局"},
		{"refusals.replay", `2026-10-01 to 2026-10-05 source="s" reason="" kind=""`, `2026-10-01 至 2026-10-05 source="s"`},
		{"export", "/ranking.csv?p=90d", "/ranking.csv?p=90d"},
		{"view record", "by hand", "by hand"},
	} {
		if got := p.auditObject(&access.Entry{Action: c.action, Object: c.object}); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.action, c.object, got, c.want)
		}
	}
}

// TestHeadSaysWhoIsThere: the head of a page has the reader, a way out, and the entries that they may open.
func TestHeadSaysWhoIsThere(t *testing.T) {
	d := gatedDashboard(t, newFakeGate(), nil)
	for who, want := range map[string]string{"leader": "/ranking", "auditor": "/audit", "administrator": "/accounts"} {
		body := ask(d, who, http.MethodGet, "/account", nil).Body.String()
		if !strings.Contains(body, "某"+who) || !strings.Contains(body, `action="/sign-out"`) || !strings.Contains(body, `href="`+want+`"`) {
			t.Errorf("head for %s", who)
		}
		if who != "leader" && strings.Contains(body, `href="/ranking"`) {
			t.Errorf("the head shows %s the ranking", who)
		}
	}
	w := ask(d, "leader", http.MethodPost, "/sign-out", url.Values{})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" || w.Header().Get("Clear-Site-Data") == "" {
		t.Errorf("out: %d %v", w.Code, w.Header())
	}
}

// The own account has one name on all pages of a language, and its sessions stand by their last use, the present marked.
func TestOwnAccount(t *testing.T) {
	g := newFakeGate()
	g.people["demo"] = access.Person{ID: "demo:leader", Name: "省领导视图", Roles: []access.Role{access.Leader}, Scope: directory.Scope{All: true}, Method: access.MethodDemo}
	g.sessions = []access.Session{
		{Account: "demo:leader", Address: "192.0.2.1", Created: testNow, LastSeen: testNow.Add(-time.Hour)},
		{Account: "demo:leader", Address: "192.0.2.2", Created: testNow, LastSeen: testNow, Present: true},
	}
	d := gatedDashboard(t, g, nil)
	text := allText(parse(t, ask(d, "demo", http.MethodGet, "/account", nil).Body))
	first, second := strings.Index(text, "192.0.2.2"), strings.Index(text, "192.0.2.1")
	if first < 0 || second < first || strings.Count(text, "（本次会话）") != 1 || strings.Contains(text, "省领导视图") {
		t.Errorf("the own account: %s", text)
	}
	root := parse(t, ask(d, "demo", http.MethodGet, "/account?lang=en", nil).Body)
	checkLanguage(t, root, English)
	if strings.Contains(allText(root), "省领导视图") {
		t.Error("the name of a demo account in English")
	}
}

// Two accounts of the demo that have one role can be told apart.
func TestDemoEvaluators(t *testing.T) {
	all := directory.Scope{All: true}
	d := gatedDashboard(t, newFakeGate(), func(o *Options) {
		o.Demo = true
		o.DemoAccounts = []access.Account{
			{ID: "demo:evaluator", Roles: []access.Role{access.Evaluator}, Scope: all}, {ID: demoPublisher, Roles: []access.Role{access.Evaluator}, Scope: all},
		}
	})
	body := ask(d, "", http.MethodGet, "/sign-in", nil).Body.String()
	for _, words := range []string{"<strong>评价员</strong>", "<strong>评价员（发布）</strong>", "可见范围：全部地区和部门"} {
		if !strings.Contains(body, words) {
			t.Errorf("no %s", words)
		}
	}
	if body := ask(d, "administrator", http.MethodGet, "/accounts", nil).Body.String(); !strings.Contains(body, "共 3 个账号。 不含演示账号。") {
		t.Error("the list does not say that demo accounts are not in it")
	}
}

// Signing out everywhere is sure, on record, and of the own account alone.
func TestSignOutEverywhere(t *testing.T) {
	g := newFakeGate()
	g.sessions = append(g.sessions, access.Session{Account: "leader"})
	d := gatedDashboard(t, g, nil)
	if !strings.Contains(ask(d, "leader", http.MethodGet, "/account", nil).Body.String(), `action="/account/sign-out"`) {
		t.Error("the page of the own account does not offer it")
	}
	if w := ask(d, "leader", http.MethodPost, "/account/sign-out", url.Values{"id": {"li"}}); w.Code != http.StatusBadRequest || len(g.record) > 0 {
		t.Errorf("unsure: %d %v", w.Code, g.record)
	}
	w := ask(d, "leader", http.MethodPost, "/account/sign-out", url.Values{"sure": {"yes"}, "id": {"li"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" || !slices.Equal(g.record, []string{"leader revoke leader"}) {
		t.Errorf("%d %s %v", w.Code, w.Header().Get("Location"), g.record)
	}
	if w := ask(d, "", http.MethodPost, "/account/sign-out", url.Values{"sure": {"yes"}}); w.Code == http.StatusSeeOther && len(g.record) > 1 {
		t.Error("nobody signs somebody out")
	}
}
