package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// The actions that this package puts on record. Pages add their own.
const (
	ActionSignIn         = "sign-in"
	ActionSignInRefused  = "sign-in.refused"
	ActionSignOut        = "sign-out"
	ActionLocked         = "account.locked"
	ActionAccountAdd     = "account.add"
	ActionAccountChange  = "account.change"
	ActionPasswordNew    = "password.new"    // a one-time password was given
	ActionPasswordChange = "password.change" // by its owner
	ActionSessionsRevoke = "sessions.revoke"
)

// Entry is one act on record. Entries of one writer follow each other by number, and each holds the hash of the one
// before. The first of a writer holds that of the entry which was stored last then, by whichever writer.
type Entry struct {
	Writer   string    `json:"writer"`   // one run of one process
	Sequence uint64    `json:"sequence"` // from 1 on
	At       time.Time `json:"at"`       // in UTC, to a millisecond
	Who      string    `json:"who"`      // account; "-" = nobody who had signed in, "console" = who ran a command on the machine
	Action   string    `json:"action"`
	Object   string    `json:"object"`  // what it was done to, without personal data: codes and ids
	Address  string    `json:"address"` // that the request came from; empty for a command
	Previous string    `json:"previous"`
	Hash     string    `json:"hash"`
}

// auditTime is how times of the record are written before they are hashed.
const auditTime = "2006-01-02T15:04:05.000Z"

// sum is the SHA-256 over the entry's canonical JSON: all members but the hash, sorted by name, without spaces, in
// UTF-8 without needless escapes (RFC 8785).
func (e *Entry) sum() string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// Strings and one number always encode.
	_ = encoder.Encode(struct {
		Action   string `json:"action"`
		Address  string `json:"address"`
		At       string `json:"at"`
		Object   string `json:"object"`
		Previous string `json:"previous"`
		Sequence uint64 `json:"sequence"`
		Who      string `json:"who"`
		Writer   string `json:"writer"`
	}{e.Action, e.Address, e.At.UTC().Format(auditTime), e.Object, e.Previous, e.Sequence, e.Who, e.Writer})
	hash := sha256.Sum256(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return hex.EncodeToString(hash[:])
}

// AuditFilter chooses entries; zero members choose all.
type AuditFilter struct {
	From, To    time.Time // from the first on, before the second
	Who, Action string
	Limit       int // the newest so many; 0 = 1000, at most 100,000
}

// Bounds of the audit record.
const (
	auditText     = 400 // bytes of each text
	auditDefault  = 1000
	auditMost     = 100_000
	auditPatience = 10 * time.Second
)

// chain is the end of this process's part of the record; Gate.recording guards it.
type chain struct {
	writer string // empty = the next entry begins a new part
	last   Entry
}

// Record puts an act on record. An error means that the act must not happen. The address is that of the request whose
// context it is given.
func (g *Gate) Record(ctx context.Context, by Person, action, object string) error {
	who := by.ID
	if who == "" {
		who = "-"
	}
	address, _ := ctx.Value(addressKey{}).(string)
	g.recording.Lock()
	defer g.recording.Unlock()
	// A reader who goes away must not leave the end of the chain in doubt.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditPatience)
	defer cancel()
	if err := g.link(ctx); err != nil {
		return fmt.Errorf("put %s on record: %w", action, err)
	}
	e := Entry{
		Writer: g.chain.writer, Sequence: g.chain.last.Sequence + 1, At: g.now().UTC().Truncate(time.Millisecond),
		Who: plain(who), Action: plain(action), Object: plain(object), Address: plain(address), Previous: g.chain.last.Hash,
	}
	e.Hash = e.sum()
	if err := g.options.Store.AppendAudit(ctx, e); err != nil {
		// It may have been stored or not: nothing of this part follows it.
		g.chain = chain{}
		return fmt.Errorf("put %s on record: %w", action, err)
	}
	g.chain.last = e
	return nil
}

// link begins a part behind the entry that was stored last.
func (g *Gate) link(ctx context.Context) error {
	if g.chain.writer != "" {
		return nil
	}
	last, err := g.options.Store.LastAudit(ctx)
	if err != nil {
		return err
	}
	writer, err := uuid.NewV7()
	if err != nil {
		return err
	}
	g.chain = chain{writer: writer.String(), last: Entry{Hash: last.Hash}}
	return nil
}

// plain is a text that every encoder of JSON writes in one way.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	if len(s) > auditText {
		s = strings.ToValidUTF8(s[:auditText-len("…")], "") + "…"
	}
	return s
}

