package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/record"
)

// replays keeps the reports of the last replays, each for the person who asked for it.
type replays struct {
	mu   sync.Mutex
	kept recent[string, keptReplay]
}

type keptReplay struct {
	person string
	report ReplayReport
}

func (r *replays) keep(person string, report ReplayReport) (id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id = uuid.NewString()
	r.kept.put(id, keptReplay{person, report})
	return id
}

func (r *replays) of(person, id string) (ReplayReport, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.kept.get(id)
	return k.report, ok && k.person == person
}

// replayView words the report that an address names; nil if it names none.
func (p *page) replayView() *replayView {
	id := p.request.URL.Query().Get(keyReport)
	if id == "" {
		return nil
	}
	r, ok := p.dashboard.replays.of(p.person.ID, id)
	if !ok {
		return &replayView{Gone: true, Text: p.T("replay.gone")}
	}
	v := &replayView{Text: p.T("replay.done", "Replayed", p.Int(uint64(r.Replayed)), "Refused", p.Int(uint64(r.Refused)))}
	if r.Replayed+r.Refused == 0 {
		v.Text = p.T("replay.nothing")
	}
	for _, reason := range r.Reasons {
		v.Reasons = append(v.Reasons, p.T("replay.reason", "Records", p.Int(uint64(reason.Records)), "Reason", p.problemText(reason.Field, reason.Code), "Remedy", p.remedy(reason.Code)))
	}
	if r.More {
		v.More, v.After = p.T("replay.more"), writeRefusalMark(r.AfterAt, r.AfterID)
	}
	return v
}

// refusalsCard is the list with its page, for its template.
type refusalsCard struct {
	Page *page
	Card *card
	CSV  string
}

// RefusalsOf pairs the list with its page.
func (p *page) RefusalsOf(c *card) refusalsCard { return refusalsCard{p, c, c.csv} }

// refusalReason is the word for a reason.
func (p *page) refusalReason(code string) label {
	if slices.Contains(refusalReasons, code) {
		return label{Text: p.T("refused.reason." + code)}
	}
	return label{Text: code, Name: true}
}

func (p *page) refusalKind(kind string) label {
	if slices.Contains(refusalKinds, kind) {
		return label{Text: p.T("refused.kind." + kind)}
	}
	return label{Text: cmp.Or(kind, p.None()), Name: true}
}

// problemText is a reason with its field.
func (p *page) problemText(field, code string) string {
	text := p.refusalReason(code).Text
	if field != "" {
		text = field + " · " + text
	}
	return text
}

// remedy says what to do about a reason.
func (p *page) remedy(code string) string {
	if slices.Contains(refusalReasons, code) {
		return p.T("refused.remedy." + code)
	}
	return ""
}

// refusalCards are the sums and the list.
func (p *page) refusalCards(v *refusalsView, f record.DeskFilter) {
	refusals := p.dashboard.options.Refusals
	p.add(card{ID: "refusal-counts", Title: p.T("refusals.counts"), Note: p.T("refusals.counts.note"), Span: spanFull, Open: true},
		func(ctx context.Context, c *card) error {
			list, err := refusals.Counts(ctx, f)
			if err != nil || len(list) == 0 {
				c.Empty, c.EmptyText = err == nil, p.T("refusals.none")
				return err
			}
			c.Table = p.refusalCounts(list)
			return nil
		})
	p.add(card{ID: "refusals", Title: p.T("refusals.list"), Note: p.T("refusals.list.note"), Span: spanFull, Open: true},
		func(ctx context.Context, c *card) error {
			list, err := refusals.Refused(ctx, f)
			if err != nil || len(list) == 0 {
				c.Empty, c.EmptyText = err == nil, p.T("refusals.none")
				return err
			}
			if len(list) > shownRefusals {
				list = list[:shownRefusals]
				last := &list[len(list)-1]
				v.Next = p.here(func(q url.Values) { q.Set(keyAfter, writeRefusalMark(last.ReceivedAt, last.ID)) })
			}
			p.refusalTable(c, v, list)
			return nil
		})
	if p.request.URL.Query().Get(keyAfter) != "" {
		v.First = p.linkWith("/quality/refusals", p.refusalValues())
	}
}

