package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"haochaping/access"
	"haochaping/access/accesstest"
	"haochaping/directory"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	accesstest.Contract(t, func(*testing.T) access.Store { return &accesstest.Memory{} })
}

// clock is a set clock.
type clock struct{ nanoseconds atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.nanoseconds.Load()) }

func (c *clock) pass(d time.Duration) { c.nanoseconds.Add(int64(d)) }

var admin = access.Person{ID: "console", Roles: []access.Role{access.Administrator}}

type house struct {
	*testing.T
	store *accesstest.Memory
	gate  *access.Gate
	clock *clock
}

func newHouse(t *testing.T, change func(*access.Options)) *house {
	t.Helper()
	h := &house{T: t, store: &accesstest.Memory{}, clock: &clock{}}
	h.clock.pass(time.Duration(time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC).UnixNano()))
	h.gate = h.another(change)
	return h
}

// another is one more process on the same store.
func (h *house) another(change func(*access.Options)) *access.Gate {
	h.Helper()
	o := access.Options{Store: h.store, BasePath: "/x", Now: h.clock.now}
	if change != nil {
		change(&o)
	}
	g, err := access.New(o)
	if err == nil {
		err = g.Refresh(h.Context())
	}
	if err != nil {
		h.Fatal(err)
	}
	return g
}

// add makes an account and returns its one-time password.
func (h *house) add(id string, roles ...access.Role) string {
	h.Helper()
	err := h.gate.SaveAccount(h.Context(), admin, access.Account{ID: id, Roles: roles, Scope: directory.Scope{All: true}})
	if err != nil {
		h.Fatal(err)
	}
	clear, err := h.gate.NewPassword(h.Context(), admin, id)
	if err != nil {
		h.Fatal(err)
	}
	return clear
}

