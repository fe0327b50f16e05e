package app

import (
	"errors"
	"fmt"
	"os"

	"haochaping/directory"
	"haochaping/directory/outline"
)

// shownCodes is how many codes of a map one message lists.
const shownCodes = 20

// openMap reads the map that the configuration names; nil without one. What is wrong with the file stops the start.
func (a *App) openMap() (*outline.Map, error) {
	c := &a.cfg.Dashboard
	if c.MapFile == "" {
		return nil, nil //nolint:nilnil // no map is no error
	}
	file, err := os.Open(c.MapFile)
	if err != nil {
		return nil, fmt.Errorf("dashboard.map_file: %w", err)
	}
	m, err := outline.Read(file, c.MapProperty)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("dashboard.map_file %s cannot be used:\n%w", c.MapFile, err)
	}
	a.compareMap(m, a.store.Directory())
	return m, nil
}

// compareMap says which areas of a map belong to no region. They are shown to nobody; a directory that is imported later
// may know them.
func (a *App) compareMap(m *outline.Map, dir *directory.Directory) {
	if len(dir.Regions()) == 0 {
		return // not read yet
	}
	var unknown []string
	for _, code := range m.Codes() {
		if _, ok := dir.Region(code); !ok {
			unknown = append(unknown, code)
		}
	}
	if n := len(unknown); n > 0 {
		a.log.Warn("the map has areas whose codes are not in the directory; they are not shown", "file", a.cfg.Dashboard.MapFile, "areas", n, "codes", unknown[:min(n, shownCodes)])
	}
}
