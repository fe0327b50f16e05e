package warehouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"haochaping/access"
)

var accountColumns = []column[access.StoredAccount]{
	col("id", func(a *access.StoredAccount) string { return a.ID }),
	col("name", func(a *access.StoredAccount) string { return a.Name }),
	col("method", func(a *access.StoredAccount) string { return a.Method }),
	col("roles", func(a *access.StoredAccount) []string {
		roles := make([]string, len(a.Roles))
		for i, r := range a.Roles {
			roles[i] = string(r)
		}
		return roles
	}),
	col("scope", func(a *access.StoredAccount) string {
		// Strings and a bool always encode.
		text, _ := json.Marshal(a.Scope)
		return string(text)
	}),
	col("disabled", func(a *access.StoredAccount) uint8 { return oneIf(a.Disabled) }),
	col("must_change", func(a *access.StoredAccount) uint8 { return oneIf(a.MustChange) }),
	col("password", func(a *access.StoredAccount) string { return string(a.Password) }),
	timeCol("created_at", func(a *access.StoredAccount) time.Time { return a.Created }),
}

func oneIf(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// Accounts are all accounts, by ID.
func (w *Warehouse) Accounts(ctx context.Context) ([]access.StoredAccount, error) {
	list, err := w.accounts(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	return list, nil
}

func (w *Warehouse) accounts(ctx context.Context, id string) (list []access.StoredAccount, err error) {
	err = w.each(ctx, "accounts", params{"id": textParam(id)}, func(scan func(...any) error) error {
		var a access.StoredAccount
		var roles []string
		var scope string
		var disabled, mustChange uint8
		if err := scan(&a.ID, &a.Name, &a.Method, &roles, &scope, &disabled, &mustChange, (*string)(&a.Password),
			ending{&a.Created}, ending{&a.LastSeen}); err != nil {
			return err
		}
		for _, r := range roles {
			a.Roles = append(a.Roles, access.Role(r))
		}
		a.Disabled, a.MustChange = disabled != 0, mustChange != 0
		if err := json.Unmarshal([]byte(scope), &a.Scope); err != nil {
			return fmt.Errorf("the scope of account %q cannot be read: %w", a.ID, err)
		}
		list = append(list, a)
		return nil
	})
	return list, err
}

// ChangeAccount stores what change makes of an account. Nobody else changes an account meanwhile, also not in another
// process.
func (w *Warehouse) ChangeAccount(ctx context.Context, id string, change func(*access.StoredAccount) error) (err error) {
	if id == "" {
		return errors.New("change an account: it has no ID")
	}
	w.accounting.Lock()
	defer w.accounting.Unlock()
	leased, release, err := w.leaseNamed(ctx, leaseAccounts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	list, err := w.accounts(leased, id)
	if err != nil {
		return fmt.Errorf("read account %q: %w", id, err)
	}
	var a access.StoredAccount
	if len(list) > 0 {
		a = list[0]
	}
	if err := change(&a); err != nil {
		return err
	}
	if a.ID != id {
		return fmt.Errorf("change account %q: it became %q", id, a.ID)
	}
	var highest uint64
	if err := w.row(leased, "account_version", nil).Scan(&highest); err != nil {
		return fmt.Errorf("store account %q: %w", id, err)
	}
	if err := w.heldNamed(leased, leaseAccounts); err != nil {
		return err
	}
	return insert(leased, w, "accounts", withVersion(max(now(), highest+1), accountColumns), []access.StoredAccount{a}, "")
}

var sessionColumns = []column[access.StoredSession]{
	col("account", func(s *access.StoredSession) string { return s.Account }),
	col("token", func(s *access.StoredSession) string { return s.Token }),
	col("method", func(s *access.StoredSession) string { return s.Method }),
	col("address", func(s *access.StoredSession) string { return s.Address }),
	timeCol("created_at", func(s *access.StoredSession) time.Time { return s.Created }),
	timeCol("seen_at", func(s *access.StoredSession) time.Time { return s.Seen }),
	timeCol("expires_at", func(s *access.StoredSession) time.Time { return s.Expires }),
	timeCol("ended_at", func(s *access.StoredSession) time.Time { return orNever(s.Ended) }),
}

// Sessions are those that have not ended and expire after a time.
func (w *Warehouse) Sessions(ctx context.Context, after time.Time) (list []access.StoredSession, err error) {
	err = w.each(ctx, "sessions", params{"after": milliseconds(after)}, func(scan func(...any) error) error {
		var s access.StoredSession
		if err := scan(&s.Token, &s.Account, &s.Method, &s.Address, &s.Created, &s.Seen, &s.Expires); err != nil {
			return err
		}
		list = append(list, s)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return list, nil
}

func milliseconds(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

// StoreSessions adds sessions, or tells more of some.
func (w *Warehouse) StoreSessions(ctx context.Context, list []access.StoredSession) error {
	return insert(ctx, w, "sessions", sessionColumns, list, "")
}

// EndSessions ends all sessions of an account.
func (w *Warehouse) EndSessions(ctx context.Context, account string, at time.Time) error {
	return w.exec(ctx, "end_sessions", params{"account": textParam(account), "at": milliseconds(at)})
}

// AccessState is a number that changes with every account and session.
func (w *Warehouse) AccessState(ctx context.Context) (state uint64, err error) {
	if err := w.row(ctx, "access_state", nil).Scan(&state); err != nil {
		return 0, fmt.Errorf("read the state of accounts and sessions: %w", err)
	}
	return state, nil
}

var auditColumns = []column[access.Entry]{
	col("writer", func(e *access.Entry) string { return e.Writer }),
	col("sequence", func(e *access.Entry) uint64 { return e.Sequence }),
	timeCol("at", func(e *access.Entry) time.Time { return e.At }),
	col("who", func(e *access.Entry) string { return e.Who }),
	col("action", func(e *access.Entry) string { return e.Action }),
	col("object", func(e *access.Entry) string { return e.Object }),
	col("address", func(e *access.Entry) string { return e.Address }),
	col("previous", func(e *access.Entry) string { return e.Previous }),
	col("hash", func(e *access.Entry) string { return e.Hash }),
}

// AppendAudit puts an entry on record.
func (w *Warehouse) AppendAudit(ctx context.Context, e access.Entry) error {
	return insert(ctx, w, "audit", auditColumns, []access.Entry{e}, "")
}

// Audit is what of the record fits a filter, the newest first.
func (w *Warehouse) Audit(ctx context.Context, f access.AuditFilter) (list []access.Entry, err error) {
	err = w.entries(ctx, "audit", params{
		"from": milliseconds(f.From), "to": milliseconds(f.To), "who": textParam(f.Who), "action": textParam(f.Action),
		"limit": strconv.Itoa(max(f.Limit, 0)),
	}, func(e access.Entry) error { list = append(list, e); return nil })
	return list, err
}

// LastAudit is the entry that was stored last, the zero Entry if there is none.
func (w *Warehouse) LastAudit(ctx context.Context) (last access.Entry, err error) {
	err = w.entries(ctx, "audit_last", nil, func(e access.Entry) error { last = e; return nil })
	return last, err
}

// EachAudit reads the whole record, by writer and sequence.
func (w *Warehouse) EachAudit(ctx context.Context, read func(access.Entry) error) error {
	return w.entries(ctx, "audit_all", nil, read)
}

func (w *Warehouse) entries(ctx context.Context, name string, p params, read func(access.Entry) error) error {
	err := w.each(ctx, name, p, func(scan func(...any) error) error {
		var e access.Entry
		if err := scan(&e.Writer, &e.Sequence, &e.At, &e.Who, &e.Action, &e.Object, &e.Address, &e.Previous, &e.Hash); err != nil {
			return err
		}
		return read(e)
	})
	if err != nil {
		return fmt.Errorf("read the audit record: %w", err)
	}
	return nil
}
