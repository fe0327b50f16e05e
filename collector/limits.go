package collector

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"haochaping/calendar"
	"haochaping/collector/spool"
	"haochaping/record"
)

// limits bound what one key may send and how much refused input is kept of it. They
// go by key, never by address: a hall shares one address. All of it is in memory: each
// collector counts by itself, and a restart forgets.
type limits struct {
	deviceRate, sourceRate int // requests a second, 0 = no limit
	quota                  int // refused records a day, 0 = no limit
	zone                   *time.Location
	keys                   Keys

	mu    sync.Mutex
	byKey map[[32]byte]*allowance // guarded by mu, as is what it points to
	swept time.Time               // guarded by mu
}

// allowance is what one key has used.
type allowance struct {
	requests *rate.Limiter // nil = no limit
	day      calendar.Day  // that kept counts
	kept     int           // refused records kept on that day
	beyond   int           // refused records not kept since told
	told     time.Time     // when the log last said that
}

const (
	burstFactor = 5 // a burst is as long as so many seconds of the rate
	sweepEvery  = time.Minute
	tellEvery   = time.Hour
)

// of finds or makes the allowance of a key. It is called with mu held.
func (l *limits) of(key *record.Key, now time.Time) *allowance {
	if l.byKey == nil {
		l.byKey = map[[32]byte]*allowance{}
	}
	l.sweep(now)
	a := l.byKey[key.Hash]
	if a == nil {
		perSecond := l.sourceRate
		if key.Kind == record.KeyDevice {
			perSecond = l.deviceRate
		}
		a = &allowance{}
		if perSecond > 0 {
			a.requests = rate.NewLimiter(rate.Limit(perSecond), burstFactor*perSecond)
		}
		l.byKey[key.Hash] = a
	}
	return a
}

// sweep forgets keys that are gone and those that a new allowance would treat the
// same: the map never outgrows the keys in use. It is called with mu held.
func (l *limits) sweep(now time.Time) {
	if since := now.Sub(l.swept); since >= 0 && since < sweepEvery {
		return
	}
	l.swept = now
	for hash, a := range l.byKey {
		_, known := l.keys.Lookup(hash)
		rested := a.requests == nil || a.requests.TokensAt(now) >= float64(a.requests.Burst())
		if !known || rested && (a.kept == 0 || a.day != calendar.DayOf(now, l.zone)) {
			delete(l.byKey, hash)
		}
	}
}

// wait is how many seconds the key has to wait before its next request is taken; 0 =
// this one is.
func (l *limits) wait(key *record.Key, now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.of(key, now)
	if a.requests == nil {
		return 0
	}
	r := a.requests.ReserveN(now, 1)
	delay := r.DelayFrom(now)
	if delay <= 0 {
		return 0
	}
	r.CancelAt(now)
	return int(math.Ceil(delay.Seconds()))
}

// keep takes one refused record from the key's quota of the day, and returns false
// when nothing is left. untold is how many were not kept without the log saying so, if
// it is time to say it.
func (l *limits) keep(key *record.Key, now time.Time) (ok bool, untold int) {
	if l.quota <= 0 {
		return true, 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.of(key, now)
	if day := calendar.DayOf(now, l.zone); a.day != day {
		a.day, a.kept = day, 0
	}
	if a.kept < l.quota {
		a.kept++
		return true, 0
	}
	a.beyond++
	if since := now.Sub(a.told); since >= 0 && since < tellEvery {
		return false, 0
	}
	untold, a.beyond, a.told = a.beyond, 0, now
	return false, untold
}

// giveBack returns refused records to the quota that could not be stored after all.
func (l *limits) giveBack(key *record.Key, n int) {
	if n == 0 || l.quota <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.byKey[key.Hash]; a != nil {
		a.kept = max(0, a.kept-n)
	}
}

// withinQuota leaves out the refused records that are past the quota of the key. It
// returns the entries that stay, how many of them are refused records, and which were
// left out, nil if none.
func (q *intake) withinQuota(entries []spool.Entry) (kept []spool.Entry, refused int, dropped []bool) {
	for i := range entries {
		switch {
		case entries[i].Kind != byte(record.KindRefused):
		case q.keeps():
			refused++
		case dropped == nil:
			dropped = make([]bool, len(entries))
			fallthrough
		default:
			dropped[i] = true
		}
	}
	if dropped == nil {
		return entries, refused, nil
	}
	kept = make([]spool.Entry, 0, len(entries))
	for i := range entries {
		if !dropped[i] {
			kept = append(kept, entries[i])
		}
	}
	return kept, refused, dropped
}

// keeps reports whether one more refused record of this key is kept. Past the quota
// it is answered as before, but only counted.
func (q *intake) keeps() bool {
	ok, untold := q.c.limits.keep(q.key, q.c.opts.Now())
	if ok {
		return true
	}
	q.c.metrics.unkept.Inc()
	if untold > 0 {
		q.c.opts.Logger.Warn("refused records are counted and no longer kept: the key is past its quota of the day (collector.refused_quota)",
			"key", q.key.Name, "records", untold)
	}
	return false
}
