package demo

import (
	"encoding/csv"
	"fmt"
	"io"
)

// The files of a directory import, named as the kinds that the command line knows.
var csvKinds = []string{"regions", "halls", "windows", "departments", "items"}

// CSVKinds lists the kinds that [Province.WriteCSV] writes, in the order in which
// they must be imported.
func CSVKinds() []string { return append([]string(nil), csvKinds...) }

// WriteCSV writes one list of the province in the layout of `directory import KIND`.
func (p *Province) WriteCSV(kind string, w io.Writer) error {
	out := csv.NewWriter(w)
	var err error
	row := func(cells ...string) {
		if err == nil {
			err = out.Write(cells)
		}
	}
	switch kind {
	case "regions":
		row("code", "name", "name_en", "parent", "level", "aliases")
		for _, r := range p.Regions {
			row(r.Code, r.Name, r.NameEN, r.Parent, r.LevelName, MarkZH)
		}
	case "halls":
		row("code", "name", "name_en", "region", "kind", "opening_hours")
		for _, h := range p.Halls {
			row(h.Code, h.Name, h.NameEN, h.Region, h.Kind, h.OpeningHours)
		}
	case "windows":
		row("hall", "code", "name", "name_en")
		for _, x := range p.Windows {
			row(x.Hall, x.Code, x.Name, x.NameEN)
		}
	case "departments":
		row("code", "name", "name_en", "region", "line")
		for _, x := range p.Departments {
			row(x.Code, x.Name, x.NameEN, x.Region, x.Line)
		}
	case "items":
		row("code", "name", "name_en", "department", "kind")
		for _, x := range p.Items {
			row(x.Code, x.Name, x.NameEN, x.Department, x.Kind)
		}
	default:
		return fmt.Errorf("write demo directory: no kind %q: use one of %v", kind, csvKinds)
	}
	if err == nil {
		out.Flush()
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("write demo %s: %w", kind, err)
	}
	return nil
}
