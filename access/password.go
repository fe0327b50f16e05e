package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
)

// hashing is what one password costs: 19 MiB and two passes, as OWASP advises for argon2id.
var hashing = argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Bounds of passwords and of the work on them.
const (
	passwordLeast = 12   // characters
	passwordMost  = 1024 // bytes
	passwordKinds = 5    // different characters

	hashersAtOnce  = 2
	hashersWaiting = 32
	hasherPatience = 5 * time.Second
)

// ErrWeak is what a password gets that must not be used; a [WeakError] says why.
var ErrWeak = errors.New("the password is too weak")

// WeakError says why a password must not be used: short, long, simple, name or same.
type WeakError struct{ Reason string }

func (e WeakError) Error() string {
	switch e.Reason {
	case "short":
		return fmt.Sprintf("the password has less than %d characters", passwordLeast)
	case "long":
		return fmt.Sprintf("the password has more than %d bytes", passwordMost)
	case "simple":
		return fmt.Sprintf("the password has less than %d different characters", passwordKinds)
	case "name":
		return "the password is made of the name"
	}
	return "the password is the one before"
}

// Is makes it an ErrWeak.
func (WeakError) Is(target error) bool { return target == ErrWeak }

// checkPassword holds the rules of passwords that people choose.
func checkPassword(clear string, a *Account) error {
	switch {
	case len(clear) > passwordMost:
		return WeakError{"long"}
	case utf8.RuneCountInString(clear) < passwordLeast:
		return WeakError{"short"}
	}
	kinds := []rune(clear)
	slices.Sort(kinds)
	if len(slices.Compact(kinds)) < passwordKinds {
		return WeakError{"simple"}
	}
	rest := strings.ToLower(clear)
	for _, name := range []string{a.ID, strings.ToLower(a.Name)} {
		if name != "" {
			rest = strings.ReplaceAll(rest, name, "")
		}
	}
	if rest != strings.ToLower(clear) && utf8.RuneCountInString(rest) < passwordLeast/2 {
		return WeakError{"name"}
	}
	return nil
}

// oneTimeLasts is how long a one-time password opens anything.
const oneTimeLasts = 14 * 24 * time.Hour

// untilMark stands before the hash of a password that ends by itself, with the second in which it does; no hash begins
// so.
const untilMark = "until="

// until is a hash that ends by itself.
func (h PasswordHash) until(end time.Time) PasswordHash {
	return PasswordHash(untilMark + strconv.FormatInt(end.Unix(), 10) + ";" + string(h))
}

// parts are the hash itself, and whether it has ended by now. What cannot be read has.
func (h PasswordHash) parts(now time.Time) (hash PasswordHash, ended bool) {
	rest, marked := strings.CutPrefix(string(h), untilMark)
	if !marked {
		return h, false
	}
	second, plain, _ := strings.Cut(rest, ";")
	end, err := strconv.ParseInt(second, 10, 64)
	return PasswordHash(plain), err != nil || now.Unix() >= end
}

// oneTimePassword is a password that nobody guesses (100 bits), in groups that can be read out.
func oneTimePassword() string {
	t := rand.Text()
	return t[:5] + "-" + t[5:10] + "-" + t[10:15] + "-" + t[15:20]
}

// hasher bounds what passwords cost together: two at a time, some waiting, the others are sent away.
type hasher struct {
	turn    chan struct{}
	waiting atomic.Int32
	dummy   PasswordHash // what unknown names are compared with
}

func newHasher() (*hasher, error) {
	h := &hasher{turn: make(chan struct{}, hashersAtOnce)}
	dummy, err := h.hash(context.Background(), rand.Text())
	h.dummy = dummy
	return h, err
}

// take waits for a turn.
func (h *hasher) take(ctx context.Context) (done func(), err error) {
	if h.waiting.Add(1) > hashersWaiting {
		h.waiting.Add(-1)
		return nil, ErrBusy
	}
	defer h.waiting.Add(-1)
	patience := time.NewTimer(hasherPatience)
	defer patience.Stop()
	select {
	case h.turn <- struct{}{}:
		return func() { <-h.turn }, nil
	case <-patience.C:
		return nil, ErrBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *hasher) hash(ctx context.Context, clear string) (PasswordHash, error) {
	done, err := h.take(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	hash, err := argon2id.CreateHash(clear, &hashing)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return PasswordHash(hash), nil
}

// matches compares a password; without a hash it takes as long and matches nothing.
func (h *hasher) matches(ctx context.Context, clear string, hash PasswordHash) (bool, error) {
	if len(clear) > passwordMost {
		clear, hash = "", ""
	}
	done, err := h.take(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	against := hash
	if hash == "" {
		against = h.dummy
	}
	same, err := argon2id.ComparePasswordAndHash(clear, string(against))
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return same && hash != "", nil
}
