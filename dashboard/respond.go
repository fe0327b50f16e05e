package dashboard

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What a request can fail with, besides the unexpected.
var (
	errNotFound    = errors.New("no such page")
	errForbidden   = errors.New("not allowed")
	errBadRequest  = errors.New("the request cannot be read")
	errUnavailable = errors.New("the figures cannot be read now")
)

// statusOf is the one table from errors to statuses and to the words for the reader.
func statusOf(err error) (status int, message string) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errNotFound):
		return http.StatusNotFound, "error.not_found"
	case errors.Is(err, errForbidden):
		return http.StatusForbidden, "error.forbidden"
	case errors.Is(err, errBadRequest), errors.As(err, &tooLarge):
		return http.StatusBadRequest, "error.bad_request"
	case errors.Is(err, errUnavailable), errors.Is(err, errClosed), errors.Is(err, errNotOnRecord), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, "error.unavailable"
	default:
		return http.StatusInternalServerError, "error.internal"
	}
}

// contentPolicy allows what the product itself serves, and nothing inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secure sets the headers that every answer carries.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		next.ServeHTTP(&timed{ResponseWriter: w, began: time.Now()}, r)
	})
}

// timed says in a header of the answer how long it took until it was ready to be sent.
type timed struct {
	http.ResponseWriter
	began time.Time
	sent  bool
}

// WriteHeader sends the status.
func (t *timed) WriteHeader(status int) {
	if !t.sent {
		t.sent = true
		ms := float64(time.Since(t.began).Microseconds()) / 1000
		t.Header().Set("Server-Timing", "app;dur="+strconv.FormatFloat(ms, 'f', 3, 64))
	}
	t.ResponseWriter.WriteHeader(status)
}

// Write sends a part of the answer.
func (t *timed) Write(part []byte) (int, error) {
	if !t.sent {
		t.WriteHeader(http.StatusOK)
	}
	return t.ResponseWriter.Write(part)
}

// Unwrap is the writer beneath, for http.ResponseController.
func (t *timed) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// handle turns a handler's error into a status and a page that says what is wrong in one
// sentence, with the number under which the log tells more.
func (d *Dashboard) handle(f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := f(w, r)
		if err == nil || r.Context().Err() != nil {
			return
		}
		status, message := statusOf(err)
		p := d.newPage(r)
		p.Template, p.Quiet, p.Plain = "error", true, true
		p.Title = label{Text: p.T(message + ".title")}
		p.Kind = label{Text: p.T(message)}
		p.period = readPeriod(r.URL.Query(), p.anchor())
		if status >= http.StatusInternalServerError {
			p.TilesBad = d.incident(r, "request failed", err)
		}
		if err := d.render(w, r, status, p); err != nil {
			d.incident(r, "error page failed", err)
			http.Error(w, p.T(message), status)
		}
	})
}

// incident logs an error under a number that the reader is told.
func (d *Dashboard) incident(r *http.Request, what string, err error, attributes ...any) *failure {
	id := make([]byte, 4)
	_, _ = rand.Read(id) // never fails, see crypto/rand
	f := &failure{Incident: hex.EncodeToString(id), Pending: errors.Is(err, errStillJudging)}
	if f.Pending {
		d.options.Logger.Info("the page did not wait", "path", r.URL.Path, "error", err)
		return f
	}
	if r.Context().Err() == nil {
		d.options.Logger.Error(what, append([]any{"incident", f.Incident, "path", r.URL.Path, "error", err}, attributes...)...)
	}
	return f
}

// compressFrom is the size from which compressing an answer pays.
const compressFrom = 2 << 10

// render draws a page and sends it whole.
func (d *Dashboard) render(w http.ResponseWriter, r *http.Request, status int, p *page) error {
	var buf bytes.Buffer
	if err := d.templates.execute(&buf, p); err != nil {
		return fmt.Errorf("draw page %s: %w", p.Template, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", p.lang)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Vary", "Accept-Language, Cookie, Accept-Encoding")
	send(w, r, status, buf.Bytes())
	return nil
}

// packers are used again: one holds more than most pages.
var packers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails for unknown levels alone
	return z
}}

// send writes an answer, compressed if the reader takes it so. A reader who has gone away
// is no failure.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	if len(body) >= compressFrom && acceptsGzip(r) {
		var packed bytes.Buffer
		z, _ := packers.Get().(*gzip.Writer)
		z.Reset(&packed)
		_, err := z.Write(body)
		if err == nil {
			err = z.Close()
		}
		packers.Put(z)
		if err == nil {
			h.Set("Content-Encoding", "gzip")
			body = packed.Bytes()
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}