func (p *page) refusalCounts(list []record.RefusedCount) *table {
	t := &table{Columns: []column{
		{Title: p.T("column.reason")},
		{Title: p.T("column.source")},
		{Title: p.T("refused.kind")},
		{Title: p.T("refused.records"), Number: true},
		{Title: p.T("refused.state.held"), Number: true},
		{Title: p.T("refused.state.replayed"), Number: true},
		{Title: p.T("refused.state.resend"), Number: true},
		{Title: p.T("refused.last")},
		{Title: p.T("refused.remedy")},
	}}
	for i := range list {
		r := &list[i]
		values := p.refusalValues()
		values.Set(keyReason, r.Code)
		if r.Source != "" {
			values.Set(keySource, r.Source)
		}
		t.Rows = append(t.Rows, []cell{
			{label: p.refusalReason(r.Code), Href: p.linkWith("/quality/refusals", values) + "#card-refusals"},
			p.nameCell(r.Source),
			{label: p.refusalKind(r.Kind)},
			text(p.Int(r.Records)), text(p.Int(r.Held)), text(p.Int(r.Replayed)), text(p.Int(r.Records - min(r.Records, r.Held+r.Replayed))),
			text(p.Clock(r.LastAt, p.now)), text(p.remedy(r.Code)),
		})
	}
	return t
}

