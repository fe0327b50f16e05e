package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/record"
)

// The breaks are looked for in this many days, and anew after this long: a change of the default rule is seen four
// weeks after it at the earliest, so that nobody waits for a minute.
const (
	breakDays  = 3 * 366
	breaksLast = time.Minute
)

// breaks collects from which days figures mean something else than before: dated code maps, default rules, versions of
// schemes, successions in the directory.
type breaks struct {
	app *App

	mu    sync.Mutex
	list  []evaluation.Break
	since time.Time // when the list was made; zero = never
}

// Breaks are all that are known, in the order of days.
func (b *breaks) Breaks(ctx context.Context) ([]evaluation.Break, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.app.clock()
	if age := now.Sub(b.since); !b.since.IsZero() && age >= 0 && age < breaksLast {
		return b.list, nil
	}
	list, err := b.app.collectBreaks(ctx, now)
	if err != nil {
		return nil, err
	}
	b.list, b.since = list, now
	return list, nil
}

// clock is the time of the rooms.
func (a *App) clock() time.Time {
	if a.now != nil {
		return a.now()
	}
	return time.Now()
}

func (a *App) collectBreaks(ctx context.Context, now time.Time) ([]evaluation.Break, error) {
	w, err := a.store.get()
	if err != nil {
		return nil, err
	}
	_, sources, err := w.Keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the code maps of sources: %w", err)
	}
	today := calendar.DayOf(now, a.cfg.Timezone.Location)
	days, err := w.SourceDays(ctx, calendar.Range{From: today - breakDays, To: today})
	if err != nil {
		return nil, fmt.Errorf("read what sources sent: %w", err)
	}
	stored, err := w.Schemes(ctx, "")
	if err != nil {
		return nil, err
	}
	schemes := scheme.Bundled()
	for i := range stored {
		s, err := a.scheme(ctx, SchemeRef{Name: stored[i].ID + "@" + stored[i].Version}) // the list has no texts
		if err != nil {
			return nil, err
		}
		schemes = append(schemes, s)
	}
	list := slices.Concat(codeMapBreaks(sources), evaluation.DefaultBreaks(days), directoryBreaks(a.store.Directory()), schemeBreaks(schemes))
	evaluation.SortBreaks(list)
	return list, nil
}

// codeMapBreaks are the days from which a source's codes are read otherwise.
func codeMapBreaks(sources []record.Source) (list []evaluation.Break) {
	for i := range sources {
		dated := slices.SortedStableFunc(slices.Values(sources[i].CodeMaps), func(a, b record.DatedMap) int { return cmp.Compare(a.From, b.From) })
		for j := 1; j < len(dated); j++ {
			if sameReading(&dated[j-1].Map, &dated[j].Map) {
				continue
			}
			day, name := dated[j].From, sources[i].Name
			list = append(list, evaluation.Break{
				Day: day, Kind: evaluation.BreakCodeMap, Subject: name,
				TextZH: fmt.Sprintf("%s起，来源 %s 换用编码对照表 %s", evaluation.DayText(day, "zh"), name, dated[j].Map.Name),
				TextEN: fmt.Sprintf("from %s on the codes of source %s are read by the map %s", evaluation.DayText(day, "en"), name, dated[j].Map.Name),
			})
		}
	}
	return list
}

// sameReading reports whether two code maps read ratings and cases alike; how times are written changes no figure.
func sameReading(a, b *record.CodeMap) bool {
	return maps.Equal(a.Levels, b.Levels) && maps.Equal(a.Channels, b.Channels) && maps.Equal(a.Kinds, b.Kinds) && maps.Equal(a.Tags, b.Tags)
}

// directoryBreaks are the days on which regions, halls or departments were merged or renamed, one break a day and
// kind. Items are left out: no series is of a single one.
func directoryBreaks(dir *directory.Directory) []evaluation.Break {
	type key struct {
		day  calendar.Day
		kind directory.Kind
	}
	groups := make(map[key][]directory.Successor)
	for _, s := range dir.Successors() {
		if s.Kind != directory.KindItem && !s.On.IsZero() {
			k := key{calendar.DayOf(s.On, time.UTC), s.Kind}
			groups[k] = append(groups[k], s)
		}
	}
	var list []evaluation.Break
	for k, changes := range groups {
		b := evaluation.Break{Day: k.day, Kind: evaluation.BreakDirectory, Subject: changes[0].From}
		for _, s := range changes {
			for _, code := range []string{s.From, s.To} {
				if region := regionOfEntry(dir, s.Kind, code); region != "" && !slices.Contains(b.Regions, region) {
					b.Regions = append(b.Regions, region)
				}
			}
		}
		slices.Sort(b.Regions)
		words := map[directory.Kind][2]string{
			directory.KindRegion: {"地区", "regions"}, directory.KindHall: {"大厅", "halls"}, directory.KindDepartment: {"部门", "departments"},
		}[k.kind]
		b.TextZH = fmt.Sprintf("%s起，%s有合并或更名（%s）", evaluation.DayText(k.day, "zh"), words[0], someCodes(changes))
		b.TextEN = fmt.Sprintf("from %s on %s are merged or renamed (%s)", evaluation.DayText(k.day, "en"), words[1], someCodes(changes))
		list = append(list, b)
	}
	return list
}

// regionOfEntry is the region that an entry of the directory lies in; ” if it is not known.
func regionOfEntry(dir *directory.Directory, kind directory.Kind, code string) string {
	switch kind {
	case directory.KindHall:
		h, _ := dir.Hall(code)
		return h.Region
	case directory.KindDepartment:
		d, _ := dir.Department(code)
		return d.Region
	default:
		r, _ := dir.Region(code)
		return r.Code
	}
}

// someCodes lists changed codes for a sentence, as long as they are few.
func someCodes(changes []directory.Successor) string {
	const shown = 3
	var list []string
	for i, s := range changes {
		if i == shown {
			list = append(list, "…")
			break
		}
		list = append(list, s.From+" → "+s.To)
	}
	return strings.Join(list, ", ")
}

// schemeBreaks are the days from which a later version of a scheme judges.
func schemeBreaks(schemes []*scheme.Scheme) (list []evaluation.Break) {
	for _, s := range schemes {
		earlier := func(other *scheme.Scheme) bool {
			return other.ID == s.ID && other.Version != s.Version && other.Valid.From < s.Valid.From
		}
		if !slices.ContainsFunc(schemes, earlier) {
			continue
		}
		day := s.Valid.From
		list = append(list, evaluation.Break{
			Day: day, Kind: evaluation.BreakScheme, Subject: s.ID,
			TextZH: fmt.Sprintf("%s起，评价方案“%s”改用第 %s 版", evaluation.DayText(day, "zh"), s.Name.In("zh"), s.Version),
			TextEN: fmt.Sprintf("from %s on the scheme %s judges in version %s", evaluation.DayText(day, "en"), s.Name.In("en"), s.Version),
		})
	}
	return list
}
