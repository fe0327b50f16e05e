package collector

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"haochaping/record"
)

// guarded answers a request and turns a panic into an answer with an incident id.
func (c *Collector) guarded(w http.ResponseWriter, r *http.Request) (a answer) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		incident := newIncident()
		// The value of the panic may hold what was submitted: only its type is logged.
		c.opts.Logger.Error("request panicked", "incident", incident, "panic", panicType(p), "stack", string(debug.Stack()))
		a = problem(http.StatusInternalServerError, "internal", "An error of this installation. Keep the records and send them again; tell the operator the incident id.")
		a.problem.Incident = incident
	}()
	return c.route(w, r)
}

func newIncident() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (c *Collector) route(w http.ResponseWriter, r *http.Request) answer {
	name := strings.TrimPrefix(r.URL.Path, root)
	if name == "openapi.json" {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			return notAllowed("openapi.json", "GET, HEAD")
		}
		return answer{route: name, status: http.StatusOK, raw: c.openAPI}
	}
	rt, ok := routes[name]
	if !ok {
		if a, ok := c.endpoint(w, r, name); ok {
			return a
		}
		return problem(http.StatusNotFound, "not_found", "No such address. See /api/v1/openapi.json for what there is.")
	}
	if r.Method != http.MethodPost {
		return notAllowed(name, "POST")
	}
	a := c.intake(w, r, rt)
	a.route = name
	return a
}

func notAllowed(route, methods string) answer {
	a := problem(http.StatusMethodNotAllowed, "method_not_allowed", "This address takes "+methods+" only.")
	a.route, a.allow = route, methods
	return a
}

// intake answers a POST to one of the routes.
func (c *Collector) intake(w http.ResponseWriter, r *http.Request, rt *route) answer {
	key, denied := c.authenticate(r, rt.devices, "The key of a device may send ratings and prompts only. Keep the records and use the key of a source.")
	if denied != nil {
		return *denied
	}
	leave, busy := c.enter(key)
	if busy != nil {
		return *busy
	}
	defer leave()
	q := &intake{c: c, route: rt, key: key, rc: record.Receipt{Now: c.opts.Now(), Collector: c.opts.Name, Sender: key.Name}}
	q.rc.Skew = skew(r.Header.Get("Device-Now"), q.rc.Now)
	stream, a := mediaOf(r)
	if a != nil {
		return *a
	}
	batch, a := c.delivery(r, q, stream)
	if a != nil {
		return *a
	}
	b, a := c.openBody(w, r, stream)
	if a != nil {
		return *a
	}
	var got answer
	if stream {
		b.text = batch.through(b.text)
		got = batch.ended(r.Context(), q, q.stream(r.Context(), b))
	} else {
		got = q.document(r.Context(), b)
	}
	if got.status >= http.StatusBadRequest {
		b.drain()
	}
	return got
}