// nameCell is a name out of the data, or a dash.
func (p *page) nameCell(name string) cell {
	if name == "" {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	return cell{label: label{Text: name, Name: true}}
}

// refusalTable lists records: which fields are wrong and why, and no value.
func (p *page) refusalTable(c *card, v *refusalsView, list []record.DeskEntry) {
	c.Table = &table{Columns: []column{
		{Title: p.T("refused.received")},
		{Title: p.T("column.source")},
		{Title: p.T("refused.kind")},
		{Title: p.T("column.reason")},
		{Title: p.T("refused.fields")},
		{Title: p.T("column.state")},
	}}
	for i := range list {
		e := &list[i]
		var reasons, fields []string
		var foreign bool // a reason without a word
		for _, problem := range e.Problems {
			if word := p.refusalReason(problem.Code); !slices.Contains(reasons, word.Text) {
				reasons, foreign = append(reasons, word.Text), foreign || word.Name
			}
			if problem.Field != "" && !slices.Contains(fields, problem.Field) {
				fields = append(fields, problem.Field)
			}
		}
		row := []cell{
			{label: label{Text: p.Clock(e.ReceivedAt, p.now)}, Href: p.linkWith("/quality/refusals/"+e.ID.String(), p.refusalValues())},
			p.nameCell(e.Source),
			{label: p.refusalKind(e.KindName)},
			{label: label{Text: strings.Join(reasons, p.T("list.and")), Name: foreign}},
			p.nameCell(strings.Join(fields, ", ")), p.refusalState(e),
		}
		c.Table.Rows = append(c.Table.Rows, row)
		v.Rows = append(v.Rows, refusalRow{ID: e.ID.String(), Held: e.Replayable, Cells: row})
	}
}

func (p *page) refusalState(e *record.DeskEntry) cell {
	switch {
	case !e.ReplayedAt.IsZero():
		return text(p.T("refused.state.replayed"))
	case e.Replayable:
		return cell{label: label{Text: p.T("refused.state.held")}, Mark: "arrival-below"}
	}
	return cell{label: label{Text: p.T("refused.state.resend")}, Faint: true}
}

// refusal is one refused record: what is wrong with it, and the shape of what was sent, without any of its content.
func (d *Dashboard) refusal(p *page) error {
	id, err := uuid.Parse(p.request.PathValue("id"))
	if d.options.Refusals == nil || err != nil || !p.seesAll() {
		return errNotFound
	}
	ctx, cancel := context.WithTimeout(p.request.Context(), d.options.CardTimeout)
	defer cancel()
	list, err := d.options.Refusals.Refused(ctx, record.DeskFilter{Refused: true, IDs: []uuid.UUID{id}, Limit: 1})
	if err != nil {
		return fmt.Errorf("read a refused record: %w", err)
	}
	if len(list) == 0 {
		return errNotFound
	}
	e := &list[0]
	p.Nav, p.Template, p.Quiet = "quality", "refusals", true
	p.Kind, p.Title = label{Text: p.T("refused.one")}, label{Text: e.ID.String(), Name: true}
	p.keep = refusalKeys
	desk := p.linkWith("/quality/refusals", p.refusalValues())
	p.Crumbs = []link{{label: label{Text: p.T("refusals.title")}, Href: desk}}
	p.Part = &refusalsView{One: true}
	if e.Replayable {
		p.Part = &refusalsView{One: true, Replay: p.linkWith("/quality/refusals/replay", p.refusalValues()), Rows: []refusalRow{{ID: e.ID.String(), Held: true}}}
	}
	p.add(card{ID: "refusal", Title: p.T("refused.about"), Span: spanHalf, Open: true}, func(_ context.Context, c *card) error {
		c.Table = p.refusalFacts(e)
		return nil
	})
	p.add(card{ID: "shape", Title: p.T("refused.shape"), Note: p.T("refused.shape.note"), Span: spanHalf, Open: true}, func(_ context.Context, c *card) error {
		c.Table = &table{Columns: []column{{Title: p.T("refused.field")}, {Title: p.T("refused.content")}}}
		for _, s := range p.shapeOf(e.Redacted) {
			c.Table.Rows = append(c.Table.Rows, []cell{{label: label{Text: s.Term, Name: true}}, text(s.Text)})
		}
		c.Empty = len(c.Table.Rows) == 0
		return nil
	})
	return nil
}

func (p *page) refusalFacts(e *record.DeskEntry) *table {
	t := &table{Columns: []column{{Title: p.T("refused.field")}, {Title: p.T("refused.content")}}}
	add := func(id string, c cell) { t.Rows = append(t.Rows, []cell{text(p.T(id)), c}) }
	add("refused.received", text(p.Date(calendar.DayOf(e.ReceivedAt, p.zone))+" "+e.ReceivedAt.In(p.zone).Format("15:04:05")))
	add("refused.kind", cell{label: p.refusalKind(e.KindName)})
	add("column.source", p.nameCell(e.Source))
	add("refused.sender", p.nameCell(e.Sender))
	add("refused.batch", p.nameCell(e.BatchID))
	state := p.refusalState(e)
	state.Mark = ""
	if !e.ReplayedAt.IsZero() {
		state.Text += " · " + p.Clock(e.ReplayedAt, p.now)
	}
	add("column.state", state)
	if e.Size > 0 {
		add("refused.size", text(p.T("refused.bytes", "Count", p.Int(uint64(e.Size)))))
	}
	for _, problem := range e.Problems {
		add("column.reason", p.nameCell(p.problemText(problem.Field, problem.Code)))
		if remedy := p.remedy(problem.Code); remedy != "" {
			add("refused.remedy", text(remedy))
		}
	}
	return t
}

// maxShape bounds the fields of a record that are listed.
const maxShape = 200

// textOf begins what stands in a shape for a text; see [record.Redacted].
const textOf = "text of "

// shapeOf lists the fields of a record and what was in them by its kind alone: of texts their length, of numbers
// nothing, because a level is one.
func (p *page) shapeOf(redacted string) (rows []term) {
	var v any
	if json.Unmarshal([]byte(redacted), &v) != nil {
		return nil
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		if len(rows) >= maxShape {
			return
		}
		switch v := v.(type) {
		case map[string]any:
			names := make([]string, 0, len(v))
			for name := range v {
				names = append(names, name)
			}
			slices.Sort(names)
			for _, name := range names {
				walk(strings.TrimPrefix(path+"."+name, "."), v[name])
			}
		case []any:
			rows = append(rows, term{path, p.T("shape.list", "Count", p.Int(uint64(len(v))))})
			if len(v) > 0 {
				if _, ok := v[0].(map[string]any); ok {
					walk(path+"[]", v[0])
				}
			}
		default:
			rows = append(rows, term{path, p.shapeText(path, v)})
		}
	}
	walk("", v)
	return rows
}

// shapeText is what kind of content a field had.
func (p *page) shapeText(path string, v any) string {
	switch v := v.(type) {
	case string:
		if n, ok := strings.CutPrefix(v, textOf); ok {
			if count, err := strconv.ParseUint(n, 10, 32); err == nil {
				return p.T("shape.text", "Count", p.Int(count))
			}
		}
		if v != "long number" {
			return p.None() // deeper than shapes go
		}
		return p.T("shape.number")
	case float64:
		switch path[strings.LastIndexByte(path, '.')+1:] {
		case "unknown_fields":
			return p.T("shape.unknown", "Count", p.Int(uint64(max(v, 0))))
		case "bytes":
			return p.T("refused.bytes", "Count", p.Int(uint64(max(v, 0))))
		}
		return p.T("shape.number")
	case bool:
		return p.T("shape.bool")
	}
	return p.T("shape.null")
}
