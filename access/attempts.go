package access

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// Limits of wrong passwords.
const (
	attemptsAccount = 5  // within attemptsWindow, then the name is locked
	attemptsAddress = 50 // within attemptsWindow, then the address waits for it to pass: an office shares one
	attemptsWindow  = 15 * time.Minute
	lockFirst       = 5 * time.Minute // twice as long each time
	lockLongest     = 12 * time.Hour
	lockMemory      = 24 * time.Hour // without a wrong password, then the next lock is a first one again
	attemptsKept    = 20_000         // names and addresses, each
)

// ErrLocked is what a name or an address gets after too many wrong passwords; a [LockedError] says how long.
var ErrLocked = errors.New("locked after too many wrong passwords")

// LockedError says until when.
type LockedError struct{ Until time.Time }

func (e LockedError) Error() string {
	return fmt.Sprintf("%v until %s", ErrLocked, e.Until.Format(time.RFC3339))
}

// Is makes it an ErrLocked.
func (LockedError) Is(target error) bool { return target == ErrLocked }

// attempts counts wrong passwords, in the memory of this process: a try counts as wrong from its begin, so that many
// at once are no more than one after the other.
type attempts struct {
	mu        sync.Mutex
	known     map[string]*tries // names that are accounts; never forgotten early
	unknown   map[string]*tries // others: locked likewise, so that a lock tells nothing
	addresses map[string]*tries
}

type tries struct {
	wrong []time.Time // the newest, within the window
	locks int
	until time.Time
}

func newAttempts() *attempts {
	return &attempts{known: make(map[string]*tries), unknown: make(map[string]*tries), addresses: make(map[string]*tries)}
}

// begin counts a try, or refuses it. Of a try that locks the name, locking is set: if it turns out right, succeeded
// undoes it.
func (a *attempts) begin(id, address string, known bool, now time.Time) (locking bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	names := a.unknown
	if known {
		names = a.known
	}
	name, place := of(names, id, now), of(a.addresses, network(address), now)
	if now.Before(name.until) {
		return false, LockedError{name.until}
	}
	if len(place.wrong) >= attemptsAddress {
		return false, LockedError{place.wrong[0].Add(attemptsWindow)}
	}
	name.wrong, place.wrong = append(name.wrong, now), append(place.wrong, now)
	if len(name.wrong) < attemptsAccount {
		return false, nil
	}
	lock := lockLongest
	if name.locks < 8 {
		lock = min(lockFirst<<name.locks, lockLongest)
	}
	name.locks, name.until, name.wrong = name.locks+1, now.Add(lock), nil
	return true, nil
}

// succeeded takes back what begin counted, and forgets the name's earlier tries.
func (a *attempts) succeeded(id, address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, id)
	delete(a.unknown, id)
	a.giveBack(address)
}

// untried takes back a try that was not made.
func (a *attempts) untried(id, address string, known, locking bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.giveBack(address)
	names := a.unknown
	if known {
		names = a.known
	}
	t := names[id]
	switch {
	case t == nil:
	case locking:
		delete(names, id)
	case len(t.wrong) > 0:
		t.wrong = t.wrong[:len(t.wrong)-1]
	}
}

func (a *attempts) giveBack(address string) {
	if place := a.addresses[network(address)]; place != nil && len(place.wrong) > 0 {
		place.wrong = place.wrong[:len(place.wrong)-1]
	}
}

// unlock forgets the tries of a name.
func (a *attempts) unlock(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, id)
	delete(a.unknown, id)
}

// of is the entry of a key, with what has passed removed. A full table loses what has passed, then anything.
func of(table map[string]*tries, key string, now time.Time) *tries {
	t := table[key]
	if t == nil {
		if len(table) >= attemptsKept {
			for k, old := range table {
				if old.forget(now) {
					delete(table, k)
				}
			}
			for k := range table {
				if len(table) < attemptsKept {
					break
				}
				delete(table, k)
			}
		}
		t = &tries{}
		table[key] = t
	}
	t.forget(now)
	return t
}

// forget removes what has passed and reports whether nothing is left.
func (t *tries) forget(now time.Time) bool {
	for len(t.wrong) > 0 && now.Sub(t.wrong[0]) >= attemptsWindow {
		t.wrong = t.wrong[1:]
	}
	if now.Sub(t.until) >= lockMemory {
		t.locks = 0
	}
	return len(t.wrong) == 0 && t.locks == 0
}

// network is what counts as one place: an IPv4 address, or 64 bits of an IPv6 address.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap(); a.Is4() {
		return a.String()
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
