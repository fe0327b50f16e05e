package warehouse

import (
	"time"

	"haochaping/directory"
)

// named are the columns that every kind of entry begins with.
func named[R any](code, name, raw, english func(*R) string, from, to func(*R) time.Time) []column[R] {
	return []column[R]{
		col("code", code), col("name", name), col("name_raw", raw), col("name_en", english),
		col("valid_from", func(r *R) string { return dayText(from(r)) }), col("valid_to", func(r *R) string { return dayText(to(r)) }),
	}
}

var (
	regionColumns = append(named(
		func(r *directory.Region) string { return r.Code }, func(r *directory.Region) string { return r.Name },
		func(r *directory.Region) string { return r.NameRaw }, func(r *directory.Region) string { return r.NameEN },
		func(r *directory.Region) time.Time { return r.ValidFrom }, func(r *directory.Region) time.Time { return r.ValidTo },
	),
		col("parent", func(r *directory.Region) string { return r.Parent }),
		col("level_name", func(r *directory.Region) string { return r.LevelName }),
		col("placeholder", func(r *directory.Region) bool { return r.Placeholder }),
		col("aliases", func(r *directory.Region) []string { return r.Aliases }),
	)
	hallColumns = append(named(
		func(h *directory.Hall) string { return h.Code }, func(h *directory.Hall) string { return h.Name },
		func(h *directory.Hall) string { return h.NameRaw }, func(h *directory.Hall) string { return h.NameEN },
		func(h *directory.Hall) time.Time { return h.ValidFrom }, func(h *directory.Hall) time.Time { return h.ValidTo },
	),
		col("region", func(h *directory.Hall) string { return h.Region }),
		col("kind", func(h *directory.Hall) string { return h.Kind }),
		col("opening_hours", func(h *directory.Hall) string { return h.OpeningHours }),
	)
	windowColumns = append(named(
		func(x *directory.Window) string { return x.Code }, func(x *directory.Window) string { return x.Name },
		func(x *directory.Window) string { return x.NameRaw }, func(x *directory.Window) string { return x.NameEN },
		func(x *directory.Window) time.Time { return x.ValidFrom }, func(x *directory.Window) time.Time { return x.ValidTo },
	),
		col("hall", func(x *directory.Window) string { return x.Hall }),
	)
	departmentColumns = append(named(
		func(d *directory.Department) string { return d.Code }, func(d *directory.Department) string { return d.Name },
		func(d *directory.Department) string { return d.NameRaw }, func(d *directory.Department) string { return d.NameEN },
		func(d *directory.Department) time.Time { return d.ValidFrom }, func(d *directory.Department) time.Time { return d.ValidTo },
	),
		col("region", func(d *directory.Department) string { return d.Region }),
		col("line", func(d *directory.Department) string { return d.Line }),
	)
	itemColumns = append(named(
		func(i *directory.Item) string { return i.Code }, func(i *directory.Item) string { return i.Name },
		func(i *directory.Item) string { return i.NameRaw }, func(i *directory.Item) string { return i.NameEN },
		func(i *directory.Item) time.Time { return i.ValidFrom }, func(i *directory.Item) time.Time { return i.ValidTo },
	),
		col("department", func(i *directory.Item) string { return i.Department }),
		col("kind", func(i *directory.Item) string { return i.Kind }),
	)
	successorColumns = []column[directory.Successor]{
		col("kind", func(s *directory.Successor) string { return string(s.Kind) }),
		col("from_code", func(s *directory.Successor) string { return s.From }),
		col("to_code", func(s *directory.Successor) string { return s.To }),
		col("on_day", func(s *directory.Successor) string { return dayText(s.On) }),
	}
)
