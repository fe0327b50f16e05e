package dashboard

import (
	"net/http"
	"slices"
)

// themeCookie remembers whether the reader wants the pages light or dark; without it they follow the system.
const themeCookie = "hcp_theme"

// The choices of light and dark.
const (
	themeSystem = "system"
	themeLight  = "light"
	themeDark   = "dark"
)

var themes = []string{themeSystem, themeLight, themeDark}

// The colours of arrows beside changes.
const (
	DirectionNeutral = "neutral" // blue for a change, grey for what may be chance
	DirectionRedUp   = "red-up"  // 红涨绿跌: the arrow of a rise is red and that of a fall green
)

// theme is what the reader chose.
func (p *page) theme() string {
	if c, err := p.request.Cookie(themeCookie); err == nil && slices.Contains(themes, c.Value) {
		return c.Value
	}
	return themeSystem
}

// ColorScheme tells the browser what its own parts of the page look like.
func (p *page) ColorScheme() string {
	if t := p.theme(); t != themeSystem {
		return t
	}
	return "light dark"
}

// DarkMedia is when the dark colours count; empty for never. They never count on paper.
func (p *page) DarkMedia() string {
	switch p.theme() {
	case themeLight:
		return ""
	case themeDark:
		return "screen"
	}
	return "screen and (prefers-color-scheme: dark)"
}

// Direction is how arrows are coloured.
func (p *page) Direction() string { return p.dashboard.options.Direction }

// ThemePath is where the choice of light or dark is sent.
func (p *page) ThemePath() string { return p.dashboard.base + "/theme" }

// themeChoice is a button of the footer.
type themeChoice struct {
	ID, Text string
	Current  bool
}

// Themes are the buttons.
func (p *page) Themes() []themeChoice {
	now := p.theme()
	out := make([]themeChoice, len(themes))
	for i, id := range themes {
		out[i] = themeChoice{ID: id, Text: p.T("theme." + id), Current: id == now}
	}
	return out
}

// setTheme remembers light or dark and goes back to the page it was chosen on.
func (d *Dashboard) setTheme(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	theme := r.PostForm.Get("theme")
	if !slices.Contains(themes, theme) {
		return errBadRequest
	}
	d.remember(w, r, themeCookie, theme)
	http.Redirect(w, r, d.localPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}
