package dashboard

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed messages/*/*.json
var messageFiles embed.FS

// The languages of the pages.
const (
	Chinese = "zh"
	English = "en"
)

// languageCookie remembers the reader's choice.
const languageCookie = "hcp_lang"

// words holds the texts of all languages.
type words struct {
	bundle     *i18n.Bundle
	localizers map[string]*i18n.Localizer
	matcher    language.Matcher
	preset     string // for readers who ask for no language that we have
}

func loadWords(preset string) (*words, error) {
	w := &words{
		bundle:     i18n.NewBundle(language.Chinese),
		preset:     preset,
		localizers: make(map[string]*i18n.Localizer),
		matcher:    language.NewMatcher([]language.Tag{language.Chinese, language.English}),
	}
	for _, name := range []string{Chinese, English} {
		if err := w.load(name); err != nil {
			return nil, fmt.Errorf("read the messages in %s: %w", name, err)
		}
		w.localizers[name] = i18n.NewLocalizer(w.bundle, name)
	}
	return w, nil
}

// load reads the messages of a language, which lie in one file an area of the pages.
func (w *words) load(lang string) error {
	files, err := fs.Glob(messageFiles, "messages/"+lang+"/*.json")
	if err != nil {
		return err
	}
	tag, err := language.Parse(lang)
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := messageFiles.ReadFile(file)
		if err != nil {
			return err
		}
		parsed, err := i18n.ParseMessageFileBytes(text, lang+".json", nil)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := w.bundle.AddMessages(tag, parsed.Messages...); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// choose is the language of a request: what the address says, else what the reader chose
// before, else what the browser prefers, else the preset.
func (w *words) choose(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang == Chinese || lang == English {
		return lang
	}
	if c, err := r.Cookie(languageCookie); err == nil && (c.Value == Chinese || c.Value == English) {
		return c.Value
	}
	header := r.Header.Get("Accept-Language")
	if len(header) > 1000 {
		return w.preset
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return w.preset
	}
	_, i, sure := w.matcher.Match(tags...)
	if sure == language.No {
		return w.preset
	}
	return [...]string{Chinese, English}[i]
}

// missingMark surrounds the id of a message that does not exist; tests look for it.
const missingMark = "⟦"

// text is a message in a language. Data come in pairs of name and value; a number under
// the name N chooses the plural form.
func (w *words) text(lang, id string, pairs ...any) string {
	config := i18n.LocalizeConfig{MessageID: id}
	if len(pairs) > 1 {
		data := make(map[string]any, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			name, _ := pairs[i].(string)
			data[name] = pairs[i+1]
			if n, ok := pairs[i+1].(int); ok && name == "N" {
				config.PluralCount = n
			}
		}
		config.TemplateData = data
	}
	text, err := w.localizers[lang].Localize(&config)
	if err != nil {
		return missingMark + id + "⟧"
	}
	return text
}

// setLanguage remembers a language and goes back to the page it was chosen on.
func (d *Dashboard) setLanguage(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		return errBadRequest
	}
	lang := r.PostForm.Get("lang")
	if lang != Chinese && lang != English {
		return errBadRequest
	}
	d.remember(w, r, languageCookie, lang)
	http.Redirect(w, r, d.localPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}

// remember keeps a choice of the reader's browser for a year.
func (d *Dashboard) remember(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: d.base + "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}

// localPath is an address to go back to: one of ours, or the overview. A language in it
// would outvote the choice just made, so it is left out.
func (d *Dashboard) localPath(back string) string {
	home := d.base + "/"
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(u.Path, home) || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path+"/", "/../") || strings.ContainsAny(u.Path, "\\\r\n") {
		return home
	}
	q := u.Query()
	q.Del("lang")
	return (&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: q.Encode()}).String()
}
