package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"haochaping/access"
)

// Door lets people in and out.
type Door interface {
	// SignIn begins a session for a name and a password. It fails with access.ErrRefused, access.ErrExpired, access.ErrBusy or an
	// access.LockedError.
	SignIn(w http.ResponseWriter, r *http.Request, name, password string) (access.Person, error)
	// SignInDemo begins a session for one of the ready demo accounts.
	SignInDemo(w http.ResponseWriter, r *http.Request, id string) (access.Person, error)
	// SignOut ends the session of a request.
	SignOut(w http.ResponseWriter, r *http.Request) error
	// ChangePassword changes the password of who sent the request. It fails with access.ErrRefused if the old one
	// is wrong, and with an access.WeakError if the new one is no good.
	ChangePassword(ctx context.Context, r *http.Request, old, fresh string) error
}

// signIn is the sign-in page.
type signIn struct {
	Problem string
	Account string // as it was typed
	Back    string
	Action  string
	SignOns []link
	Demos   []demoDoor
	DemoTo  string
	Local   bool // name and password are asked
}

// demoDoor is a ready account, what its role sees, and of which units.
type demoDoor struct{ ID, Name, Sees, Scope string }

// maxForm bounds the body of a form.
const maxForm = 64 << 10

// readForm reads the body of a form.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return errBadRequest
	}
	return nil
}

// plainPage is a page without figures: it can be drawn without the store.
func (d *Dashboard) plainPage(r *http.Request, template, title string) *page {
	p := d.newPage(r)
	p.Template, p.Quiet, p.Plain = template, true, true
	p.Title = label{Text: p.T(title)}
	p.period = readPeriod(r.URL.Query(), p.anchor())
	return p
}

// showSignIn asks who is there; whoever is known goes on.
func (d *Dashboard) showSignIn(w http.ResponseWriter, r *http.Request) error {
	if d.options.Door == nil {
		return errNotFound
	}
	if person := d.options.Gate.Person(r); person.Known() {
		redirect(w, r, d.back(r.URL.Query().Get("back")))
		return nil
	}
	return d.drawSignIn(w, r, http.StatusOK, &signIn{Back: d.back(r.URL.Query().Get("back"))})
}

func (d *Dashboard) drawSignIn(w http.ResponseWriter, r *http.Request, status int, s *signIn) error {
	p := d.plainPage(r, "gate_signin", "signin.title")
	s.Action, s.DemoTo, s.Local = d.base+"/sign-in", d.base+"/sign-in/demo", true
	for _, way := range d.options.Providers {
		name := label{Text: way.Label, Name: true}
		if way.Label == "" {
			name = label{Text: p.T("signin.elsewhere", "Method", p.methodName(way.ID))}
		}
		s.SignOns = append(s.SignOns, link{label: name, Href: d.base + way.Path + "?" + url.Values{"back": {s.Back}}.Encode()})
	}
	for _, a := range d.demos(r) {
		door := demoDoor{ID: a.ID, Name: p.demoName(a.ID, a.Roles), Scope: p.T("signin.demo.scope", "Scope", p.scopeText(a.Scope))}
		switch {
		case a.ID == demoPublisher:
			door.Sees = p.T("demo.publisher.sees")
		case len(a.Roles) > 0:
			door.Sees = p.roleSees(a.Roles[0])
		}
		s.Demos = append(s.Demos, door)
	}
	if len(s.Demos) > 0 {
		s.Local = false
	}
	p.Gate = s
	return d.render(w, r, status, p)
}

// demos are the ready accounts that a reader is offered: in demo mode, on the machine itself.
func (d *Dashboard) demos(r *http.Request) []access.Account {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if !d.options.Demo || err != nil || !from.Addr().Unmap().IsLoopback() {
		return nil
	}
	return d.options.DemoAccounts
}

// back is an address to go on to after signing in: one of our pages.
func (d *Dashboard) back(wanted string) string {
	to := d.localPath(wanted)
	if len(to) > 2000 {
		return d.base + "/"
	}
	if u, err := url.Parse(to); err != nil || u.Path == d.base+"/sign-in" || u.Path == d.base+"/sign-out" {
		return d.base + "/"
	}
	return to
}

func (d *Dashboard) signIn(w http.ResponseWriter, r *http.Request) error {
	if d.options.Door == nil {
		return errNotFound
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	s := &signIn{Account: clip(r.PostForm.Get("name"), 200), Back: d.back(r.PostForm.Get("back"))}
	person, err := d.options.Door.SignIn(w, r, s.Account, clip(r.PostForm.Get("password"), 1000))
	if err == nil {
		d.goOn(w, r, person, s.Back)
		return nil
	}
	status, problem, known := d.signInProblem(w, r, err)
	if !known {
		return err
	}
	s.Problem = problem
	return d.drawSignIn(w, r, status, s)
}

// signInProblem says why somebody was not let in; not why exactly, which would tell a stranger what exists.
func (d *Dashboard) signInProblem(w http.ResponseWriter, r *http.Request, err error) (status int, problem string, known bool) {
	p := d.newPage(r)
	var locked access.LockedError
	switch {
	case errors.As(err, &locked):
		seconds := max(1, int(locked.Until.Sub(p.now)/time.Second))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		return http.StatusTooManyRequests, p.T("signin.locked", "Time", p.Clock(locked.Until, p.now)), true
	case errors.Is(err, access.ErrBusy):
		w.Header().Set("Retry-After", "5")
		return http.StatusServiceUnavailable, p.T("signin.busy"), true
	case errors.Is(err, access.ErrExpired):
		return http.StatusForbidden, p.T("signin.expired"), true
	case errors.Is(err, access.ErrRefused):
		return http.StatusUnauthorized, p.T("signin.refused"), true
	}
	return 0, "", false
}

func (d *Dashboard) signInDemo(w http.ResponseWriter, r *http.Request) error {
	if d.options.Door == nil || len(d.demos(r)) == 0 {
		return errNotFound
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	id := r.PostForm.Get("account")
	for _, demo := range d.demos(r) {
		if demo.ID != id {
			continue
		}
		person, err := d.options.Door.SignInDemo(w, r, id)
		if err != nil {
			return err
		}
		d.goOn(w, r, person, d.back(r.PostForm.Get("back")))
		return nil
	}
	return errBadRequest
}

// goOn leads somebody who has just signed in to where they wanted, or first to change the password.
func (d *Dashboard) goOn(w http.ResponseWriter, r *http.Request, person access.Person, back string) {
	switch {
	case person.MustChange:
		back = d.base + "/account/password"
	case back == d.base+"/":
		back = d.base + d.home(&person)
	}
	redirect(w, r, back)
}

func (d *Dashboard) signOut(w http.ResponseWriter, r *http.Request) error {
	if d.options.Door == nil {
		return errNotFound
	}
	if err := d.options.Door.SignOut(w, r); err != nil {
		return err
	}
	w.Header().Set("Clear-Site-Data", `"cache"`)
	redirect(w, r, d.base+"/sign-in")
	return nil
}
