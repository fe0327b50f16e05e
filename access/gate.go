package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"golang.org/x/time/rate"

	"haochaping/directory"
)

// Errors that callers tell apart.
var (
	ErrRefused   = errors.New("the name or the password is wrong")
	ErrExpired   = errors.New("the one-time password is too old: ask for a new one")
	ErrBusy      = errors.New("too many people are signing in: try again in a moment")
	ErrNoRole    = errors.New("no rule gives a role to any of the groups")
	ErrForbidden = errors.New("not allowed")
	ErrNone      = errors.New("there is no such account")
)

// Options of a Gate. Store is required.
type Options struct {
	Store    Store
	BasePath string        // of the cookie; empty, or "/x"
	Idle     time.Duration // without a request, then a session ends; 0 = 30 min
	Longest  time.Duration // after which every session ends; 0 = 12 h
	Demo     bool          // whether SignInDemo lets anybody in
	Now      func() time.Time
	Logger   *slog.Logger
	// Grant says what somebody may who is known elsewhere; false for whom nothing is. Nil: nobody may anything.
	Grant func(Claim) ([]Role, directory.Scope, bool)
}

// Bounds of what is known without asking the store.
const (
	pollEvery   = 2 * time.Second
	touchEvery  = time.Minute
	trustLonger = 5 * time.Minute // without an answer of the store, then nobody is signed in
	storeTime   = 10 * time.Second
)

// Gate lets people in, remembers them, and keeps on record what they do. All methods may be called at once.
type Gate struct {
	options Options
	log     *slog.Logger
	now     func() time.Time
	hasher  *hasher
	tries   *attempts
	plain   *scs.SessionManager // for requests by HTTP
	secure  *scs.SessionManager // for requests by HTTPS; the same but for the cookie
	misses  *rate.Limiter       // of looks into the store for sessions that are not known here
	demo    map[string]StoredAccount

	recording sync.Mutex // guards chain, and is held while an entry is stored
	chain     chain

	// changing is held from before something about accounts or sessions is read or written in the store until mem
	// knows it.
	changing sync.Mutex
	state    uint64 // of the store, as mem knows it; guarded by changing
	touched  time.Time

	mu  sync.RWMutex // guards mem
	mem memory
}

// memory is what is known of the store.
type memory struct {
	asked    time.Time // when the store last confirmed it; zero = never
	accounts map[string]StoredAccount
	sessions map[string]*session // by hash of the token
}

type session struct {
	StoredSession
	dirty bool // Seen is later than the store knows
}

type addressKey struct{}

// New makes a gate that knows nobody until Run or Refresh has asked the store.
func New(o Options) (*Gate, error) {
	if o.Store == nil {
		return nil, errors.New("make the gate: it needs a store")
	}
	if o.Idle <= 0 {
		o.Idle = 30 * time.Minute
	}
	if o.Longest <= 0 {
		o.Longest = 12 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	h, err := newHasher()
	if err != nil {
		return nil, err
	}
	if o.Grant == nil {
		o.Grant = func(Claim) ([]Role, directory.Scope, bool) { return nil, directory.Scope{}, false }
	}
	g := &Gate{
		options: o, log: o.Logger, now: o.Now, hasher: h, tries: newAttempts(), misses: rate.NewLimiter(5, 5),
		demo: demoAccounts(),
		mem:  memory{accounts: make(map[string]StoredAccount), sessions: make(map[string]*session)},
	}
	g.plain = g.manager()
	secure := *g.plain // one key of the context for both
	secure.Cookie.Secure = true
	g.secure = &secure
	return g, nil
}

// Run keeps accounts and sessions fresh until ctx ends.
func (g *Gate) Run(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if err := g.Refresh(ctx); err != nil && ctx.Err() == nil {
			g.log.Debug("accounts and sessions not read", "error", err)
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime/2)
			defer cancel()
			if err := g.storeSeen(last); err != nil {
				g.log.Debug("last use of sessions not stored", "error", err)
			}
			return nil
		case <-tick.C:
		}
	}
}

// Refresh reads accounts and sessions if they have changed, and stores which sessions were used.
func (g *Gate) Refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	g.changing.Lock()
	defer g.changing.Unlock()
	if err := g.read(ctx); err != nil {
		return err
	}
	if now := g.now(); now.Sub(g.touched) >= touchEvery {
		g.touched = now
		return g.storeSeenHeld(ctx)
	}
	return nil
}

