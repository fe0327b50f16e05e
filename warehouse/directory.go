package warehouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"haochaping/directory"
)

// DirectoryPart is what one import brings. A code that is already there is replaced.
type DirectoryPart struct {
	Regions     []directory.Region
	Halls       []directory.Hall
	Windows     []directory.Window
	Departments []directory.Department
	Items       []directory.Item
	Successors  []directory.Successor
}

// Rows is the number of entries without successors.
func (p *DirectoryPart) Rows() int {
	return len(p.Regions) + len(p.Halls) + len(p.Windows) + len(p.Departments) + len(p.Items)
}

// ErrDirectory is returned for an import that would leave a directory with problems.
var ErrDirectory = errors.New("the directory has problems and was not changed")

// Directory is the newest directory that this process has loaded; never nil.
func (w *Warehouse) Directory() *directory.Directory { return w.directory.Load().Directory }

// ReloadDirectory loads the stored directory if it is newer than the loaded one.
func (w *Warehouse) ReloadDirectory(ctx context.Context) (changed bool, err error) {
	var version uint64
	if err := w.row(ctx, "directory_version", nil).Scan(&version); err != nil {
		return false, fmt.Errorf("read the directory's version: %w", err)
	}
	loaded := w.directory.Load()
	if loaded != nil && loaded.version == version {
		return false, nil
	}
	part, err := w.readDirectory(ctx)
	if err != nil {
		return false, err
	}
	dir, _ := part.build() // stored entries were checked when they came in
	w.directory.Store(&loadedDirectory{version, dir})
	return true, nil
}

func (p *DirectoryPart) build() (*directory.Directory, []directory.Problem) {
	return directory.New(p.Regions, p.Halls, p.Windows, p.Departments, p.Items, p.Successors)
}

// ImportDirectory adds entries to the directory and replaces those with the same code.
// The whole must be sound, or nothing is changed and the problems are returned with
// ErrDirectory. Every day becomes dirty: what was unattributed may now have a place. What says nothing new changes nothing,
// unless an earlier import was stopped halfway.
func (w *Warehouse) ImportDirectory(ctx context.Context, add *DirectoryPart, kind string) ([]directory.Problem, error) {
	stored, err := w.readDirectory(ctx)
	if err != nil {
		return nil, err
	}
	dir, problems := stored.merge(add).build()
	if directory.Fatal(problems) {
		return problems, ErrDirectory
	}
	pending, err := w.Setting(ctx, directoryPendingSetting)
	if err != nil {
		return problems, err
	}
	if was, _ := stored.build(); was.Version() == dir.Version() && pending == "" {
		return problems, nil
	}
	if err := w.StoreSetting(ctx, directoryPendingSetting, "marks"); err != nil {
		return problems, err
	}
	version := now()
	if err := w.storeDirectory(ctx, dir, add, version); err != nil {
		return problems, err
	}
	if err := w.exec(ctx, "store_directory_version", params{
		"version": fmt.Sprint(version), "kind": textParam(kind), "rows": fmt.Sprint(add.Rows()),
	}); err != nil {
		return problems, err
	}
	w.directory.Store(&loadedDirectory{version, dir})
	if err := w.exec(ctx, "mark_all", params{"reason": "directory"}); err != nil {
		return problems, err
	}
	return problems, w.StoreSetting(ctx, directoryPendingSetting, "")
}

// directoryPendingSetting says that an import has begun whose days may not be marked yet: once the entries are stored,
// nothing else would tell.
const directoryPendingSetting = "directory.pending"

func (p *DirectoryPart) merge(add *DirectoryPart) *DirectoryPart {
	return &DirectoryPart{
		Regions:     mergeBy(p.Regions, add.Regions, func(r *directory.Region) string { return r.Code }),
		Halls:       mergeBy(p.Halls, add.Halls, func(h *directory.Hall) string { return h.Code }),
		Windows:     mergeBy(p.Windows, add.Windows, func(x *directory.Window) string { return x.Hall + "\x00" + x.Code }),
		Departments: mergeBy(p.Departments, add.Departments, func(d *directory.Department) string { return d.Code }),
		Items:       mergeBy(p.Items, add.Items, func(i *directory.Item) string { return i.Code }),
		Successors: mergeBy(p.Successors, add.Successors, func(s *directory.Successor) string {
			return string(s.Kind) + "\x00" + s.From + "\x00" + s.On.String()
		}),
	}
}

// mergeBy keeps the stored entries that add does not replace, then all of add.
func mergeBy[T any](stored, add []T, key func(*T) string) []T {
	replaced := make(map[string]bool, len(add))
	for i := range add {
		replaced[key(&add[i])] = true
	}
	out := make([]T, 0, len(stored)+len(add))
	for i := range stored {
		if !replaced[key(&stored[i])] {
			out = append(out, stored[i])
		}
	}
	return append(out, add...)
}

type regionPath struct {
	region string
	path   []string
}

