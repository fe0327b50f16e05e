// Package accesstest gives tests a store of accounts in memory, and holds the contract that every store keeps.
package accesstest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"haochaping/access"
)

// Memory is an access.Store that forgets everything. The zero value is empty.
type Memory struct {
	changing sync.Mutex // held while an account is changed

	mu       sync.Mutex // guards everything below
	accounts map[string]access.StoredAccount
	sessions map[string]access.StoredSession
	entries  []access.Entry
	state    uint64
	fail     error
	yet      bool
	calls    int
}

// Fail makes every call fail from now on, and writes be stored nevertheless if yet is set; nil ends it.
func (m *Memory) Fail(err error, yet bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail, m.yet = err, yet
}

// Writes is how many calls have stored something.
func (m *Memory) Writes() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls
}

// Tamper changes the entries of the audit record as nobody should be able to.
func (m *Memory) Tamper(change func([]access.Entry) []access.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = change(slices.Clone(m.entries))
}

func (m *Memory) write(do func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil || m.yet {
		do()
		m.state++
		m.calls++
	}
	return m.fail
}

// Accounts lists them by ID.
func (m *Memory) Accounts(context.Context) ([]access.StoredAccount, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []access.StoredAccount
	for id := range m.accounts {
		a := m.accounts[id]
		for _, s := range m.sessions {
			if s.Account == id && s.Seen.After(a.LastSeen) {
				a.LastSeen = s.Seen
			}
		}
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b access.StoredAccount) int { return strings.Compare(a.ID, b.ID) })
	return list, m.fail
}

// ChangeAccount changes one.
func (m *Memory) ChangeAccount(_ context.Context, id string, change func(*access.StoredAccount) error) error {
	m.changing.Lock()
	defer m.changing.Unlock()
	m.mu.Lock()
	a, err := m.accounts[id], m.fail
	m.mu.Unlock()
	if err != nil {
		return err
	}
	if err := change(&a); err != nil {
		return err
	}
	if a.ID != id || id == "" {
		return errors.New("an account changes its ID")
	}
	return m.write(func() {
		if m.accounts == nil {
			m.accounts = make(map[string]access.StoredAccount)
		}
		m.accounts[id] = a
	})
}

// Sessions lists those that have not ended and expire after a time.
func (m *Memory) Sessions(_ context.Context, after time.Time) ([]access.StoredSession, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []access.StoredSession
	for _, s := range m.sessions {
		if s.Ended.IsZero() && s.Expires.After(after) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b access.StoredSession) int {
		return strings.Compare(a.Account+"\x00"+a.Token, b.Account+"\x00"+b.Token)
	})
	return list, m.fail
}

// StoreSessions merges sessions.
func (m *Memory) StoreSessions(_ context.Context, list []access.StoredSession) error {
	return m.write(func() {
		if m.sessions == nil {
			m.sessions = make(map[string]access.StoredSession)
		}
		for _, s := range list {
			if old, ok := m.sessions[s.Token]; ok {
				if old.Seen.After(s.Seen) {
					s.Seen = old.Seen
				}
				if s.Ended.IsZero() || !old.Ended.IsZero() && old.Ended.Before(s.Ended) {
					s.Ended = old.Ended
				}
			}
			m.sessions[s.Token] = s
		}
	})
}

// EndSessions ends those of an account.
func (m *Memory) EndSessions(_ context.Context, account string, at time.Time) error {
	return m.write(func() {
		for token, s := range m.sessions {
			if s.Account == account && s.Ended.IsZero() {
				s.Ended = at
				m.sessions[token] = s
			}
		}
	})
}

// AccessState changes with every write.
func (m *Memory) AccessState(context.Context) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, m.fail
}

// AppendAudit appends.
func (m *Memory) AppendAudit(_ context.Context, e access.Entry) error {
	return m.write(func() { m.entries = append(m.entries, e) })
}

// Audit filters.
func (m *Memory) Audit(_ context.Context, f access.AuditFilter) ([]access.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []access.Entry
	for _, e := range m.entries {
		if !e.At.Before(f.From) && (f.To.IsZero() || e.At.Before(f.To)) && (f.Who == "" || e.Who == f.Who) && (f.Action == "" || e.Action == f.Action) {
			list = append(list, e)
		}
	}
	sorted(list)
	slices.Reverse(list)
	slices.SortStableFunc(list, func(a, b access.Entry) int { return b.At.Compare(a.At) })
	return list[:min(f.Limit, len(list))], m.fail
}

// LastAudit is the last.
func (m *Memory) LastAudit(context.Context) (access.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.entries) == 0 {
		return access.Entry{}, m.fail
	}
	return m.entries[len(m.entries)-1], m.fail
}

// EachAudit reads all.
func (m *Memory) EachAudit(_ context.Context, read func(access.Entry) error) error {
	m.mu.Lock()
	list, err := slices.Clone(m.entries), m.fail
	m.mu.Unlock()
	sorted(list)
	for _, e := range list {
		if err := read(e); err != nil {
			return err
		}
	}
	return err
}

func sorted(list []access.Entry) {
	slices.SortStableFunc(list, func(a, b access.Entry) int {
		if c := strings.Compare(a.Writer, b.Writer); c != 0 {
			return c
		}
		return int(int64(a.Sequence) - int64(b.Sequence))
	})
}
