package kiosk

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// The entries of the manifest that the page is made of.
const (
	entryScript = "kiosk.js"
	entryStyle  = "kiosk.css"
	entryWorker = "worker.js"
)

// kinds are the files that may be served. The types are our own: those of the
// machine differ from place to place.
var kinds = map[string]string{
	".js":    "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

type asset struct {
	kind   string // Content-Type
	body   []byte
	packed []byte // gzip; nil when that would not help
}

func (k *Kiosk) loadAssets(files fs.FS) error {
	root, err := fs.Sub(files, "dist")
	if err != nil {
		return fmt.Errorf("open the built assets: %w", err)
	}
	text, err := fs.ReadFile(root, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return errNotBuilt
	}
	if err != nil {
		return fmt.Errorf("read the manifest of the assets: %w", err)
	}
	if err := json.Unmarshal(text, &k.names); err != nil {
		return fmt.Errorf("read the manifest of the assets: %w", err)
	}
	k.assets = make(map[string]asset)
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		kind := kinds[path.Ext(name)]
		if err != nil || entry.IsDir() || kind == "" {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		k.assets[name], err = newAsset(kind, body)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the built assets: %w", err)
	}
	for _, entry := range []string{entryScript, entryStyle, entryWorker} {
		if _, ok := k.assets[k.names[entry]]; !ok {
			return errNotBuilt
		}
	}
	return nil
}

func newAsset(kind string, body []byte) (asset, error) {
	a := asset{kind: kind, body: body}
	if !strings.HasPrefix(kind, "text/") && kind != "image/svg+xml" {
		return a, nil
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(body); err != nil {
		return a, err
	}
	if err := z.Close(); err != nil {
		return a, err
	}
	if packed.Len() < len(body) {
		a.packed = packed.Bytes()
	}
	return a, nil
}

// serveAsset sends a file. Its name changes with its content, so a browser may
// keep it for ever.
func (k *Kiosk) serveAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := k.assets[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", a.kind)
	body := a.body
	if a.packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = a.packed
		}
	}
	k.send(w, r, body)
}

// markHeader tells the service worker that an answer is really the product's:
// a captive portal's page must never be kept in its place.
const markHeader = "Haochaping-Kiosk"

func (k *Kiosk) send(w http.ResponseWriter, r *http.Request, body []byte) {
	h := w.Header()
	h.Set(markHeader, k.version)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	if _, err := w.Write(body); err != nil {
		k.log.Debug("kiosk file not delivered", "path", r.URL.Path)
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