// mediaOf reads the form of the body: a JSON document, or a stream of lines.
func mediaOf(r *http.Request) (stream bool, _ *answer) {
	if given := r.Header.Get("Content-Type"); given == "application/json" || given == "application/x-ndjson" {
		return given == "application/x-ndjson", nil // as nearly all write it
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, hasCharset := params["charset"]
	stream = media == "application/x-ndjson"
	switch {
	case err != nil || media != "application/json" && !stream:
		a := problem(http.StatusUnsupportedMediaType, "content_type", "Send Content-Type: application/json or application/x-ndjson.")
		return false, &a
	case hasCharset && !strings.EqualFold(charset, "utf-8"):
		a := problem(http.StatusUnsupportedMediaType, "content_type", "Send the text in UTF-8.")
		return false, &a
	}
	return stream, nil
}

// withoutMark takes the byte order mark from the beginning of a text: some systems
// write one, and it says nothing in UTF-8.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) }

// looksPacked reports whether a text that should be unpacked begins like gzip. It is not
// refused as a bad record: the records in it may be good.
func looksPacked(text []byte) bool { return bytes.HasPrefix(text, []byte("\x1f\x8b")) }

func packedUnsaid() answer {
	return problem(http.StatusUnsupportedMediaType, "content_encoding", "The body is packed: say so with Content-Encoding: gzip. Nothing was stored.")
}

// enter lets a request of a key in, if neither the key nor all of them together send
// too many. It never looks at the body. leave is to be called when it is answered.
func (c *Collector) enter(key *record.Key) (leave func(), _ *answer) {
	if seconds := c.limits.wait(key, c.opts.Now()); seconds > 0 {
		c.metrics.limited.WithLabelValues(string(key.Kind)).Inc()
		a := problem(http.StatusTooManyRequests, "rate_limited", "This key sends more requests than it may. Keep the records, send several in one request, and wait before the next.")
		a.retryAfter = seconds
		return nil, &a
	}
	select {
	case c.slots <- struct{}{}:
		return func() { <-c.slots }, nil
	default:
		a := problem(http.StatusTooManyRequests, "busy", "Too many requests at a time. Keep the records and send them again.")
		a.retryAfter = 1
		return nil, &a
	}
}

// authenticate finds the sender. It never looks at the body. devices says whether the
// key of a device will do, and without what to tell it.
func (c *Collector) authenticate(r *http.Request, devices bool, without string) (*record.Key, *answer) {
	scheme, clear, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key, known := record.Key{}, false
	if strings.EqualFold(scheme, "Bearer") {
		key, known = c.opts.Keys.Lookup(HashKey(strings.TrimSpace(clear)))
	}
	var a answer
	switch {
	case !known:
		a = problem(http.StatusUnauthorized, "unauthenticated", "Send Authorization: Bearer with a key that this installation knows. Keep the records.")
	case !key.ValidAt(c.opts.Now()):
		a = problem(http.StatusForbidden, "revoked", "This key is no longer valid: it was revoked or replaced. Keep the records and ask the operator for a new key.")
	case key.Kind == record.KeyDevice && !devices, key.Kind != record.KeyDevice && key.Kind != record.KeySource:
		a = problem(http.StatusForbidden, "forbidden", without)
	default:
		return &key, nil
	}
	c.metrics.denied.WithLabelValues(a.problem.Code).Inc()
	return nil, &a
}

// keyPrefix makes a key recognisable to people and to scanners for leaked secrets.
const keyPrefix = "hcp_"

// NewKey draws a key of 256 random bits. Only the hash is stored; the clear form
// is shown once.
func NewKey() (clear string, hash [32]byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	clear = keyPrefix + hex.EncodeToString(b[:])
	return clear, HashKey(clear)
}

// HashKey is the form in which a key is stored and looked up. The key has 256
// random bits, so a plain hash cannot be searched through.
func HashKey(clear string) [32]byte {
	var short [2 * 64]byte // holds every key that NewKey draws
	return sha256.Sum256(append(short[:0], clear...))
}

// skewLimit is the clock difference past which Device-Now is no clock at all.
const skewLimit = 10 * 365 * 24 * time.Hour

// skew is how far the sender's clock is behind now; 0 if it did not say.
func skew(deviceNow string, now time.Time) time.Duration {
	if deviceNow == "" {
		return 0
	}
	t, err := time.Parse(time.RFC3339Nano, deviceNow)
	if err != nil {
		return 0
	}
	if d := now.Sub(t); d.Abs() < skewLimit {
		return d
	}
	return 0
}

func panicType(p any) string { return fmt.Sprintf("%T", p) }

// drainLimit is how much of a refused body is still read, so that a sender in the
// middle of it gets to read the answer instead of a broken connection.
const drainLimit = 16 << 20

func (b *body) drain() {
	b.sent.end = time.Now().Add(5 * time.Second)
	_, _ = io.CopyN(io.Discard, b.sent, drainLimit) // the answer is known whatever comes
}