func (w *Warehouse) storeDirectory(ctx context.Context, dir *directory.Directory, add *DirectoryPart, version uint64) error {
	var paths []regionPath
	if len(add.Regions) > 0 {
		for _, r := range dir.Regions() {
			paths = append(paths, regionPath{r.Code, dir.Path(r.Code)})
		}
	}
	return errors.Join(
		insert(ctx, w, "regions", withVersion(version, regionColumns), add.Regions, ""),
		insert(ctx, w, "halls", withVersion(version, hallColumns), canonical(dir, add.Halls, func(h *directory.Hall) *string { return &h.Region }), ""),
		insert(ctx, w, "windows", withVersion(version, windowColumns), add.Windows, ""),
		insert(ctx, w, "departments", withVersion(version, departmentColumns), canonical(dir, add.Departments, func(d *directory.Department) *string { return &d.Region }), ""),
		insert(ctx, w, "items", withVersion(version, itemColumns), add.Items, ""),
		insert(ctx, w, "successors", withVersion(version, successorColumns), add.Successors, ""),
		insert(ctx, w, "region_paths", withVersion(version, []column[regionPath]{
			col("region", func(p *regionPath) string { return p.region }),
			col("path", func(p *regionPath) []string { return p.path }),
		}), paths, ""),
	)
}

// canonical spells the regions of entries as the directory does, so that SQL can join them.
func canonical[T any](dir *directory.Directory, entries []T, region func(*T) *string) []T {
	out := slices.Clone(entries)
	for i := range out {
		if r, ok := dir.Region(*region(&out[i])); ok {
			*region(&out[i]) = r.Code
		}
	}
	return out
}

func withVersion[R any](version uint64, columns []column[R]) []column[R] {
	return append(append([]column[R](nil), columns...), col("version", func(*R) uint64 { return version }))
}

func (w *Warehouse) readDirectory(ctx context.Context) (*DirectoryPart, error) {
	var p DirectoryPart
	err := errors.Join(
		readAll(ctx, w, "regions", regionColumns, func() []any {
			p.Regions = append(p.Regions, directory.Region{})
			r := &p.Regions[len(p.Regions)-1]
			return []any{&r.Code, &r.Name, &r.NameRaw, &r.NameEN, day{&r.ValidFrom}, day{&r.ValidTo}, &r.Parent, &r.LevelName, &r.Placeholder, &r.Aliases}
		}),
		readAll(ctx, w, "halls", hallColumns, func() []any {
			p.Halls = append(p.Halls, directory.Hall{})
			h := &p.Halls[len(p.Halls)-1]
			return []any{&h.Code, &h.Name, &h.NameRaw, &h.NameEN, day{&h.ValidFrom}, day{&h.ValidTo}, &h.Region, &h.Kind, &h.OpeningHours}
		}),
		readAll(ctx, w, "windows", windowColumns, func() []any {
			p.Windows = append(p.Windows, directory.Window{})
			x := &p.Windows[len(p.Windows)-1]
			return []any{&x.Code, &x.Name, &x.NameRaw, &x.NameEN, day{&x.ValidFrom}, day{&x.ValidTo}, &x.Hall}
		}),
		readAll(ctx, w, "departments", departmentColumns, func() []any {
			p.Departments = append(p.Departments, directory.Department{})
			d := &p.Departments[len(p.Departments)-1]
			return []any{&d.Code, &d.Name, &d.NameRaw, &d.NameEN, day{&d.ValidFrom}, day{&d.ValidTo}, &d.Region, &d.Line}
		}),
		readAll(ctx, w, "items", itemColumns, func() []any {
			p.Items = append(p.Items, directory.Item{})
			i := &p.Items[len(p.Items)-1]
			return []any{&i.Code, &i.Name, &i.NameRaw, &i.NameEN, day{&i.ValidFrom}, day{&i.ValidTo}, &i.Department, &i.Kind}
		}),
		readAll(ctx, w, "successors", successorColumns, func() []any {
			p.Successors = append(p.Successors, directory.Successor{})
			s := &p.Successors[len(p.Successors)-1]
			return []any{(*string)(&s.Kind), &s.From, &s.To, day{&s.On}}
		}),
	)
	return &p, err
}

// readAll scans every row of a directory table in the order of its columns; next
// makes room for one entry and says where its fields are.
func readAll[R any](ctx context.Context, w *Warehouse, table string, columns []column[R], next func() []any) (err error) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	rows, err := w.conn.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+table+" FINAL")
	if err != nil {
		return fmt.Errorf("read %s: %w", table, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := rows.Scan(next()...); err != nil {
			return fmt.Errorf("read %s: %w", table, err)
		}
	}
	return rows.Err()
}

// day scans a date kept as text, ” for an open end.
type day struct{ at *time.Time }

// Scan reads YYYY-MM-DD or the empty text.
func (d day) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("a day is kept as text, not %T", v)
	}
	if text == "" {
		*d.at = time.Time{}
		return nil
	}
	t, err := time.Parse(time.DateOnly, text)
	*d.at = t
	return err
}

func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
