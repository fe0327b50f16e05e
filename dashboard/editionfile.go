package dashboard

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"haochaping/edition"
)

// editionFile sends the file of a revision, which names all units: it is for those who see them all.
func (d *Dashboard) editionFile(w http.ResponseWriter, r *http.Request) error {
	p := d.newPage(r)
	rev, _, err := p.findEdition()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), readEdition)
	defer cancel()
	f, err := d.readDocument(ctx, rev.Number, rev.Content())
	if err != nil {
		return err
	}
	if !see(f, &p.person, p.dir).whole {
		return errForbidden
	}
	file, err := d.options.Editions.File(ctx, rev.Number, rev.Content())
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+editionFileName(p.fileStem(), rev)+`"`)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Length", strconv.Itoa(len(file)))
	_, _ = w.Write(file) // a reader who has gone away is no failure
	return nil
}

// editionFileName names a file. Numbers may hold letters of any script, which the header of an answer may not.
func editionFileName(stem string, rev *edition.Revision) string {
	plain := strings.Map(func(r rune) rune {
		if r < 0x80 {
			return r
		}
		return '_'
	}, rev.String())
	if !released(rev) {
		plain += "-draft"
	}
	return stem + "-" + plain + ".edition"
}
