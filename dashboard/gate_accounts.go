package dashboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"haochaping/access"
	"haochaping/directory"
)

// Accounts are who may what.
type Accounts interface {
	Accounts(ctx context.Context) ([]access.Account, error)
	// SaveAccount adds or changes an account. It fails with access.ErrAccount if the account breaks a rule.
	SaveAccount(ctx context.Context, by access.Person, a access.Account) error
	// NewPassword gives an account a one-time password, which is told this once.
	NewPassword(ctx context.Context, by access.Person, id string) (clear string, err error)
	// Sessions are those that have not ended.
	Sessions(ctx context.Context) ([]access.Session, error)
	// Revoke ends all sessions of an account.
	Revoke(ctx context.Context, by access.Person, id string) error
}

// accountList is the page of all accounts.
type accountList struct {
	Rows    []accountRow
	Form    accountForm
	AllText string // how many there are
	Cut     string // that not all are listed
	Demo    string // that those of the demo are not listed
	Search  string
}

type accountRow struct {
	Href                       string
	ID, Name                   string
	Roles, Scope, Method, Seen string
	State                      string
	Sessions                   string
}

// accountForm is what may be changed about an account.
type accountForm struct {
	Action  string
	New     bool
	Problem string
	ID      string
	Name    string
	Roles   []roleChoice
	All     bool
	Regions string // codes, one a line
	Units   string
	Off     bool
}

type roleChoice struct {
	Value, Text, Sees string
	Chosen            bool
}

// oneAccount is the page of one account.
type oneAccount struct {
	Rows        []term
	Form        accountForm
	Sessions    []sessionRow
	Revoke      string
	NewPassword string // where a one-time password is asked for; empty if the account has none of ours
	OneTime     string // just given
}

type sessionRow struct{ Began, Seen, Ends, Method, Address string }

// accountsShown bounds the list; a search finds the others.
const accountsShown = 500

func (d *Dashboard) showAccounts(w http.ResponseWriter, r *http.Request) error {
	return d.drawAccounts(w, r, http.StatusOK, accountForm{})
}

func (d *Dashboard) drawAccounts(w http.ResponseWriter, r *http.Request, status int, form accountForm) error {
	if d.options.Accounts == nil {
		return errNotFound
	}
	p := d.plainPage(r, "gate_accounts", "nav.accounts")
	p.Nav = "accounts"
	ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
	defer cancel()
	accounts, err := d.options.Accounts.Accounts(ctx)
	if err != nil {
		return err
	}
	sessions, err := d.options.Accounts.Sessions(ctx)
	if err != nil {
		return err
	}
	open := make(map[string]uint64)
	for i := range sessions {
		open[sessions[i].Account]++
	}
	form.New, form.Action = true, d.base+"/accounts"
	if form.Roles == nil {
		form.Roles = p.roleChoices(nil)
	}
	list := &accountList{Form: form, AllText: p.T("accounts.list", "N", len(accounts), "Count", p.Int(uint64(len(accounts)))), Search: strings.TrimSpace(clip(r.URL.Query().Get("q"), 200))}
	slices.SortFunc(accounts, func(a, b access.Account) int { return cmp.Compare(a.ID, b.ID) })
	for i := range accounts {
		a := &accounts[i]
		if !strings.Contains(strings.ToLower(a.ID+"\n"+a.Name), strings.ToLower(list.Search)) {
			continue
		}
		if len(list.Rows) == accountsShown {
			list.Cut = p.T("accounts.shown", "Count", p.Int(accountsShown))
			break
		}
		list.Rows = append(list.Rows, accountRow{
			Href: d.accountPath(a.ID), ID: a.ID, Name: a.Name, Roles: p.roleNames(a.Roles), Scope: p.scopeText(a.Scope),
			Method: p.methodName(a.Method), Seen: p.moment(a.LastSeen), State: p.accountState(a), Sessions: p.Int(open[a.ID]),
		})
	}
	if d.options.Demo && len(d.options.DemoAccounts) > 0 {
		list.Demo = p.T("accounts.no_demo")
	}
	p.Gate = list
	return d.render(w, r, status, p)
}

func (d *Dashboard) accountPath(id string) string { return d.base + "/accounts/" + url.PathEscape(id) }