// Audit reads the record, the newest first.
func (g *Gate) Audit(ctx context.Context, f AuditFilter) ([]Entry, error) {
	if f.Limit <= 0 {
		f.Limit = auditDefault
	}
	f.Limit = min(f.Limit, auditMost)
	return g.options.Store.Audit(ctx, f)
}

// AuditReport is what became of the record.
type AuditReport struct {
	Entries int      `json:"entries"`
	Writers int      `json:"writers"`
	Ends    []Entry  `json:"ends"` // entries that nothing follows: to be noted elsewhere, because whoever cuts them off leaves no trace here
	Faults  []Fault  `json:"faults"`
	More    int      `json:"more"` // faults beyond the first thousand
	Lost    []string `json:"lost"` // hashes noted elsewhere that no entry has
}

// Fault is one place where the record is not what was written.
type Fault struct {
	Writer   string `json:"writer"`
	Sequence uint64 `json:"sequence"`
	What     string `json:"what"`
}

// What may be wrong at a place.
const (
	FaultChanged   = "changed"   // the entry is not the one that was hashed
	FaultMissing   = "missing"   // one or more entries are missing before this one
	FaultReordered = "reordered" // the entry does not follow the one before it
	FaultTwice     = "twice"     // two entries have this place
)

const faultsKept = 1000

// VerifyAudit reads the whole record and says where it was changed, shortened or reordered.
func (g *Gate) VerifyAudit(ctx context.Context) (AuditReport, error) {
	return Verify(ctx, g.options.Store)
}

// Verify is VerifyAudit for a store without a gate. It also looks for entries whose hashes were noted elsewhere.
func Verify(ctx context.Context, store AuditStore, noted ...string) (AuditReport, error) {
	v := verifier{continued: make(map[string]bool), noted: make(map[string]bool)}
	for _, hash := range noted {
		v.noted[hash] = false
	}
	// First which entries parts of the record begin behind, then everything.
	err := store.EachAudit(ctx, func(e Entry) error {
		if e.Sequence == 1 && e.Previous != "" {
			v.continued[e.Previous] = false
		}
		return nil
	})
	if err == nil {
		err = store.EachAudit(ctx, func(e Entry) error { v.read(e); return nil })
	}
	if err != nil {
		return AuditReport{}, fmt.Errorf("verify the audit record: %w", err)
	}
	v.finish()
	for _, hash := range noted {
		if !v.noted[hash] {
			v.report.Lost = append(v.report.Lost, hash)
		}
	}
	return v.report, nil
}

type verifier struct {
	report    AuditReport
	last      Entry
	continued map[string]bool // hash that a part begins behind → an entry has it
	noted     map[string]bool // hash noted elsewhere → an entry has it
	firsts    []Entry
	ends      []Entry
}

func (v *verifier) fault(e Entry, what string) {
	if len(v.report.Faults) == faultsKept {
		v.report.More++
		return
	}
	v.report.Faults = append(v.report.Faults, Fault{e.Writer, e.Sequence, what})
}

func (v *verifier) read(e Entry) {
	v.report.Entries++
	if e.sum() != e.Hash {
		v.fault(e, FaultChanged)
	}
	if _, asked := v.continued[e.Hash]; asked {
		v.continued[e.Hash] = true
	}
	if _, asked := v.noted[e.Hash]; asked {
		v.noted[e.Hash] = true
	}
	first := e.Writer != v.last.Writer
	if first {
		v.report.Writers++
		if v.last.Writer != "" {
			v.ends = append(v.ends, v.last)
		}
		v.last = Entry{}
	}
	switch {
	case !first && e.Sequence == v.last.Sequence:
		v.fault(e, FaultTwice)
	case e.Sequence != v.last.Sequence+1:
		v.fault(e, FaultMissing)
	case first:
		v.firsts = append(v.firsts, e)
	case e.Previous != v.last.Hash:
		v.fault(e, FaultReordered)
	}
	v.last = e
}

// finish looks at the places where parts meet.
func (v *verifier) finish() {
	if v.last.Writer != "" {
		v.ends = append(v.ends, v.last)
	}
	for _, e := range v.firsts {
		// A part that began between the two readings was not asked about.
		if found, asked := v.continued[e.Previous]; asked && !found {
			v.fault(e, FaultMissing)
		}
	}
	for _, e := range v.ends {
		if _, ok := v.continued[e.Hash]; !ok {
			v.report.Ends = append(v.report.Ends, e)
		}
	}
}