// read reads what has changed. Its caller holds changing.
func (g *Gate) read(ctx context.Context) error {
	now := g.now()
	state, err := g.options.Store.AccessState(ctx)
	if err != nil {
		return err
	}
	g.mu.RLock()
	known := !g.mem.asked.IsZero() && state == g.state
	g.mu.RUnlock()
	if known {
		g.mu.Lock()
		g.mem.asked = now
		g.mu.Unlock()
		return nil
	}
	accounts, err := g.options.Store.Accounts(ctx)
	if err != nil {
		return err
	}
	sessions, err := g.options.Store.Sessions(ctx, now)
	if err != nil {
		return err
	}
	fresh := memory{asked: now, accounts: make(map[string]StoredAccount, len(accounts)), sessions: make(map[string]*session, len(sessions))}
	for i := range accounts {
		fresh.accounts[accounts[i].ID] = accounts[i]
	}
	for _, s := range sessions {
		fresh.sessions[s.Token] = &session{StoredSession: s}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for token, old := range g.mem.sessions {
		s := fresh.sessions[token]
		if s == nil {
			continue
		}
		if old.Seen.After(s.Seen) {
			s.Seen, s.dirty = old.Seen, old.dirty
		}
		if !old.Ended.IsZero() { // also if that could not be stored
			s.Ended = old.Ended
		}
	}
	g.mem, g.state = fresh, state
	return nil
}

func (g *Gate) storeSeen(ctx context.Context) error {
	g.changing.Lock()
	defer g.changing.Unlock()
	return g.storeSeenHeld(ctx)
}

func (g *Gate) storeSeenHeld(ctx context.Context) error {
	var list []StoredSession
	g.mu.Lock()
	for _, s := range g.mem.sessions {
		if s.dirty {
			s.dirty = false
			list = append(list, s.StoredSession)
		}
	}
	g.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	// A use that is not stored is only that: the next one is.
	return g.options.Store.StoreSessions(ctx, list)
}

// Middleware knows who sent a request, for the handlers behind it.
func (g *Gate) Middleware(next http.Handler) http.Handler {
	plain, secure := g.plain.LoadAndSave(next), g.secure.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(context.WithValue(r.Context(), addressKey{}, addressOf(r)))
		if byHTTPS(r) {
			secure.ServeHTTP(w, r)
		} else {
			plain.ServeHTTP(w, r)
		}
	})
}

