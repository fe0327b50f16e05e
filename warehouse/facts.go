package warehouse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
)

// factTable is a family of fact tables with the same keys.
type factTable struct {
	name string
	keys []string
}

var (
	regionFacts     = factTable{"region", []string{"region", "line", "parent", "depth"}}
	departmentFacts = factTable{"department", []string{"region", "department"}}
	windowFacts     = factTable{"window", []string{"hall", "window"}}
	itemFacts       = factTable{"item", []string{"item", "department"}}
)

// depthStored is how many upper levels of the tree day_region holds.
const depthStored = 3

// plan is a query being built: where its rows come from and what they are told apart by.
type plan struct {
	table  factTable
	keys   []string // column expressions, each AS one of the Row's names
	names  []string
	filter []string
	params params
	// columns are the facts to read, some of factColumns in their order.
	columns []string
}

// Facts reads facts. The rows come sorted by step and key. A unit without any record
// has no row: no data is not zero.
func (w *Warehouse) Facts(ctx context.Context, q evaluation.Query) (result []evaluation.Row, err error) {
	err = w.eachFacts(ctx, &q, factColumns, func(r *evaluation.Row) error {
		result = append(result, *r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w.joined(result, &q), nil
}

// FactsBySteps reads facts of many units for many steps, and hands over the rows of one step after the other, so that
// nobody has to hold those of all. It reads the levels, what was not answered, channels, reasons and hours, and of cases
// how many were accepted and handled, with the handling times; the other facts stay 0. Rows are as those of Facts
// otherwise, and each must not keep the slice. It ends with the first error of each.
func (w *Warehouse) FactsBySteps(ctx context.Context, q evaluation.Query, each func(rows []evaluation.Row) error) error {
	var step []evaluation.Row
	hand := func() error {
		rows := w.joined(step, &q)
		step = step[:0]
		if len(rows) == 0 {
			return nil
		}
		return each(rows)
	}
	err := w.eachFacts(ctx, &q, stepColumns, func(r *evaluation.Row) error {
		if len(step) > 0 && step[0].Start != r.Start {
			if err := hand(); err != nil {
				return err
			}
		}
		step = append(step, *r)
		return nil
	})
	if err != nil {
		return err
	}
	return hand()
}

// joined makes of the rows of whole steps what readers get: units that are one today are one.
func (w *Warehouse) joined(rows []evaluation.Row, q *evaluation.Query) []evaluation.Row {
	if q.By == evaluation.ByChannel {
		return byChannel(rows)
	}
	return w.succession().join(rows, *q)
}

// eachFacts runs a query and hands over its rows, as counted. It spells the query's codes as the directory does.
func (w *Warehouse) eachFacts(ctx context.Context, q *evaluation.Query, columns []string, each func(*evaluation.Row) error) (err error) {
	defer w.timed("facts by "+string(q.By), time.Now())
	if q.To < q.From {
		return fmt.Errorf("read facts: the period ends (%s) before it begins (%s)", q.To, q.From)
	}
	*q = spelled(*q, w.Directory())
	p, err := w.plan(*q)
	if err != nil {
		return err
	}
	p.columns = columns
	open, err := w.openMonth(ctx)
	if err != nil {
		return err
	}
	text, err := p.text(*q, open)
	if err != nil {
		return err
	}
	rows, err := w.conn.Query(clickhouse.Context(ctx, clickhouse.WithParameters(p.params)), text)
	if err != nil {
		return fmt.Errorf("read facts by %s: %w", q.By, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, err := scanFacts(rows, q, p.names, columns)
		if err != nil {
			return fmt.Errorf("read facts by %s: %w", q.By, err)
		}
		if err := each(&r); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read facts by %s: %w", q.By, err)
	}
	return nil
}

// spelled has the codes of regions and halls as the directory spells them; people type
// them with zeros at the end and spaces.
func spelled(q evaluation.Query, dir *directory.Directory) evaluation.Query {
	for _, code := range []*string{&q.Region, &q.Parent} {
		if r, ok := dir.Region(*code); ok {
			*code = r.Code
		}
	}
	if h, ok := dir.Hall(q.Hall); ok {
		q.Hall = h.Code
	}
	if i, ok := dir.Item(q.Item); ok {
		q.Item = i.Code
	}
	return q
}

func (w *Warehouse) plan(q evaluation.Query) (*plan, error) {
	p := &plan{params: params{"from": q.From.String(), "to": q.To.String()}}
	past := w.succession()
	switch {
	case q.By == evaluation.ByItem, q.By == evaluation.ByDepartmentItem, q.Item != "":
		p.table = itemFacts
	case q.By == evaluation.ByHall, q.By == evaluation.ByWindow, q.Hall != "":
		p.table = windowFacts
	case q.By == evaluation.ByDepartment, q.Department != "", w.below(q):
		p.table = departmentFacts
	default:
		p.table = regionFacts
	}
	if err := p.dimension(q); err != nil {
		return nil, err
	}
	switch p.table.name {
	case "region":
		p.regionFilter(q, past)
	case "department":
		p.departmentFilter(q, past)
	case "window":
		p.windowFilter(q, past)
	case "item":
		p.itemFilter(q, past)
	}
	return p, nil
}

// below says whether the query needs nodes deeper than day_region holds.
func (w *Warehouse) below(q evaluation.Query) bool {
	dir := w.Directory()
	switch {
	case q.Level > depthStored && q.Parent == "":
		return true
	case q.Parent != "":
		return dir.Level(q.Parent) >= depthStored
	default:
		return q.Region != "" && dir.Level(q.Region) > depthStored
	}
}

func (p *plan) where(condition, name, value string) {
	p.filter = append(p.filter, condition)
	if name != "" {
		p.params[name] = textParam(value)
	}
}

// among is a condition on a list of codes.
func (p *plan) among(condition, name string, codes []string) {
	p.where(condition, "", "")
	p.params[name] = textArray(codes)
}

func (p *plan) key(expression, name string) {
	if expression != name {
		expression += " AS " + name
	}
	p.keys = append(p.keys, expression)
	p.names = append(p.names, name)
}

func (p *plan) dimension(q evaluation.Query) error {
	byNode := "region"
	if p.table.name == "department" && (q.By == evaluation.ByRegion || q.By == evaluation.ByRegionLine) {
		byNode = "path[{node_depth:UInt8}]"
	}
	byLine := "line"
	if p.table.name == "department" {
		byLine = "department_line"
	}
	switch q.By {
	case evaluation.ByTotal, evaluation.ByChannel:
	case evaluation.ByRegion:
		p.key(byNode, "region")
	case evaluation.ByRegionLine:
		p.key(byNode, "region")
		p.key(byLine, "line")
	case evaluation.ByLine:
		p.key(byLine, "line")
	case evaluation.ByDepartment:
		p.key("department", "department")
	case evaluation.ByHall:
		p.key("hall", "hall")
	case evaluation.ByWindow:
		p.key("hall", "hall")
		p.key("window", "window")
	case evaluation.ByItem:
		p.key("item", "item")
	case evaluation.ByDepartmentItem:
		p.key("department", "department")
		p.key("item", "item")
	default:
		return fmt.Errorf("read facts: %q is no dimension", q.By)
	}
	return p.answerable(q)
}

// answerable fails for a question that the counts cannot answer. To leave out one of its
// filters would be to answer another one.
func (p *plan) answerable(q evaluation.Query) error {
	switch {
	case p.table.name == "window" && (q.By == evaluation.ByRegion || q.By == evaluation.ByLine ||
		q.By == evaluation.ByRegionLine || q.By == evaluation.ByDepartment):
		return fmt.Errorf("read facts: a hall lies in one region and its windows serve many departments: by %s needs no hall", q.By)
	case p.table.name == "window" && (q.Line != "" || q.Department != ""):
		return errors.New("read facts: halls and windows are not counted by department or line: leave those out")
	case p.table.name == "item" && (q.Region != "" || q.Hall != ""):
		return errors.New("read facts: items are counted by department alone: leave out region and hall")
	case p.table.name == "item" && (q.By == evaluation.ByRegion || q.By == evaluation.ByRegionLine || q.By == evaluation.ByLine ||
		q.By == evaluation.ByDepartment || q.By == evaluation.ByHall || q.By == evaluation.ByWindow):
		return fmt.Errorf("read facts: one item is counted by department and month alone: by %s needs no item", q.By)
	case q.Window != "" && q.Hall == "":
		return errors.New("read facts: a window needs its hall: window codes begin anew in every hall")
	}
	return nil
}

func (p *plan) regionFilter(q evaluation.Query, past succession) {
	switch {
	case (q.By == evaluation.ByRegion || q.By == evaluation.ByRegionLine) && q.Parent != "":
		p.among("parent IN {parents:Array(String)}", "parents", past.with(directory.KindRegion, q.Parent))
	case (q.By == evaluation.ByRegion || q.By == evaluation.ByRegionLine) && q.Level <= 1:
		p.where("depth <= 1", "", "") // with what belongs to no region, so that the rows add up to the total
	case q.By == evaluation.ByRegion || q.By == evaluation.ByRegionLine:
		p.where("depth = {depth:UInt8}", "depth", fmt.Sprint(q.Level))
	case q.Region != "":
		p.among("region IN {regions:Array(String)} AND depth > 0", "regions", past.with(directory.KindRegion, q.Region))
	default:
		p.where("depth <= 1", "", "")
	}
	if q.Region != "" && (q.By == evaluation.ByRegion || q.By == evaluation.ByRegionLine) {
		p.among("region IN (SELECT region FROM region_paths FINAL WHERE hasAny(path, {within:Array(String)}))",
			"within", past.with(directory.KindRegion, q.Region))
	}
	if q.Line != "" {
		p.where("line = {line:String}", "line", q.Line)
	}
}

func (p *plan) departmentFilter(q evaluation.Query, past succession) {
	inside := "hasAny(path, {regions:Array(String)})"
	if q.By == evaluation.ByRegion || q.By == evaluation.ByRegionLine {
		depth := max(q.Level, 1)
		if q.Parent != "" {
			depth = past.dir.Level(q.Parent) + 1
			p.among("hasAny(path, {parents:Array(String)})", "parents", past.with(directory.KindRegion, q.Parent))
		}
		p.params["node_depth"] = fmt.Sprint(depth)
		if depth > 1 {
			p.where("length(path) >= {node_depth:UInt8}", "", "")
		}
		// no part of a node above the region
		inside = "arrayExists(code -> indexOf(path, code) BETWEEN 1 AND {node_depth:UInt8}, {regions:Array(String)})"
	}
	if q.Region != "" {
		p.among(inside, "regions", past.with(directory.KindRegion, q.Region))
	}
	if q.Department != "" {
		p.among("department IN {departments:Array(String)}", "departments", past.with(directory.KindDepartment, q.Department))
	}
	if q.Line != "" {
		p.where("department_line = {line:String}", "line", q.Line)
	}
}

func (p *plan) windowFilter(q evaluation.Query, past succession) {
	if q.Hall != "" {
		p.among("hall IN {of_halls:Array(String)}", "of_halls", past.with(directory.KindHall, q.Hall))
	}
	if q.Window != "" {
		p.where("window = {window:String}", "window", q.Window)
	}
	if q.Region != "" {
		var halls []string
		for _, region := range past.with(directory.KindRegion, q.Region) {
			for _, h := range past.dir.HallsIn(region) {
				halls = append(halls, h.Code)
			}
		}
		p.among("hall IN {halls:Array(String)}", "halls", halls)
	}
}

func (p *plan) itemFilter(q evaluation.Query, past succession) {
	if q.Item != "" {
		p.among("item IN {items:Array(String)}", "items", past.with(directory.KindItem, q.Item))
	}
	if q.Department != "" {
		p.among("department IN {departments:Array(String)}", "departments", past.with(directory.KindDepartment, q.Department))
	}
	if q.Line != "" {
		p.where("department_line = {line:String}", "line", q.Line)
	}
}

// source is the FROM of one table family, with the columns that filters use.
func (p *plan) source(step string) string {
	from := step + "_" + p.table.name + " AS t"
	if p.table.name != "department" && p.table.name != "item" {
		return "SELECT t.* FROM " + from
	}
	text := "SELECT t.*"
	joins := ""
	all := strings.Join(append(slices.Clone(p.keys), p.filter...), " ")
	if strings.Contains(all, "path") {
		text += ", paths.path AS path"
		joins += " LEFT ANY JOIN (SELECT region AS path_region, path FROM region_paths FINAL) AS paths ON t.region = paths.path_region"
	}
	if strings.Contains(all, "department_line") {
		text += ", lines.line AS department_line"
		joins += " LEFT ANY JOIN (SELECT code, line FROM departments FINAL) AS lines ON t.department = lines.code"
	}
	return text + " FROM " + from + joins
}

func (p *plan) text(q evaluation.Query, open calendar.Day) (string, error) {
	start := map[evaluation.Step]string{
		evaluation.StepNone: "{from:Date}", evaluation.StepDay: "day",
		evaluation.StepWeek: "toMonday(day)", evaluation.StepMonth: "toStartOfMonth(day)",
		evaluation.StepQuarter: "toStartOfQuarter(day)", evaluation.StepHalf: "toStartOfInterval(day, INTERVAL 6 MONTH)",
		evaluation.StepYear: "toStartOfYear(day)",
	}[q.Step]
	if start == "" {
		return "", fmt.Errorf("read facts: %q is no step", q.Step)
	}
	if p.table.name == "item" && (q.Step == evaluation.StepDay || q.Step == evaluation.StepWeek) {
		return "", errors.New("read facts: items are counted by month: use a step of a month or longer")
	}
	days, months := splitPeriod(q, open, p.table.name == "item")
	var tables []string
	if months.Len() > 0 {
		p.params["from_month"], p.params["to_month"] = months.From.String(), months.To.String()
		tables = append(tables, p.part("month", "month BETWEEN {from_month:Date} AND {to_month:Date}"))
	}
	for i, r := range days {
		from, to := fmt.Sprintf("from_%d", i), fmt.Sprintf("to_%d", i)
		p.params[from], p.params[to] = r.From.String(), r.To.String()
		tables = append(tables, p.part("day", fmt.Sprintf("day BETWEEN {%s:Date} AND {%s:Date}", from, to)))
	}
	keys := append([]string{start + " AS start"}, p.keys...)
	return query("facts", map[string]string{
		"keys": strings.Join(keys, ", "), "groups": strings.Join(append([]string{"start"}, p.names...), ", "),
		"figures": columnSums(p.columns), "tables": strings.Join(tables, " UNION ALL "),
	}), nil
}

// part is one table restricted to its share of the period and the filter, its date
// column named day.
func (p *plan) part(step, period string) string {
	conditions := append([]string{period}, p.filter...)
	columns := append([]string{step + " AS day"}, p.innerColumns()...)
	return "SELECT " + strings.Join(columns, ", ") + ", " + strings.Join(p.columns, ", ") +
		" FROM (" + p.source(step) + ") WHERE " + strings.Join(conditions, " AND ")
}

// innerColumns are the columns that the keys are made of.
func (p *plan) innerColumns() []string {
	columns := slices.Clone(p.table.keys)
	all := strings.Join(p.keys, " ")
	for _, c := range []string{"path", "department_line"} {
		if strings.Contains(all, c) {
			columns = append(columns, c)
		}
	}
	return columns
}

// byChannel turns each row into one for each channel, without what cannot be told
// apart by channel.
func byChannel(rows []evaluation.Row) []evaluation.Row {
	var out []evaluation.Row
	for _, r := range rows {
		names := make([]string, 0, len(r.Channels))
		for c := range r.Channels {
			names = append(names, c)
		}
		slices.Sort(names)
		for _, c := range names {
			row := r
			row.Channel = c
			row.Facts = evaluation.Facts{Channels: map[string]evaluation.ChannelCount{c: r.Channels[c]}}
			out = append(out, row)
		}
	}
	return out
}