// moment is an instant in words, or a dash for none.
func (p *page) moment(t time.Time) string {
	if t.IsZero() || t.Unix() <= 0 {
		return p.None()
	}
	return p.Clock(t, p.now)
}

func (p *page) accountState(a *access.Account) string {
	switch {
	case a.Disabled:
		return p.T("accounts.disabled")
	case a.MustChange:
		return p.T("accounts.must_change")
	}
	return p.T("accounts.active")
}

func (p *page) roleChoices(chosen []access.Role) []roleChoice {
	var out []roleChoice
	for _, role := range access.Roles() {
		out = append(out, roleChoice{
			Value: string(role), Text: p.roleName(role), Sees: p.roleSees(role), Chosen: slices.Contains(chosen, role),
		})
	}
	return out
}

// readAccount puts what a form says into an account.
func readAccount(form url.Values, a *access.Account) {
	a.Name = strings.TrimSpace(form.Get("title"))
	a.Disabled = form.Has("disabled")
	a.Roles = nil
	for _, role := range access.Roles() {
		if slices.Contains(form["role"], string(role)) {
			a.Roles = append(a.Roles, role)
		}
	}
	a.Scope = directory.Scope{All: form.Has("all")}
	if !a.Scope.All {
		a.Scope.Regions, a.Scope.Departments = codes(form.Get("regions")), codes(form.Get("departments"))
	}
}

// codes reads codes that are parted by space, commas or lines.
func codes(text string) []string {
	list := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;，；、\u3000", r) })
	slices.Sort(list)
	return slices.Compact(list)
}

func (p *page) formOf(a *access.Account) accountForm {
	return accountForm{
		ID: a.ID, Name: a.Name, Roles: p.roleChoices(a.Roles), All: a.Scope.All, Off: a.Disabled,
		Regions: strings.Join(a.Scope.Regions, "\n"), Units: strings.Join(a.Scope.Departments, "\n"),
	}
}

// problemOf says what is wrong with an account; empty if that is not what err is about.
func (p *page) problemOf(err error, a *access.Account) string {
	switch {
	case len(a.Roles) == 0:
		return p.T("accounts.needs_role")
	case errors.Is(err, access.ErrAccount):
		return p.T("accounts.invalid")
	}
	return ""
}