// byHTTPS believes X-Forwarded-Proto, which the server removes from requests of proxies that are not trusted.
func byHTTPS(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// behind reports whether a request came through Middleware.
func behind(r *http.Request) bool {
	_, ok := r.Context().Value(addressKey{}).(string)
	return ok
}

// Person is who sent a request, as their account is now; the zero Person if nobody has signed in, if the session has
// ended meanwhile, or if the store has not answered for minutes.
func (g *Gate) Person(r *http.Request) Person {
	if !behind(r) {
		return Person{}
	}
	token := g.plain.Token(r.Context())
	if token == "" {
		return Person{}
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	now := g.now()
	s := g.mem.sessions[hashOf(token)]
	if s == nil || !g.alive(s, now) || now.Sub(g.mem.asked) > trustLonger {
		return Person{}
	}
	a, ok := g.accountHeld(s.Account)
	if !ok || a.Disabled {
		return Person{}
	}
	p := a.person()
	p.Method = s.Method
	return p
}

// alive says whether a session still counts. Its caller holds mu.
func (g *Gate) alive(s *session, now time.Time) bool {
	return s.Ended.IsZero() && now.Before(s.Expires) && now.Sub(s.Seen) < g.options.Idle
}

// accountHeld finds an account, also of the demo. Its caller holds mu.
func (g *Gate) accountHeld(id string) (StoredAccount, bool) {
	if a, ok := g.demo[id]; ok {
		return a, g.options.Demo
	}
	a, ok := g.mem.accounts[id]
	return a, ok
}

// Accounts lists all accounts, by ID.
func (g *Gate) Accounts(ctx context.Context) ([]Account, error) {
	stored, err := g.options.Store.Accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	list := make([]Account, len(stored))
	for i := range stored {
		list[i] = stored[i].Account
	}
	slices.SortFunc(list, func(a, b Account) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// SaveAccount adds an account or changes its name, roles, scope and whether it is disabled. Who is disabled is signed
// out at once. A local account has no password before NewPassword has given it one. Roles and scope of other accounts
// follow the rules at their next sign-in.
func (g *Gate) SaveAccount(ctx context.Context, by Person, in Account) error {
	if !by.May(ManageAccounts) {
		return ErrForbidden
	}
	if in.Method == "" {
		in.Method = MethodLocal
	}
	if in.Method == MethodLocal {
		in.ID = LocalID(in.ID)
	}
	if err := in.check(); err != nil {
		return err
	}
	disabled := false
	err := g.change(ctx, in.ID, func(a *StoredAccount) error {
		action, what := ActionAccountChange, describe(&in)
		if a.Created.IsZero() {
			if in.Method != MethodLocal {
				return wrongAccount("only local accounts are made here")
			}
			action, a.Method, a.Created = ActionAccountAdd, in.Method, g.now().UTC().Truncate(time.Millisecond)
		}
		disabled = in.Disabled && !a.Disabled
		a.ID, a.Name, a.Roles, a.Scope, a.Disabled = in.ID, in.Name, in.Roles, in.Scope, in.Disabled
		return g.Record(ctx, by, action, what)
	})
	if err != nil || !disabled {
		return err
	}
	return g.endAll(ctx, in.ID)
}

// describe says what an account is allowed, for the record.
func describe(a *Account) string {
	text := "account " + a.ID + " roles " + joined(a.Roles) + " scope " + a.Scope.Key()
	if a.Disabled {
		text += " disabled"
	}
	return text
}

// NewPassword gives a local account a one-time password, which is shown once, lasts 14 days, and has to be changed at
// the first sign-in. The account is signed out everywhere, and no longer locked here.
func (g *Gate) NewPassword(ctx context.Context, by Person, id string) (clear string, err error) {
	if !by.May(ManageAccounts) {
		return "", ErrForbidden
	}
	id = LocalID(id)
	clear = oneTimePassword()
	hash, err := g.hasher.hash(ctx, clear)
	if err != nil {
		return "", err
	}
	err = g.change(ctx, id, func(a *StoredAccount) error {
		if a.Created.IsZero() || a.Method != MethodLocal {
			return ErrNone
		}
		a.Password, a.MustChange = hash.until(g.now().Add(oneTimeLasts)), true
		return g.Record(ctx, by, ActionPasswordNew, "account "+id)
	})
	if err == nil {
		err = g.endAll(ctx, id)
	}
	if err != nil {
		return "", err
	}
	g.tries.unlock(id)
	return clear, nil
}

// Session is somebody signed in, as others may see it.
type Session struct {
	ID       string    `json:"id"` // names it, and opens nothing
	Account  string    `json:"account"`
	Method   string    `json:"method"`
	Address  string    `json:"address"`
	Created  time.Time `json:"created"`
	LastSeen time.Time `json:"last_seen"` // to a minute or two
	Until    time.Time `json:"until"`
	Present  bool      `json:"-"` // of the request that asks
}

// Sessions lists who is signed in, the newest first. That of the request whose context it is given is marked.
func (g *Gate) Sessions(ctx context.Context) ([]Session, error) {
	now := g.now()
	stored, err := g.options.Store.Sessions(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	present := ""
	if _, behind := ctx.Value(addressKey{}).(string); behind {
		if token := g.plain.Token(ctx); token != "" {
			present = hashOf(token)
		}
	}
	var list []Session
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, s := range stored {
		if own := g.mem.sessions[s.Token]; own != nil {
			if own.Seen.After(s.Seen) {
				s.Seen = own.Seen
			}
		}
		if !g.alive(&session{StoredSession: s}, now) {
			continue
		}
		until := s.Expires
		if idle := s.Seen.Add(g.options.Idle); idle.Before(until) {
			until = idle
		}
		list = append(list, Session{
			ID: s.Token[:min(12, len(s.Token))], Account: s.Account, Method: s.Method, Address: s.Address,
			Created: s.Created, LastSeen: s.Seen, Until: until, Present: s.Token == present,
		})
	}
	slices.SortFunc(list, func(a, b Session) int { return b.Created.Compare(a.Created) })
	return list, nil
}

// Revoke signs an account out everywhere: here at once, in other processes within 2 seconds.
func (g *Gate) Revoke(ctx context.Context, by Person, accountID string) error {
	if !by.May(ManageAccounts) && by.ID != accountID {
		return ErrForbidden
	}
	if err := g.Record(ctx, by, ActionSessionsRevoke, "account "+accountID); err != nil {
		return err
	}
	return g.endAll(ctx, accountID)
}

// change changes an account in the store and here.
func (g *Gate) change(ctx context.Context, id string, change func(*StoredAccount) error) error {
	ctx, cancel := context.WithTimeout(ctx, 2*storeTime)
	defer cancel()
	g.changing.Lock()
	defer g.changing.Unlock()
	if err := g.options.Store.ChangeAccount(ctx, id, change); err != nil {
		return err
	}
	return g.read(ctx)
}

func (g *Gate) endAll(ctx context.Context, account string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancel()
	g.changing.Lock()
	defer g.changing.Unlock()
	now := g.now()
	g.mu.Lock()
	for _, s := range g.mem.sessions {
		if s.Account == account {
			s.Ended = now
		}
	}
	g.mu.Unlock()
	if err := g.options.Store.EndSessions(ctx, account, now); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", account, err)
	}
	return nil
}
