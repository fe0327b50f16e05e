package access

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"
	"unicode/utf8"

	"haochaping/directory"
)

var errNotBehind = errors.New("access: the request did not come through Middleware")

// SignIn lets in who knows the password of a local account. ErrRefused tells nothing about whether there is such an
// account; ErrExpired is for who knows a one-time password that has ended; a LockedError says until when a name or an address is locked.
func (g *Gate) SignIn(_ http.ResponseWriter, r *http.Request, name, password string) (Person, error) {
	if !behind(r) {
		return Person{}, errNotBehind
	}
	ctx := r.Context()
	id := LocalID(name)
	if utf8.RuneCountInString(id) > idLength {
		id = string([]rune(id)[:idLength]) + "…" // no account is called so
	}
	a, err := g.prove(ctx, id, password)
	if err != nil {
		return Person{}, err
	}
	return g.begin(ctx, a.person())
}

// prove finds the account that a name and a password belong to.
func (g *Gate) prove(ctx context.Context, id, password string) (StoredAccount, error) {
	address, _ := ctx.Value(addressKey{}).(string)
	g.mu.RLock()
	a, known := g.mem.accounts[id]
	g.mu.RUnlock()
	known = known && a.Method == MethodLocal
	if !known {
		a = StoredAccount{}
	}
	locking, err := g.tries.begin(id, address, known, g.now())
	if err != nil {
		return StoredAccount{}, err
	}
	hash, ended := a.Password.parts(g.now())
	right, err := g.hasher.matches(ctx, password, hash)
	if err != nil {
		g.tries.untried(id, address, known, locking)
		return StoredAccount{}, err
	}
	if right && !a.Disabled && !ended {
		g.tries.succeeded(id, address)
		return a, nil
	}
	// What people type as a name may be a password: only names of accounts are put on record.
	object := "an unknown name"
	if known {
		object = "account " + id
	}
	action := ActionSignInRefused
	if locking {
		action = ActionLocked
	}
	if err := g.Record(ctx, Person{}, action, object); err != nil {
		g.log.Error("a refused sign-in is not on record", "error", err)
	}
	if right && !a.Disabled {
		return StoredAccount{}, ErrExpired
	}
	return StoredAccount{}, ErrRefused
}

// begin puts a sign-in on record and begins a session with a new token.
func (g *Gate) begin(ctx context.Context, p Person) (Person, error) {
	if err := g.Record(ctx, p, ActionSignIn, "by "+p.Method); err != nil {
		return Person{}, err
	}
	address, _ := ctx.Value(addressKey{}).(string)
	err := g.plain.RenewToken(ctx)
	if err == nil {
		g.plain.Put(ctx, valueAccount, p.ID)
		g.plain.Put(ctx, valueMethod, p.Method)
		g.plain.Put(ctx, valueAddress, address)
		_, _, err = g.plain.Commit(ctx)
	}
	if err != nil {
		return Person{}, errors.Join(err, g.plain.Destroy(ctx))
	}
	return p, nil
}

// SignOut ends the session of a request.
func (g *Gate) SignOut(_ http.ResponseWriter, r *http.Request) error {
	if !behind(r) {
		return errNotBehind
	}
	p := g.Person(r)
	err := g.plain.Destroy(r.Context())
	if p.Known() {
		err = errors.Join(err, g.Record(r.Context(), p, ActionSignOut, ""))
	}
	return err
}

// ChangePassword gives the account of a request's sender a new password. All its sessions end; that of the request goes
// on with a new token. A WeakError says what is wrong with the new password; ErrRefused that the old one is wrong.
func (g *Gate) ChangePassword(ctx context.Context, r *http.Request, old, clear string) error {
	p := g.Person(r)
	if !p.Known() || p.Method != MethodLocal {
		return ErrForbidden
	}
	if err := checkPassword(clear, &Account{ID: p.ID, Name: p.Name}); err != nil {
		return err
	}
	if _, err := g.prove(r.Context(), p.ID, old); err != nil {
		return err
	}
	if old == clear {
		return WeakError{"same"}
	}
	hash, err := g.hasher.hash(ctx, clear)
	if err != nil {
		return err
	}
	err = g.change(ctx, p.ID, func(a *StoredAccount) error {
		if a.Created.IsZero() || a.Disabled {
			return ErrForbidden
		}
		a.Password, a.MustChange = hash, false
		return g.Record(r.Context(), p, ActionPasswordChange, "account "+p.ID)
	})
	if err != nil {
		return err
	}
	if err := g.endAll(ctx, p.ID); err != nil {
		return err
	}
	// The session is new, and so is its token.
	if err := g.plain.RenewToken(r.Context()); err != nil {
		return err
	}
	_, _, err = g.plain.Commit(r.Context())
	return err
}

