package kiosk

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"time"

	"golang.org/x/text/language"
)

//go:embed page.html
var pageText string

// The languages of what staff read. Citizens always see both.
const (
	chinese = "zh"
	english = "en"
)

var languages = language.NewMatcher([]language.Tag{language.Chinese, language.English})

// page is what the template draws. The script does the rest.
type page struct {
	Lang    string // of the html element
	Script  string
	Style   string
	Worker  string // address of the service worker
	Scope   string // what the service worker answers for
	API     string // address of the collector's API, with a slash at the end
	Version string
	Built   string // RFC 3339; a clock before this is lost
	Demo    bool
	Texts   texts
}

// texts are what the page says before its script runs, or without it.
type texts struct{ Title, Demo, DemoWhy, NoScript string }

var pageTexts = map[string]texts{
	chinese: {
		Title: "服务评价", Demo: "演示数据", DemoWhy: "本机评价仅用于演示",
		NoScript: "本页面需要启用 JavaScript 才能评价，请工作人员检查浏览器设置。",
	},
	english: {
		Title: "Rate our service", Demo: "demo data", DemoWhy: "Ratings given here are for demonstration only",
		NoScript: "This page needs JavaScript to take ratings. Please ask the staff to check the settings of the browser.",
	},
}

var htmlLang = map[string]string{chinese: "zh-CN", english: "en"}

// draw makes the page in each language, its version and the service worker.
func (k *Kiosk) draw() error {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	k.pages = make(map[string][]byte)
	hash := sha256.New() // never returns an error
	for _, version := range []string{"", "final"} {
		for _, lang := range []string{chinese, english} {
			p := page{
				Lang: htmlLang[lang], Script: k.assetPath(entryScript), Style: k.assetPath(entryStyle),
				Worker: k.base + "/kiosk/worker.js", Scope: k.base + "/kiosk", API: k.base + "/api/v1/",
				Version: k.version, Built: k.built.UTC().Format(time.RFC3339), Demo: k.demo, Texts: pageTexts[lang],
			}
			var b bytes.Buffer
			if err := t.Execute(&b, p); err != nil {
				return fmt.Errorf("draw the page: %w", err)
			}
			k.pages[lang] = b.Bytes()
			hash.Write(b.Bytes())
		}
		if version == "" { // the version covers the pages, and stands in them
			hash.Write(k.assets[k.names[entryWorker]].body)
			k.version = hex.EncodeToString(hash.Sum(nil)[:6])
		}
	}
	return k.drawWorker()
}

// shell is what the service worker keeps, all of one version.
type shell struct {
	Version string   `json:"version"`
	Prefix  string   `json:"prefix"` // of the names of its caches
	Mark    string   `json:"mark"`   // header of an answer that may be kept
	Page    string   `json:"page"`
	Files   []string `json:"files"`
}

// drawWorker puts the list of files in front of the worker's script. A browser
// compares the script byte by byte, so a new version of anything is noticed.
func (k *Kiosk) drawWorker() error {
	s := shell{
		Version: k.version, Prefix: "haochaping-kiosk " + k.base + "/ ", Mark: markHeader,
		Page: k.base + "/kiosk",
	}
	worker := k.names[entryWorker]
	for _, name := range slices.Sorted(maps.Values(k.names)) {
		if name != worker {
			s.Files = append(s.Files, k.base+"/kiosk/assets/"+name)
		}
	}
	list, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("list the page's files: %w", err)
	}
	k.worker = slices.Concat([]byte("self.shell="), list, []byte(";\n"), k.assets[worker].body)
	return nil
}

func (k *Kiosk) assetPath(entry string) string { return k.base + "/kiosk/assets/" + k.names[entry] }

// servePage sends the page. It must never be kept by anything but the service
// worker, which keeps it together with its files.
func (k *Kiosk) servePage(w http.ResponseWriter, r *http.Request) {
	lang := chooseLanguage(r)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", htmlLang[lang])
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language")
	k.send(w, r, k.pages[lang])
}

// serveWorker sends the service worker and lets it answer for /kiosk itself,
// which lies above its own folder.
func (k *Kiosk) serveWorker(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", kinds[".js"])
	h.Set("Cache-Control", "no-cache")
	h.Set("Service-Worker-Allowed", k.base+"/kiosk")
	k.send(w, r, k.worker)
}

// chooseLanguage is what the address says, else what the browser prefers, else
// Chinese.
func chooseLanguage(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang == chinese || lang == english {
		return lang
	}
	header := r.Header.Get("Accept-Language")
	if len(header) > 1000 {
		return chinese
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return chinese
	}
	if _, i, sure := languages.Match(tags...); i == 1 && sure > language.No {
		return english
	}
	return chinese
}
