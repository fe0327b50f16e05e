package dashboard

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:assets/dist
var dist embed.FS

// assets are the built scripts, style sheets and fonts. Their names change with their
// content, so a browser may keep them for ever.
type assets struct {
	manifest map[string]string
	files    map[string]asset
}

type asset struct {
	kind   string // Content-Type
	body   []byte
	packed []byte // gzip; nil when that would not help
}

// needed are the entries that pages refer to.
var needed = []string{"app.js", "app.css", "dark.css", "echarts.js", "fonts.css"}

func loadAssets() (*assets, error) {
	a := &assets{files: make(map[string]asset)}
	root, err := fs.Sub(dist, "assets/dist")
	if err != nil {
		return nil, fmt.Errorf("open the built assets: %w", err)
	}
	text, err := fs.ReadFile(root, "manifest.json")
	if err != nil {
		return nil, errors.New("the assets have not been built; run make build, which bundles them before compiling")
	}
	if err := json.Unmarshal(text, &a.manifest); err != nil {
		return nil, fmt.Errorf("read the manifest of the assets: %w", err)
	}
	for _, name := range needed {
		if a.manifest[name] == "" {
			return nil, fmt.Errorf("the built assets lack %s; run make build", name)
		}
	}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") || name == "manifest.json" {
			return err
		}
		body, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		a.files[name], err = newAsset(name, body)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the built assets: %w", err)
	}
	return a, nil
}

// newAsset decides how a file is sent. The types are our own: those of the machine
// differ from place to place.
func newAsset(name string, body []byte) (asset, error) {
	f := asset{body: body}
	switch path.Ext(name) {
	case ".js":
		f.kind = "text/javascript; charset=utf-8"
	case ".css":
		f.kind = "text/css; charset=utf-8"
	case ".txt":
		f.kind = "text/plain; charset=utf-8"
	case ".svg":
		f.kind = "image/svg+xml"
	case ".woff2":
		f.kind = "font/woff2"
		return f, nil
	default:
		f.kind = mime.TypeByExtension(path.Ext(name))
		if f.kind == "" {
			f.kind = "application/octet-stream"
		}
		return f, nil
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(body); err != nil {
		return f, err
	}
	if err := z.Close(); err != nil {
		return f, err
	}
	if packed.Len() < len(body) {
		f.packed = packed.Bytes()
	}
	return f, nil
}

// ServeHTTP sends a file.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := f.body
	if f.packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = f.packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