// visit makes a request with a cookie, and returns the cookie that came back, if any.
func visit(g *access.Gate, cookie *http.Cookie, do func(http.ResponseWriter, *http.Request)) *http.Cookie {
	r := httptest.NewRequest(http.MethodPost, "/x/", nil)
	if cookie != nil {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	g.Middleware(http.HandlerFunc(do)).ServeHTTP(w, r)
	if set := w.Result().Cookies(); len(set) > 0 {
		return set[0]
	}
	return nil
}

func (h *house) signIn(g *access.Gate, name, password string) (cookie *http.Cookie, err error) {
	cookie = visit(g, nil, func(w http.ResponseWriter, r *http.Request) { _, err = g.SignIn(w, r, name, password) })
	return cookie, err
}

func person(g *access.Gate, cookie *http.Cookie) (p access.Person) {
	visit(g, cookie, func(_ http.ResponseWriter, r *http.Request) { p = g.Person(r) })
	return p
}

func known(g *access.Gate, cookie *http.Cookie) bool {
	p := person(g, cookie)
	return p.Known()
}

const chosen = "correct horse battery"

// settled makes an account with a password of its own, signed in.
func (h *house) settled(id string, roles ...access.Role) *http.Cookie {
	h.Helper()
	once := h.add(id, roles...)
	cookie, err := h.signIn(h.gate, id, once)
	if err != nil {
		h.Fatal(err)
	}
	fresh := visit(h.gate, cookie, func(_ http.ResponseWriter, r *http.Request) {
		err = h.gate.ChangePassword(r.Context(), r, once, chosen)
	})
	if err != nil {
		h.Fatal(err)
	}
	return fresh
}

func TestOneTimePassword(t *testing.T) {
	h := newHouse(t, nil)
	once := h.add("Wang.Fang", access.Leader)
	cookie, err := h.signIn(h.gate, " wang.fang ", once)
	if err != nil {
		t.Fatal(err)
	}
	p := person(h.gate, cookie)
	if p.ID != "wang.fang" || p.May(access.ReadFigures) || !p.MustChange {
		t.Errorf("with a one-time password: %+v", p)
	}
	change := func(old, clear string) (fresh *http.Cookie, err error) {
		fresh = visit(h.gate, cookie, func(_ http.ResponseWriter, r *http.Request) { err = h.gate.ChangePassword(r.Context(), r, old, clear) })
		return fresh, err
	}
	for clear, reason := range map[string]string{
		"short": "short", strings.Repeat("ab", 8): "simple", "wang.fangwang.fang1": "name", once: "same", strings.Repeat("abcde", 300): "long",
	} {
		var weak access.WeakError
		if _, err := change(once, clear); !errors.As(err, &weak) || !errors.Is(err, access.ErrWeak) || weak.Reason != reason {
			t.Errorf("%q: %v, want %s", clear, err, reason)
		}
	}
	if _, err := change("wrong", chosen); !errors.Is(err, access.ErrRefused) {
		t.Errorf("with a wrong old password: %v", err)
	}
	fresh, err := change(once, chosen)
	if err != nil || fresh == nil || fresh.Value == cookie.Value {
		t.Fatalf("the token stays: %v", err)
	}
	if p := person(h.gate, fresh); !p.May(access.ReadFigures) {
		t.Errorf("after the change: %+v", p)
	}
	if p := person(h.gate, cookie); p.Known() {
		t.Error("the old token opens")
	}
	if _, err := h.signIn(h.gate, "wang.fang", once); !errors.Is(err, access.ErrRefused) {
		t.Errorf("the one-time password again: %v", err)
	}
	if _, err := h.signIn(h.gate, "wang.fang", chosen); err != nil {
		t.Error(err)
	}
}

func TestOneTimePasswordEnds(t *testing.T) {
	h := newHouse(t, nil)
	once := h.add("anna", access.Leader)
	h.clock.pass(14*24*time.Hour - time.Second)
	if _, err := h.signIn(h.gate, "anna", once); err != nil {
		t.Fatalf("on its last day: %v", err)
	}
	h.clock.pass(time.Second)
	if _, err := h.signIn(h.gate, "anna", once); !errors.Is(err, access.ErrExpired) {
		t.Errorf("after 14 days: %v", err)
	}
	if _, err := h.signIn(h.gate, "anna", "wrong"); !errors.Is(err, access.ErrRefused) {
		t.Errorf("who does not know it learns that it has ended: %v", err)
	}
	again, err := h.gate.NewPassword(t.Context(), admin, "anna")
	if err != nil {
		t.Fatal(err)
	}
	cookie, err := h.signIn(h.gate, "anna", again)
	if err != nil {
		t.Fatal(err)
	}
	visit(h.gate, cookie, func(_ http.ResponseWriter, r *http.Request) {
		if err := h.gate.ChangePassword(r.Context(), r, again, chosen); err != nil {
			t.Error(err)
		}
	})
	h.clock.pass(1000 * 24 * time.Hour)
	if _, err := h.signIn(h.gate, "anna", chosen); err != nil {
		t.Errorf("an own password ends: %v", err)
	}
}

// The list of sessions marks that of who asks, and none for a command.
func TestPresentSession(t *testing.T) {
	h := newHouse(t, nil)
	h.settled("anna", access.Leader)
	if _, err := h.signIn(h.gate, "anna", chosen); err != nil {
		t.Fatal(err)
	}
	cookie, err := h.signIn(h.gate, "anna", chosen)
	if err != nil {
		t.Fatal(err)
	}
	marked := func(ctx context.Context) (n int) {
		list, err := h.gate.Sessions(ctx)
		if err != nil || len(list) < 2 {
			t.Fatal(list, err)
		}
		for i := range list {
			if list[i].Present {
				n++
			}
		}
		return n
	}
	visit(h.gate, cookie, func(_ http.ResponseWriter, r *http.Request) {
		if n := marked(r.Context()); n != 1 {
			t.Errorf("%d sessions are that of the request", n)
		}
	})
	if n := marked(t.Context()); n != 0 {
		t.Errorf("%d sessions are that of no request", n)
	}
}

func TestCookie(t *testing.T) {
	h := newHouse(t, nil)
	h.settled("anna", access.Leader)
	for _, https := range []bool{false, true} {
		r := httptest.NewRequest(http.MethodPost, "/x/", nil)
		if https {
			r.Header.Set("X-Forwarded-Proto", "https")
		}
		w := httptest.NewRecorder()
		h.gate.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := h.gate.SignIn(w, r, "anna", chosen); err != nil {
				t.Error(err)
			}
		})).ServeHTTP(w, r)
		c := w.Result().Cookies()[0]
		if c.Path != "/x/" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != https || c.MaxAge != 0 || !c.Expires.IsZero() {
			t.Errorf("the cookie is %s", c)
		}
		list, err := h.store.Sessions(t.Context(), h.clock.now())
		if text := fmt.Sprint(list); err != nil || strings.Contains(text, c.Value) {
			t.Errorf("the token is stored: %s, %v", text, err)
		}
	}
	if c := visit(h.gate, nil, func(http.ResponseWriter, *http.Request) {}); c != nil {
		t.Errorf("who has not signed in gets %s", c)
	}
}

