package access

import (
	"context"
	"time"
)

// Store keeps accounts, sessions and the audit record. What a call that returned no error has stored survives a
// crash. After an error it may have been stored or not.
type Store interface {
	AccountStore
	SessionStore
	AuditStore
}

// AccountStore keeps accounts.
type AccountStore interface {
	// Accounts are all accounts, by ID.
	Accounts(ctx context.Context) ([]StoredAccount, error)
	// ChangeAccount stores what change makes of an account, whose Created is zero if there is none of that ID; nobody
	// else changes it meanwhile. An error of change is returned as it is, and nothing is stored.
	ChangeAccount(ctx context.Context, id string, change func(*StoredAccount) error) error
}

// SessionStore keeps sessions.
type SessionStore interface {
	// Sessions are those that have not ended and expire after a time.
	Sessions(ctx context.Context, after time.Time) ([]StoredSession, error)
	// StoreSessions adds sessions, or tells more of some: the latest Seen and the earliest Ended count, whoever writes last.
	StoreSessions(ctx context.Context, list []StoredSession) error
	// EndSessions ends all of an account.
	EndSessions(ctx context.Context, account string, at time.Time) error
	// AccessState is a number that changes with every account and session.
	AccessState(ctx context.Context) (uint64, error)
}

// AuditStore keeps the audit record, to which entries are only ever appended.
type AuditStore interface {
	AppendAudit(ctx context.Context, e Entry) error
	// Audit is what fits a filter, the newest first.
	Audit(ctx context.Context, f AuditFilter) ([]Entry, error)
	// LastAudit is the entry that was stored last, the zero Entry if there is none.
	LastAudit(ctx context.Context) (Entry, error)
	// EachAudit reads the whole record, by writer and sequence.
	EachAudit(ctx context.Context, read func(Entry) error) error
}

// StoredAccount is an account with its password.
type StoredAccount struct {
	Account
	Password PasswordHash
}

// StoredSession is a session by the hash of its token.
type StoredSession struct {
	Token   string // SHA-256 of the token, in base64
	Account string
	Method  string
	Address string // that it was begun from
	Created time.Time
	Seen    time.Time // the last request, to a minute
	Expires time.Time // whatever happens
	Ended   time.Time // zero = it was not ended
}

// PasswordHash is an argon2id hash with its parameters; it prints as <secret>.
type PasswordHash string

// String hides the hash.
func (PasswordHash) String() string { return "<secret>" }

// GoString hides the hash.
func (PasswordHash) GoString() string { return "<secret>" }

// MarshalText hides the hash.
func (PasswordHash) MarshalText() ([]byte, error) { return []byte("<secret>"), nil }
