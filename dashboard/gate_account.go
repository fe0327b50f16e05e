package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"haochaping/access"
	"haochaping/directory"
)

// account is the page of the own account.
type account struct {
	Rows       []term
	Roles      []term // each role and what it sees
	Sessions   []sessionRow
	Password   string // where it is changed; empty if it is kept elsewhere
	Everywhere string // where signing out everywhere is sent
}

// password is the form that changes the own password.
type password struct {
	Must    bool
	Problem string
	Action  string
}

// Reader is who is signed in, for the head of a page; empty if nobody is or nobody has to be.
func (p *page) Reader() string {
	if p.dashboard.options.Door == nil || !p.person.Known() {
		return ""
	}
	return p.displayName()
}

// displayName is what the reader is called: the own name, or for an account of the demo its roles in words.
func (p *page) displayName() string {
	switch {
	case p.person.Method == access.MethodDemo:
		return p.demoName(p.person.ID, p.person.Roles)
	case p.person.Name == "":
		return p.roleNames(p.person.Roles)
	}
	return p.person.Name
}

// demoPublisher is the demo's second evaluator: who prepares an edition does not publish it.
const demoPublisher = "demo:publisher"

// demoName is what an account of the demo is called.
func (p *page) demoName(id string, roles []access.Role) string {
	if id == demoPublisher {
		return p.T("demo.publisher")
	}
	return p.roleNames(roles)
}

// AccountPath and SignOutPath are the addresses of the own account and of signing out.
func (p *page) AccountPath() string { return p.dashboard.base + "/account" }

// SignOutPath is where signing out is sent.
func (p *page) SignOutPath() string { return p.dashboard.base + "/sign-out" }

// roleNames are roles in words.
func (p *page) roleNames(roles []access.Role) string {
	var names []string
	for _, role := range roles {
		names = append(names, p.roleName(role))
	}
	return strings.Join(names, p.T("list.and"))
}

// roleName is a role in a word, or as it is if we do not know it.
func (p *page) roleName(role access.Role) string {
	if !slices.Contains(access.Roles(), role) {
		return string(role)
	}
	return p.T("role." + string(role))
}

// roleSees says what a role is for.
func (p *page) roleSees(role access.Role) string {
	if !slices.Contains(access.Roles(), role) {
		return ""
	}
	return p.T("role." + string(role) + ".sees")
}

// scopeText says in words what may be seen.
func (p *page) scopeText(s directory.Scope) string {
	if s.All {
		return p.T("scope.all")
	}
	if len(s.Regions) == 0 || len(s.Departments) == 0 {
		return p.T("scope.none")
	}
	regions, departments := p.T("scope.any_region"), p.T("scope.any_department")
	if !slices.Contains(s.Regions, directory.Any) {
		regions = p.namesOf(s.Regions, p.regionName)
	}
	if !slices.Contains(s.Departments, directory.Any) {
		departments = p.namesOf(s.Departments, p.departmentName)
	}
	return p.T("scope.crossed", "Regions", regions, "Departments", departments)
}

// namesOf lists the first names of codes, and says how many more there are.
func (p *page) namesOf(codes []string, name func(string) label) string {
	const most = 12
	var names []string
	for i, code := range codes {
		if i == most {
			names = append(names, p.T("scope.more", "Count", p.Int(uint64(len(codes)-most))))
			break
		}
		names = append(names, clip(name(code).Text, 200))
	}
	return strings.Join(names, p.T("list.and"))
}

func (p *page) methodName(method string) string {
	switch method {
	case access.MethodLocal, access.MethodOIDC, access.MethodCAS, access.MethodHeader, access.MethodDemo:
		return p.T("method." + method)
	}
	return method
}

func (d *Dashboard) showAccount(w http.ResponseWriter, r *http.Request) error {
	p := d.plainPage(r, "gate_account", "account.title")
	a := &account{Rows: []term{
		{p.T("account.name"), p.displayName()},
		{p.T("account.id"), p.person.ID},
		{p.T("account.method"), p.methodName(p.person.Method)},
		{p.T("account.scope"), p.scopeText(p.person.Scope)},
	}}
	for _, role := range p.person.Roles {
		a.Roles = append(a.Roles, term{p.roleName(role), p.roleSees(role)})
	}
	if d.options.Door != nil && p.person.Method == access.MethodLocal {
		a.Password = d.base + "/account/password"
	}
	if d.options.Accounts != nil {
		ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
		defer cancel()
		sessions, err := d.options.Accounts.Sessions(ctx)
		if err != nil {
			return err
		}
		a.Sessions = p.sessionsOf(sessions, p.person.ID)
		a.Everywhere = d.base + "/account/sign-out"
	}
	p.Gate = a
	return d.render(w, r, http.StatusOK, p)
}

// signOutEverywhere ends all sessions of the own account, on record, and that of the request with them.
func (d *Dashboard) signOutEverywhere(w http.ResponseWriter, r *http.Request) error {
	if d.options.Accounts == nil || d.options.Door == nil {
		return errNotFound
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	person := d.options.Gate.Person(r)
	if r.PostForm.Get("sure") != "yes" {
		return errBadRequest
	}
	if err := d.options.Accounts.Revoke(r.Context(), person, person.ID); err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	return d.signOut(w, r)
}

func (d *Dashboard) showPassword(w http.ResponseWriter, r *http.Request) error {
	return d.drawPassword(w, r, http.StatusOK, "")
}

func (d *Dashboard) drawPassword(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	p := d.plainPage(r, "gate_password", "password.title")
	if d.options.Door == nil || p.person.Method != access.MethodLocal {
		return errNotFound
	}
	p.Gate = &password{Must: p.person.MustChange, Problem: problem, Action: d.base + "/account/password"}
	return d.render(w, r, status, p)
}

func (d *Dashboard) changePassword(w http.ResponseWriter, r *http.Request) error {
	p := d.newPage(r)
	if d.options.Door == nil || p.person.Method != access.MethodLocal {
		return errNotFound
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	fresh := r.PostForm.Get("new")
	if fresh != r.PostForm.Get("again") {
		return d.drawPassword(w, r, http.StatusUnprocessableEntity, p.T("password.differ"))
	}
	err := d.options.Door.ChangePassword(r.Context(), r, clip(r.PostForm.Get("old"), 1000), fresh)
	var weak access.WeakError
	switch {
	case err == nil:
		redirect(w, r, d.base+"/")
		return nil
	case errors.As(err, &weak):
		return d.drawPassword(w, r, http.StatusUnprocessableEntity, p.weakText(weak.Reason))
	}
	status, problem, known := d.signInProblem(w, r, err)
	if !known {
		return err
	}
	if status == http.StatusUnauthorized {
		status, problem = http.StatusUnprocessableEntity, p.T("password.wrong")
	}
	return d.drawPassword(w, r, status, problem)
}

// weakText says why a new password is no good.
func (p *page) weakText(reason string) string {
	switch reason {
	case "short", "long", "simple", "name":
		return p.T("password.weak." + reason)
	}
	return p.T("password.weak.same")
}
