package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"haochaping/access"
)

// Gate says who asks.
type Gate interface {
	// Person is who sent the request; the zero Person if nobody has signed in.
	Person(r *http.Request) access.Person
}

// Recorder puts on the audit record what people do.
type Recorder interface {
	// Record returns nil once the act stands on record. An error means that the act must not happen.
	Record(ctx context.Context, by access.Person, action, object string) error
}

// errNotOnRecord: an act that must be on record could not be put there, and has not happened.
var errNotOnRecord = errors.New("the act could not be put on record")

// guard lets a request through to a route if its sender may what the route needs, and if it was not sent by a page
// of somebody else's. Who has not signed in is led to the sign-in page, who must change the password to that form,
// and who may not is told so without a word about the address.
func (d *Dashboard) guard(to route) http.Handler {
	answer := func(w http.ResponseWriter, r *http.Request) error { return to.serve(d, w, r) }
	if to.page != nil {
		answer = d.page(func(p *page) error { return to.page(d, p) })
	}
	return http.NewCrossOriginProtection().Handler(d.handle(func(w http.ResponseWriter, r *http.Request) error {
		person := d.options.Gate.Person(r)
		w.Header().Set("Vary", "Cookie")
		switch {
		case person.May(to.needs), to.unsettled && person.Known():
			return d.recorded(w, r, person, answer)
		case !person.Known():
			d.askToSignIn(w, r)
			return nil
		case person.MustChange && wantsPage(r):
			redirect(w, r, d.base+"/account/password")
			return nil
		case r.URL.Path == "/" && wantsPage(r) && d.home(&person) != "/":
			redirect(w, r, d.base+d.home(&person))
			return nil
		}
		return errForbidden
	}))
}

// askToSignIn leads a reader to the sign-in page and from there back here; a script or a download gets a bare
// status, because it would take the page for its answer.
func (d *Dashboard) askToSignIn(w http.ResponseWriter, r *http.Request) {
	if !wantsPage(r) {
		h := w.Header()
		h.Set("WWW-Authenticate", "Session") // a scheme that no browser asks a password for
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	to := d.base + "/sign-in"
	values := url.Values{}
	if back := d.localPath(d.base + r.URL.RequestURI()); back != d.base+"/" {
		values.Set("back", back)
	}
	if lang := r.URL.Query().Get("lang"); lang == Chinese || lang == English {
		values.Set("lang", lang)
	}
	if len(values) > 0 {
		to += "?" + values.Encode()
	}
	redirect(w, r, to)
}

// redirect leads to an address of ours that depends on who asks.
func redirect(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// wantsPage reports whether a request is a reader's who opens a page: not a script's, and not for a file.
func wantsPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return false
	}
	last := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	for _, end := range []string{".csv", ".xlsx", ".zip", ".json"} {
		if strings.HasSuffix(last, end) {
			return false
		}
	}
	return !r.URL.Query().Has("format") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// home is the first page that a person may open; the own account if there is none.
func (d *Dashboard) home(person *access.Person) string {
	for _, entry := range menu {
		if person.May(entry.needs) {
			return entry.path
		}
	}
	return "/account"
}

// recorded answers, and puts every file on record before its first byte is sent; what cannot be put on record is
// not sent. A file is what its headers call an attachment, so that no export can be forgotten.
func (d *Dashboard) recorded(w http.ResponseWriter, r *http.Request, person access.Person, answer func(http.ResponseWriter, *http.Request) error) error {
	if d.options.Recorder == nil {
		return answer(w, r)
	}
	out := &recordingWriter{ResponseWriter: w, record: func() error {
		return d.options.Recorder.Record(r.Context(), person, "export", clip(r.URL.RequestURI(), 1000))
	}}
	err := answer(out, r)
	if out.refused != nil {
		return fmt.Errorf("%w: %w", errNotOnRecord, out.refused)
	}
	return err
}

// act puts on record what a person is about to change; without that it does not happen. Call it when what was sent is
// known to be in order and nothing has been changed yet.
func (p *page) act(action, object string) error {
	return p.putOnRecord(action, clip(object, 1000))
}

// recordingWriter holds an attachment back until it is on record.
type recordingWriter struct {
	http.ResponseWriter
	record  func() error
	decided bool
	refused error
}

// WriteHeader decides whether the answer may go out.
func (w *recordingWriter) WriteHeader(status int) {
	if w.decided {
		if w.refused == nil {
			w.ResponseWriter.WriteHeader(status)
		}
		return
	}
	w.decided = true
	h := w.Header()
	if strings.HasPrefix(h.Get("Content-Disposition"), "attachment") {
		if w.refused = w.record(); w.refused != nil {
			for _, name := range []string{"Content-Disposition", "Content-Type", "Content-Length", "Content-Encoding"} {
				h.Del(name)
			}
			return
		}
		h.Set("Cache-Control", "private, no-store")
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write sends a part of an answer that may go out, and pretends to otherwise.
func (w *recordingWriter) Write(part []byte) (int, error) {
	if !w.decided {
		w.WriteHeader(http.StatusOK)
	}
	if w.refused != nil {
		return len(part), nil
	}
	return w.ResponseWriter.Write(part)
}

// Flush sends what has been written so far.
func (w *recordingWriter) Flush() {
	if !w.decided {
		w.WriteHeader(http.StatusOK)
	}
	if w.refused == nil {
		// A writer that cannot flush sends later.
		_ = http.NewResponseController(w.ResponseWriter).Flush()
	}
}

// Unwrap is for http.ResponseController.
func (w *recordingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// clip shortens a text to at most n bytes, at the end of a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