// addAccount adds a local account and shows its one-time password.
func (d *Dashboard) addAccount(w http.ResponseWriter, r *http.Request) error {
	if d.options.Accounts == nil {
		return errNotFound
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	p := d.newPage(r)
	a := access.Account{ID: access.LocalID(r.PostForm.Get("id")), Method: access.MethodLocal, MustChange: true}
	readAccount(r.PostForm, &a)
	there, err := d.findAccount(r.Context(), a.ID)
	switch {
	case err == nil && there.ID != "":
		form := p.formOf(&a)
		form.Problem = p.T("accounts.exists")
		return d.drawAccounts(w, r, http.StatusConflict, form)
	case !errors.Is(err, errNotFound):
		return err
	}
	if err := d.options.Accounts.SaveAccount(r.Context(), p.person, a); err != nil {
		form := p.formOf(&a)
		if form.Problem = p.problemOf(err, &a); form.Problem == "" {
			return err
		}
		return d.drawAccounts(w, r, http.StatusUnprocessableEntity, form)
	}
	clear, err := d.options.Accounts.NewPassword(r.Context(), p.person, a.ID)
	if err != nil {
		return err
	}
	return d.drawAccount(w, r, http.StatusOK, a.ID, clear, nil)
}

// findAccount is one account, or errNotFound.
func (d *Dashboard) findAccount(ctx context.Context, id string) (access.Account, error) {
	if d.options.Accounts == nil {
		return access.Account{}, errNotFound
	}
	accounts, err := d.options.Accounts.Accounts(ctx)
	if err != nil {
		return access.Account{}, err
	}
	for i := range accounts {
		if accounts[i].ID == id {
			return accounts[i], nil
		}
	}
	return access.Account{}, errNotFound
}

func (d *Dashboard) showOneAccount(w http.ResponseWriter, r *http.Request) error {
	return d.drawAccount(w, r, http.StatusOK, r.PathValue("id"), "", nil)
}

// drawAccount shows one account as it is kept, or with what could not be saved.
func (d *Dashboard) drawAccount(w http.ResponseWriter, r *http.Request, status int, id, oneTime string, wrong *accountForm) error {
	ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
	defer cancel()
	a, err := d.findAccount(ctx, id)
	if err != nil {
		return err
	}
	sessions, err := d.options.Accounts.Sessions(ctx)
	if err != nil {
		return err
	}
	p := d.plainPage(r, "gate_account_one", "nav.accounts")
	p.Nav, p.Title = "accounts", label{Text: cmp.Or(a.Name, a.ID), Name: true}
	p.Crumbs = []link{{label: label{Text: p.T("nav.accounts")}, Href: d.base + "/accounts"}}
	one := &oneAccount{OneTime: oneTime, Revoke: d.accountPath(a.ID) + "/revoke", Form: p.formOf(&a), Rows: []term{
		{p.T("account.id"), a.ID},
		{p.T("account.method"), p.methodName(a.Method)},
		{p.T("accounts.state"), p.accountState(&a)},
		{p.T("accounts.created"), p.moment(a.Created)},
		{p.T("accounts.seen"), p.moment(a.LastSeen)},
		{p.T("account.scope"), p.scopeText(a.Scope)},
	}}
	if wrong != nil {
		one.Form = *wrong
	}
	one.Form.Action = d.accountPath(a.ID)
	if a.Method == access.MethodLocal {
		one.NewPassword = d.accountPath(a.ID) + "/password"
	}
	one.Sessions = p.sessionsOf(sessions, a.ID)
	p.Gate = one
	return d.render(w, r, status, p)
}

func (d *Dashboard) changeAccount(w http.ResponseWriter, r *http.Request) error {
	a, err := d.findAccount(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	p := d.newPage(r)
	readAccount(r.PostForm, &a)
	form := p.formOf(&a)
	// Who takes the own rights away cannot give them back.
	if a.ID == p.person.ID && (a.Disabled || !slices.Contains(a.Roles, access.Administrator)) {
		form.Problem = p.T("accounts.yourself")
		return d.drawAccount(w, r, http.StatusUnprocessableEntity, a.ID, "", &form)
	}
	if err := d.options.Accounts.SaveAccount(r.Context(), p.person, a); err != nil {
		if form.Problem = p.problemOf(err, &a); form.Problem == "" {
			return err
		}
		return d.drawAccount(w, r, http.StatusUnprocessableEntity, a.ID, "", &form)
	}
	redirect(w, r, d.accountPath(a.ID))
	return nil
}

func (d *Dashboard) newPassword(w http.ResponseWriter, r *http.Request) error {
	a, err := d.findAccount(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if a.Method != access.MethodLocal {
		return errBadRequest
	}
	clear, err := d.options.Accounts.NewPassword(r.Context(), d.options.Gate.Person(r), a.ID)
	if err != nil {
		return fmt.Errorf("give a one-time password: %w", err)
	}
	return d.drawAccount(w, r, http.StatusOK, a.ID, clear, nil)
}

func (d *Dashboard) revokeSessions(w http.ResponseWriter, r *http.Request) error {
	a, err := d.findAccount(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := d.options.Accounts.Revoke(r.Context(), d.options.Gate.Person(r), a.ID); err != nil {
		return fmt.Errorf("revoke sessions: %w", err)
	}
	redirect(w, r, d.accountPath(a.ID))
	return nil
}

// sessionsOf are the sessions of one account, in words, the last used first; that of who reads the page is marked.
func (p *page) sessionsOf(all []access.Session, id string) []sessionRow {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b access.Session) int { return b.LastSeen.Compare(a.LastSeen) }) //nolint:gocritic // few
	var rows []sessionRow
	for i := range all {
		if s := &all[i]; s.Account == id {
			began := p.moment(s.Created)
			if s.Present {
				began = p.T("accounts.present", "Time", began)
			}
			rows = append(rows, sessionRow{began, p.moment(s.LastSeen), p.moment(s.Until), p.methodName(s.Method), s.Address})
		}
	}
	return rows
}

// sessionsView and formView pair what a template draws with its page.
type sessionsView struct {
	Page *page
	Rows []sessionRow
}

// SessionsOf pairs sessions with the page.
func (p *page) SessionsOf(rows []sessionRow) sessionsView { return sessionsView{p, rows} }

type formView struct {
	Page *page
	Form accountForm
}

// FormOf pairs a form with the page.
func (p *page) FormOf(f accountForm) formView { return formView{p, f} } //nolint:gocritic // small, once a page