// Claim is what an identity provider says of somebody, after its proof was checked.
type Claim struct {
	Method  string   // oidc, cas or header
	Subject string   // the provider's own name for the person; never empty
	Name    string   // for people; the subject if the provider gives none
	Groups  []string // at most 200
}

const (
	subjectLength = 200 // bytes
	groupsMost    = 200
)

// Admit lets in whom an identity provider has proved, with the roles and the scope that Options.Grant gives. ErrNoRole
// if it gives none; ErrRefused if the account is disabled here.
func (g *Gate) Admit(_ http.ResponseWriter, r *http.Request, c Claim) (Person, error) {
	if !behind(r) {
		return Person{}, errNotBehind
	}
	if !slices.Contains([]string{MethodOIDC, MethodCAS, MethodHeader}, c.Method) ||
		c.Subject == "" || len(c.Subject) > subjectLength || !printable(c.Subject) || len(c.Groups) > groupsMost {
		return Person{}, ErrRefused
	}
	ctx := r.Context()
	id := c.Method + ":" + c.Subject
	name := plain(c.Name)
	if runes := []rune(name); len(runes) > nameLength {
		name = string(runes[:nameLength])
	}
	roles, scope, ok := g.options.Grant(c)
	if !ok || len(roles) == 0 {
		if err := g.Record(ctx, Person{}, ActionSignInRefused, "account "+id+" without a role"); err != nil {
			g.log.Error("a refused sign-in is not on record", "error", err)
		}
		return Person{}, ErrNoRole
	}
	var p Person
	err := g.change(ctx, id, func(a *StoredAccount) error {
		if a.Disabled {
			return ErrRefused
		}
		action := ActionAccountChange
		if a.Created.IsZero() {
			action, a.Created = ActionAccountAdd, g.now().UTC().Truncate(time.Millisecond)
		}
		before := describe(&a.Account)
		a.ID, a.Name, a.Method, a.Roles, a.Scope = id, name, c.Method, roles, scope
		if err := a.check(); err != nil {
			return err
		}
		p = a.person()
		if now := describe(&a.Account); now != before {
			return g.Record(ctx, p, action, now)
		}
		return nil
	})
	if err != nil {
		return Person{}, err
	}
	return g.begin(ctx, p)
}

// demoAccounts are those of the demo, one for each view of the product. They have no password and are stored nowhere.
func demoAccounts() map[string]StoredAccount {
	all := directory.Scope{All: true}
	list := []Account{
		{ID: "demo:leader", Name: "省领导视图", Roles: []Role{Leader}, Scope: all},
		{ID: "demo:city", Name: "一市领导视图", Roles: []Role{Leader}, Scope: directory.Scope{Regions: []string{"9901"}, Departments: []string{directory.Any}}},
		{ID: "demo:evaluator", Name: "评价视图", Roles: []Role{Evaluator}, Scope: all},
		{ID: "demo:publisher", Name: "评价发布视图", Roles: []Role{Evaluator}, Scope: all}, // who draws an edition does not publish it
		{ID: "demo:handler", Name: "差评办理视图", Roles: []Role{Handler}, Scope: all},
		{ID: "demo:operator", Name: "运维视图", Roles: []Role{Operator}, Scope: all},
		{ID: "demo:administrator", Name: "账号管理视图", Roles: []Role{Administrator}},
		{ID: "demo:auditor", Name: "审计视图", Roles: []Role{Auditor}},
	}
	accounts := make(map[string]StoredAccount, len(list))
	for _, a := range list {
		a.Method = MethodDemo
		accounts[a.ID] = StoredAccount{Account: a}
	}
	return accounts
}

// DemoAccounts lists the accounts that SignInDemo lets in, by ID; none without the demo.
func (g *Gate) DemoAccounts() []Account {
	if !g.options.Demo {
		return nil
	}
	var list []Account
	for id := range g.demo {
		list = append(list, g.demo[id].Account)
	}
	slices.SortFunc(list, func(a, b Account) int { return slices.Index(demoOrder, a.ID) - slices.Index(demoOrder, b.ID) })
	return list
}

var demoOrder = []string{"demo:leader", "demo:city", "demo:evaluator", "demo:publisher", "demo:handler", "demo:operator", "demo:administrator", "demo:auditor"}

// SignInDemo lets anybody in as one of the demo's accounts: only in demo mode, and only from this machine.
func (g *Gate) SignInDemo(_ http.ResponseWriter, r *http.Request, id string) (Person, error) {
	if !behind(r) {
		return Person{}, errNotBehind
	}
	from, err := netip.ParseAddr(addressOf(r))
	a, ok := g.demo[id]
	if !g.options.Demo || !ok || err != nil || !from.Unmap().IsLoopback() {
		return Person{}, ErrRefused
	}
	return g.begin(r.Context(), a.person())
}