func TestLockOut(t *testing.T) {
	h := newHouse(t, nil)
	h.settled("anna", access.Leader)
	for _, name := range []string{"anna", "nobody", "密码填进了姓名栏"} {
		lock := 5 * time.Minute
		for round := range 3 {
			for i := range 5 {
				if _, err := h.signIn(h.gate, name, "wrong"); !errors.Is(err, access.ErrRefused) {
					t.Fatalf("%s, round %d, try %d: %v", name, round, i, err)
				}
			}
			var locked access.LockedError
			if _, err := h.signIn(h.gate, name, chosen); !errors.As(err, &locked) || locked.Until.Sub(h.clock.now()) != lock {
				t.Fatalf("%s, round %d: %v, want %v", name, round, err, lock)
			}
			h.clock.pass(lock)
			lock *= 2
		}
	}
	if _, err := h.signIn(h.gate, "anna", chosen); err != nil {
		t.Errorf("after the lock: %v", err)
	}
	h.clock.pass(time.Hour)
	for range 3 {
		for range 4 {
			if _, err := h.signIn(h.gate, "anna", "wrong"); !errors.Is(err, access.ErrRefused) {
				t.Fatal(err)
			}
		}
		h.clock.pass(15 * time.Minute)
	}
	entries, err := h.gate.Audit(t.Context(), access.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(entries); strings.Contains(text, "姓名栏") || strings.Contains(text, "wrong") || !strings.Contains(text, access.ActionLocked) {
		t.Errorf("on record: %s", text)
	}
}

// Many at once are no more than one after the other.
func TestLockOutOfManyAtOnce(t *testing.T) {
	h := newHouse(t, nil)
	h.settled("anna", access.Leader)
	var refused atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := h.signIn(h.gate, "anna", "wrong"); errors.Is(err, access.ErrRefused) {
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	if n := refused.Load(); n != 5 {
		t.Errorf("%d passwords were tried", n)
	}
	if _, err := h.gate.NewPassword(t.Context(), admin, "anna"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.signIn(h.gate, "anna", chosen); !errors.Is(err, access.ErrRefused) {
		t.Errorf("a new password does not unlock, or the old one works: %v", err)
	}
}

func TestAddressLimit(t *testing.T) {
	h := newHouse(t, nil)
	for i := range 50 {
		if _, err := h.signIn(h.gate, fmt.Sprint("name", i), "wrong"); !errors.Is(err, access.ErrRefused) {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	if _, err := h.signIn(h.gate, "another", "wrong"); !errors.Is(err, access.ErrLocked) {
		t.Errorf("the address goes on: %v", err)
	}
	h.clock.pass(15 * time.Minute)
	if _, err := h.signIn(h.gate, "another", "wrong"); !errors.Is(err, access.ErrRefused) {
		t.Errorf("the address stays locked: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	h := newHouse(t, nil)
	cookie := h.settled("anna", access.Leader)
	alive := func(want bool, what string) {
		t.Helper()
		if err := h.gate.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p := person(h.gate, cookie); p.Known() != want {
			t.Errorf("%s: signed in is %v", what, p.Known())
		}
	}
	for range 4 {
		h.clock.pass(29 * time.Minute)
		alive(true, "in use")
	}
	h.clock.pass(30 * time.Minute)
	alive(false, "idle for 30 minutes")
	cookie, _ = h.signIn(h.gate, "anna", chosen)
	for range 35 {
		h.clock.pass(20 * time.Minute)
		alive(true, "in use")
	}
	h.clock.pass(20 * time.Minute)
	alive(false, "after 12 hours")
}

// The use of a session is stored once a minute, not with every request.
func TestUseIsStoredSeldom(t *testing.T) {
	h := newHouse(t, nil)
	cookie := h.settled("anna", access.Leader)
	before := h.store.Writes()
	for range 120 {
		h.clock.pass(time.Second)
		person(h.gate, cookie)
		if err := h.gate.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.store.Writes() - before; n < 1 || n > 3 {
		t.Errorf("%d writes in two minutes", n)
	}
}

func TestRevocation(t *testing.T) {
	h := newHouse(t, nil)
	cookie := h.settled("anna", access.Leader)
	other := h.another(nil)
	if p := person(other, cookie); !p.May(access.ReadFigures) {
		t.Error("another process does not know the session")
	}
	if err := other.Revoke(t.Context(), admin, "anna"); err != nil {
		t.Fatal(err)
	}
	if known(other, cookie) {
		t.Error("revoked, and not at once")
	}
	if err := h.gate.Refresh(t.Context()); err != nil || known(h.gate, cookie) {
		t.Error("revoked, and not in the other process", err)
	}
	cookie, err := h.signIn(h.gate, "anna", chosen)
	if err != nil {
		t.Fatal(err)
	}
	// A session that was begun elsewhere a moment ago is known.
	if !known(other, cookie) {
		t.Error("the session is not known in the other process")
	}
	a := access.Account{ID: "anna", Roles: []access.Role{access.Auditor}, Scope: directory.Scope{All: true}}
	if err := h.gate.SaveAccount(t.Context(), admin, a); err != nil {
		t.Fatal(err)
	}
	if p := person(h.gate, cookie); p.May(access.ReadFigures) || !p.May(access.ReadAudit) {
		t.Errorf("after the change of roles: %+v", p)
	}
	a.Disabled = true
	if err := h.gate.SaveAccount(t.Context(), admin, a); err != nil {
		t.Fatal(err)
	}
	if known(h.gate, cookie) {
		t.Error("disabled, and signed in")
	}
	if _, err := h.signIn(h.gate, "anna", chosen); !errors.Is(err, access.ErrRefused) {
		t.Errorf("disabled: %v", err)
	}
}

func TestSignOut(t *testing.T) {
	h := newHouse(t, nil)
	cookie := h.settled("anna", access.Leader)
	gone := visit(h.gate, cookie, func(w http.ResponseWriter, r *http.Request) {
		if err := h.gate.SignOut(w, r); err != nil {
			t.Error(err)
		}
		if p := h.gate.Person(r); p.Known() {
			t.Error("still known in the same request")
		}
	})
	if gone == nil || gone.MaxAge >= 0 || known(h.gate, cookie) {
		t.Errorf("after signing out: %v", gone)
	}
}

// What cannot be put on record does not happen, whether or not the store has kept it.
func TestNothingWithoutRecord(t *testing.T) {
	for _, yet := range []bool{false, true} {
		h := newHouse(t, nil)
		cookie := h.settled("anna", access.Administrator)
		h.store.Fail(errors.New("away"), yet)
		if err := h.gate.Record(t.Context(), admin, "x", "y"); err == nil {
			t.Error("put on record")
		}
		if c, err := h.signIn(h.gate, "anna", chosen); err == nil || c != nil && c.MaxAge >= 0 {
			t.Errorf("signed in: %v, %v", c, err)
		}
		if err := h.gate.Revoke(t.Context(), admin, "anna"); err == nil {
			t.Error("revoked")
		}
		if err := h.gate.SaveAccount(t.Context(), admin, access.Account{ID: "eve", Roles: access.Roles()}); err == nil {
			t.Error("saved")
		}
		if !known(h.gate, cookie) {
			t.Error("a moment without the store ends sessions")
		}
		h.clock.pass(6 * time.Minute)
		if known(h.gate, cookie) {
			t.Error("minutes without the store, and still trusted")
		}
		h.store.Fail(nil, false)
		if err := h.gate.Record(t.Context(), admin, "x", "y"); err != nil {
			t.Error(err)
		}
		// The chain is whole, also if what failed was stored.
		if report, err := h.gate.VerifyAudit(t.Context()); err != nil || len(report.Faults) > 0 {
			t.Errorf("stored yet %v: %+v, %v", yet, report, err)
		}
	}
}

func TestOnlyAdministratorsChangeAccounts(t *testing.T) {
	h := newHouse(t, nil)
	h.add("anna", access.Leader)
	for _, by := range []access.Person{{}, {ID: "x", Roles: []access.Role{access.Leader, access.Operator, access.Auditor}}, {ID: "x", Roles: access.Roles(), MustChange: true}} {
		if err := h.gate.SaveAccount(t.Context(), by, access.Account{ID: "eve", Roles: access.Roles()}); !errors.Is(err, access.ErrForbidden) {
			t.Errorf("saved: %v", err)
		}
		if _, err := h.gate.NewPassword(t.Context(), by, "anna"); !errors.Is(err, access.ErrForbidden) {
			t.Errorf("password: %v", err)
		}
		if err := h.gate.Revoke(t.Context(), by, "anna"); !errors.Is(err, access.ErrForbidden) {
			t.Errorf("revoked: %v", err)
		}
	}
	for _, a := range []access.Account{
		{ID: "a b", Roles: access.Roles()},
		{ID: "x"},
		{ID: "bob"},
		{ID: "bob", Roles: []access.Role{"root"}},
		{ID: "oidc:x", Roles: access.Roles()},
		{ID: "oidc:x", Method: access.MethodOIDC, Roles: access.Roles()},
		{ID: "bob", Roles: access.Roles(), Scope: directory.Scope{Regions: []string{""}}},
		{ID: "bob", Name: "a\x00b", Roles: access.Roles()},
		{ID: strings.Repeat("x", 65), Roles: access.Roles()},
	} {
		if err := h.gate.SaveAccount(t.Context(), admin, a); !errors.Is(err, access.ErrAccount) {
			t.Errorf("%+v: %v", a, err)
		}
	}
}

func TestAdmit(t *testing.T) {
	h := newHouse(t, func(o *access.Options) {
		o.Grant = func(c access.Claim) ([]access.Role, directory.Scope, bool) {
			if !slices.Contains(c.Groups, "leaders") {
				return nil, directory.Scope{All: true}, true // no role is no role, whatever else is said
			}
			return []access.Role{access.Leader}, directory.Scope{Regions: []string{"9901"}, Departments: []string{"*"}}, true
		}
	})
	admit := func(c access.Claim) (p access.Person, cookie *http.Cookie, err error) {
		cookie = visit(h.gate, nil, func(w http.ResponseWriter, r *http.Request) { p, err = h.gate.Admit(w, r, c) })
		return p, cookie, err
	}
	p, cookie, err := admit(access.Claim{Method: access.MethodOIDC, Subject: "s/1", Name: "王", Groups: []string{"audit", "leaders"}})
	if err != nil || p.ID != "oidc:s/1" || !slices.Equal(p.Roles, []access.Role{access.Leader}) || p.Scope.All {
		t.Errorf("admitted %+v, %v", p, err)
	}
	if q := person(h.gate, cookie); q.ID != p.ID || q.Method != access.MethodOIDC {
		t.Errorf("then %+v", q)
	}
	if _, _, err := admit(access.Claim{Method: access.MethodCAS, Subject: "s", Groups: []string{"audit"}}); !errors.Is(err, access.ErrNoRole) {
		t.Errorf("without a rule: %v", err)
	}
	for _, c := range []access.Claim{{Method: access.MethodOIDC, Groups: []string{"leaders"}}, {Method: access.MethodLocal, Subject: "x", Groups: []string{"leaders"}}} {
		if _, _, err := admit(c); !errors.Is(err, access.ErrRefused) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := h.signIn(h.gate, "oidc:s/1", ""); !errors.Is(err, access.ErrRefused) {
		t.Errorf("with a password: %v", err)
	}
	if err := h.gate.SaveAccount(t.Context(), admin, access.Account{ID: "oidc:s/1", Method: access.MethodOIDC, Roles: p.Roles, Disabled: true}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := admit(access.Claim{Method: access.MethodOIDC, Subject: "s/1", Groups: []string{"leaders"}}); !errors.Is(err, access.ErrRefused) {
		t.Errorf("disabled: %v", err)
	}
}

func TestDemo(t *testing.T) {
	demo, plain := newHouse(t, func(o *access.Options) { o.Demo = true }), newHouse(t, nil)
	try := func(g *access.Gate, from, id string) (p access.Person, err error) {
		r := httptest.NewRequest(http.MethodPost, "/x/", nil)
		r.RemoteAddr = from
		g.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p, err = g.SignInDemo(w, r, id) })).ServeHTTP(httptest.NewRecorder(), r)
		return p, err
	}
	for _, a := range demo.gate.DemoAccounts() {
		if p, err := try(demo.gate, "127.0.0.1:9", a.ID); err != nil || p.Method != access.MethodDemo || !p.May(access.SignedIn) {
			t.Errorf("%s: %+v, %v", a.ID, p, err)
		}
		if _, err := try(demo.gate, "192.0.2.1:9", a.ID); !errors.Is(err, access.ErrRefused) {
			t.Errorf("%s from elsewhere: %v", a.ID, err)
		}
		if _, err := try(plain.gate, "127.0.0.1:9", a.ID); !errors.Is(err, access.ErrRefused) {
			t.Errorf("%s without the demo: %v", a.ID, err)
		}
	}
	if len(demo.gate.DemoAccounts()) != 8 || plain.gate.DemoAccounts() != nil {
		t.Error("the list of demo accounts")
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	h := newHouse(t, nil)
	h.settled("anna", access.Leader)
	stored, err := h.store.Accounts(t.Context())
	if err != nil || !strings.HasPrefix(string(stored[0].Password), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%v, %v", stored, err)
	}
	text, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{string(text), fmt.Sprintf("%v %+v %#v", stored, stored, stored)} {
		if strings.Contains(printed, "argon2id") {
			t.Errorf("printed: %s", printed)
		}
	}
}

// Readers, sign-ins, revocations and the loop at once: for the race detector.
func TestAllAtOnce(t *testing.T) {
	h := newHouse(t, nil)
	cookie := h.settled("anna", access.Leader)
	h.settled("bob", access.Leader)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				person(h.gate, cookie)
				if err := h.gate.Refresh(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 3 {
			c, err := h.signIn(h.gate, "bob", chosen)
			if err != nil || !known(h.gate, c) {
				t.Error("bob is not signed in", err)
			}
			if err := h.gate.Revoke(t.Context(), admin, "bob"); err != nil {
				t.Error(err)
			}
			if known(h.gate, c) {
				t.Error("bob is still signed in")
			}
		}
	})
	wg.Go(func() {
		for i := range 50 {
			if err := h.gate.Record(t.Context(), admin, "x", fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
			if _, err := h.gate.Sessions(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	if !known(h.gate, cookie) {
		t.Error("anna was signed out")
	}
	if report, err := h.gate.VerifyAudit(t.Context()); err != nil || len(report.Faults) > 0 || len(report.Ends) != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}
