// Package kiosk serves the page on which citizens rate: five equal buttons on a
// tablet in a hall, which go on taking ratings while the network is down.
//
// Promises, kept by the page (see web/):
//
//   - A tap is durable in the browser's database before the page thanks for it.
//   - It may be corrected until it is released: done, 30 s, reload or restart.
//     Only then does it get its number and is sent, so the collector never sees
//     two versions of one rating.
//   - Nothing but a receipt that names a rating removes it from the device.
//   - A page that was opened once opens again without a network (where the
//     browser allows it: over HTTPS or on the device itself).
//
// The package serves files. It takes no rating and knows no key: ratings go to
// the collector's API like those of any other device.
package kiosk

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Options of a Kiosk.
type Options struct {
	BasePath string // prefix of every address, such as /hcp; empty at the root
	Demo     bool   // mark the page as demo data
	Logger   *slog.Logger
}

// Kiosk serves the page. Make one with [New].
type Kiosk struct {
	base    string
	demo    bool
	log     *slog.Logger
	version string // changes with every byte that the page is made of
	built   time.Time
	assets  map[string]asset  // by file name
	names   map[string]string // from the name of an entry to its file
	pages   map[string][]byte // by language
	worker  []byte
}

// New reads the built assets and draws the page. It fails when they have not
// been built.
func New(o Options) (*Kiosk, error) { return open(o, dist) }

func open(o Options, files fs.FS) (*Kiosk, error) {
	if b := o.BasePath; b != "" && (!strings.HasPrefix(b, "/") || strings.HasSuffix(b, "/") || strings.ContainsAny(b, "{} ")) {
		return nil, fmt.Errorf("open the kiosk page: base path %q: want /name without a slash at the end", b)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	k := &Kiosk{base: o.BasePath, demo: o.Demo, log: o.Logger, built: builtAt()}
	if err := k.loadAssets(files); err != nil {
		return nil, fmt.Errorf("open the kiosk page: %w", err)
	}
	if err := k.draw(); err != nil {
		return nil, fmt.Errorf("open the kiosk page: %w", err)
	}
	return k, nil
}

// errNotBuilt says what to do when the assets are not there.
var errNotBuilt = errors.New("its scripts and style sheet have not been built: run make assets, then build the program again")

// firstRelease is earlier than every build of the product.
var firstRelease = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// builtAt is a time at which this program existed already: a device whose clock
// lies before it has lost its time.
func builtAt() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return firstRelease
	}
	for _, s := range info.Settings {
		if s.Key != "vcs.time" {
			continue
		}
		if t, err := time.Parse(time.RFC3339, s.Value); err == nil && t.After(firstRelease) {
			return t
		}
	}
	return firstRelease
}

// Handler serves /kiosk and everything below /kiosk/, both under the base path.
func (k *Kiosk) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+k.base+"/kiosk", k.servePage)
	mux.HandleFunc("GET "+k.base+"/kiosk/{$}", k.servePage)
	mux.HandleFunc("GET "+k.base+"/kiosk/worker.js", k.serveWorker)
	mux.HandleFunc("GET "+k.base+"/kiosk/assets/{file...}", k.serveAsset)
	return secure(mux)
}

// contentPolicy allows what the product itself serves, and nothing inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

// secure sets the headers that every answer carries.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		next.ServeHTTP(w, r)
	})
}
