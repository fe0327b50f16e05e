package dashboard

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/evaluation"
	"haochaping/record"
)

// Reviews knows bad reviews one by one. What it returns lies within the scope that it is given.
type Reviews interface {
	// Reviews returns one page of the reviews that a query chooses, by their clocks, and whether more follow.
	Reviews(ctx context.Context, q evaluation.ReviewQuery) (list []evaluation.Review, more bool, err error)
	// Review returns one review; ok is false if there is none, or none that the scope shows.
	Review(ctx context.Context, scope directory.Scope, id uuid.UUID) (r evaluation.ReviewDetails, ok bool, err error)
}

// The choices of the page of reviews, in the words of addresses.
const (
	keyRegion     = "region"
	keyDepartment = "department"
	keyHall       = "hall"
	keyTag        = "tag"
	keyState      = "state"
	keyText       = "q"
	keyAfter      = "after"
)

var reviewKeys = []string{keyRegion, keyDepartment, keyHall, keyTag, keyState, keyText}

const (
	maxReviewCode = 64  // bytes of a code in an address
	maxReviewText = 100 // characters that comments are searched for
	excerptLength = 160 // characters of a comment in the list
	maxChoices    = 300 // entries of a menu of units
)

// reviewsView is what the page of reviews shows besides its list.
type reviewsView struct {
	Regions, Departments, Halls, Tags, States []labelledChoice
	Text                                      string
	Hidden                                    []term // the choices that a new filter leaves as they are
	Clear                                     string // address without any filter; empty if there is none
	First, Next                               string // addresses of other pages of the list
}

// reviews is the list of bad reviews.
func (d *Dashboard) reviews(p *page) error {
	q, err := p.reviewQuery()
	if err != nil {
		return err
	}
	values := p.request.URL.Query()
	p.Template, p.Nav, p.Quiet, p.Title = "reviews", "reviews", true, label{Text: p.T("nav.reviews")}
	p.keep = append(slices.Clone(reviewKeys), keyAfter)
	view := &reviewsView{}
	p.add(card{ID: "reviews", Title: p.T("reviews.title"), Note: p.T("reviews.note"), Span: spanFull, Open: true, EmptyText: p.T("reviews.none")},
		func(ctx context.Context, c *card) error {
			if d.options.Reviews == nil {
				c.Empty, c.EmptyText = true, ""
				return nil
			}
			found, err := p.readReviews(ctx, q)
			list := found.list
			if err != nil || len(list) == 0 {
				c.Empty = err == nil
				return err
			}
			c.Table = p.reviewTable(list)
			if found.more {
				mark := list[len(list)-1].Mark
				after := strconv.FormatInt(mark.Order, 10) + "." + strconv.FormatUint(mark.Tie, 10)
				view.Next = p.here(func(v url.Values) { v.Set(keyAfter, after) })
			}
			return nil
		})
	p.keep = reviewKeys
	if values.Get(keyAfter) != "" {
		view.First = p.here(func(url.Values) {})
	}
	p.fillReviewFilter(view, &q)
	p.Reviews = view
	return nil
}

// foundReviews is one page of the list.
type foundReviews struct {
	list []evaluation.Review
	more bool
}

// reviewsKey is everything that a page of the list depends on besides the facts.
type reviewsKey struct {
	query string // with the scope
	steps uint64
	slot  int64 // of ten minutes: deadlines follow a calendar, which may be another one
}

// keptReviews is how many pages of lists are kept.
const keptReviews = 128

// readReviews reads one page of the list, once for all who ask for it while neither facts nor steps move.
func (p *page) readReviews(ctx context.Context, q evaluation.ReviewQuery) (foundReviews, error) {
	d := p.dashboard
	var steps uint64
	if d.options.Outcomes != nil {
		v, err := d.facts.fly(ctx, "steps", p.learnSteps)
		if err != nil {
			return foundReviews{}, err
		}
		steps, _ = v.(uint64)
	}
	key := reviewsKey{fmt.Sprintf("%#v", q), steps, p.now.Unix() / 600}
	return recall(ctx, d.facts, p.wanted, &d.facts.reviews, key, d.facts.timeout, func(ctx context.Context) (found foundReviews, err error) {
		found.list, found.more, err = d.options.Reviews.Reviews(ctx, q)
		return found, err
	})
}

// putOnRecord writes down what the reader is about to do; without that it does not happen.
func (p *page) putOnRecord(action, object string) error {
	to := p.dashboard.options.Recorder
	if to == nil {
		return fmt.Errorf("%w: there is no audit record", errNotOnRecord)
	}
	ctx, cancel := context.WithTimeout(p.request.Context(), p.dashboard.options.CardTimeout)
	defer cancel()
	if err := to.Record(ctx, p.person, action, object); err != nil {
		return fmt.Errorf("%w: %s: %w", errNotOnRecord, action, err)
	}
	return nil
}

// reviewQuery reads the filters. One that cannot be read is an error: without it more would be shown than was asked for.
func (p *page) reviewQuery() (evaluation.ReviewQuery, error) {
	values := p.request.URL.Query()
	q := evaluation.ReviewQuery{Range: p.period.Range, Scope: p.person.Scope}
	for key, into := range map[string]*string{
		keyRegion: &q.Region, keyDepartment: &q.Department, keyHall: &q.Hall, keyTag: &q.Tag, keyState: &q.State, keyText: &q.Text,
	} {
		*into = strings.TrimSpace(values.Get(key))
		most := maxReviewCode
		if key == keyText {
			most = maxReviewText * utf8.UTFMax
		}
		if len(*into) > most || !utf8.ValidString(*into) || strings.ContainsFunc(*into, unicode.IsControl) {
			return q, fmt.Errorf("%w: the filter %s", errBadRequest, key)
		}
	}
	if utf8.RuneCountInString(q.Text) > maxReviewText {
		return q, fmt.Errorf("%w: more than %d characters to search for", errBadRequest, maxReviewText)
	}
	if q.State != "" && !slices.Contains(evaluation.ReviewStates, q.State) {
		return q, fmt.Errorf("%w: no such state", errBadRequest)
	}
	if after := values.Get(keyAfter); after != "" {
		order, tie, _ := strings.Cut(after, ".")
		var err1, err2 error
		q.After.Order, err1 = strconv.ParseInt(order, 10, 64)
		q.After.Tie, err2 = strconv.ParseUint(tie, 10, 64)
		if err1 != nil || err2 != nil {
			return q, fmt.Errorf("%w: no such page of the list", errBadRequest)
		}
	}
	return q, nil
}

// reviewTable lists reviews. Only who may open a record gets an address that names it.
func (p *page) reviewTable(list []evaluation.Review) *table {
	t := &table{Columns: []column{
		{Title: p.T("column.clock")},
		{Title: p.T("column.day")},
		{Title: p.T("column.place")},
		{Title: p.T("column.level")},
		{Title: p.T("column.reason")},
		{Title: p.T("column.comment")},
		{Title: p.T("column.state")},
	}}
	opens := p.person.May(access.ReadRecords)
	for i := range list {
		r := &list[i]
		clock := p.reviewClock(r)
		if opens {
			clock.Href = p.link("/review/" + r.ID.String())
		}
		t.Rows = append(t.Rows, []cell{
			clock, text(p.Date(r.Day)),
			{label: p.reviewPlace(r)},
			text(p.T("level." + strconv.Itoa(int(r.Level)))),
			p.tagsCell(r.Tags), p.commentCell(r.Comment, excerptLength), text(p.T("state." + r.State)),
		})
	}
	return t
}

// clockColours are the words that templates and messages know the clocks of open reviews by; later means given today if
// blue.
var clockColours = map[evaluation.Clock]string{
	evaluation.ClockOverdue: "red", evaluation.ClockSoon: "orange", evaluation.ClockLater: "yellow", evaluation.ClockToday: "blue",
}

// reviewClock says by when the next step of a review has to be done.
func (p *page) reviewClock(r *evaluation.Review) cell {
	due, open := r.Due()
	return p.clock(due, open, r.Day)
}

// clock says by when the next step of what came in on a day has to be done: the colour and its word.
func (p *page) clock(due time.Time, open bool, came calendar.Day) cell {
	switch {
	case !open:
		return cell{label: label{Text: p.T("clock.done")}, Faint: true}
	case due.IsZero():
		return cell{label: label{Text: p.T("clock.unknown")}, Faint: true}
	}
	colour := clockColours[evaluation.ClockOf(due, p.now, came == p.today())]
	return cell{label: label{Text: p.T("review.clock."+colour, "Day", p.lastDay(due))}, Mark: "clock-" + colour}
}

// lastDay is the last day on which something due at an instant is in time, with its year if that is not today's.
func (p *page) lastDay(due time.Time) string {
	day := calendar.DayOf(due.Add(-time.Nanosecond), p.zone)
	year, _, _ := day.Date()
	if now, _, _ := p.today().Date(); year != now {
		return p.Date(day)
	}
	return p.MonthDay(day)
}

// reviewPlace is where a review was given: hall and window, else department, else region.
func (p *page) reviewPlace(r *evaluation.Review) label {
	if r.Hall != "" {
		return p.placeName(r.Hall, r.Window)
	}
	if r.Department != "" {
		return p.departmentName(r.Department)
	}
	return p.regionName(r.Region)
}

// tagsCell is the tags of a review with their words.
func (p *page) tagsCell(tags []string) cell {
	if len(tags) == 0 {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	var c cell
	for i, code := range tags {
		name := p.tagName(code)
		if i > 0 {
			c.Text += p.T("list.and")
		}
		c.Text, c.Name = c.Text+name.Text, c.Name || name.Name
	}
	return c
}

// commentCell is a comment without personal numbers, cut to a number of characters; 0 = whole. It was cleaned when it
// came; it is cleaned once more, because the rules may have become better since.
func (p *page) commentCell(comment string, most int) cell {
	comment = strings.TrimSpace(record.RedactPersonal(comment))
	if comment == "" {
		return cell{label: label{Text: p.None()}, Faint: true}
	}
	if runes := []rune(comment); most > 0 && len(runes) > most {
		comment = string(runes[:most]) + "…"
	}
	return cell{label: label{Text: comment, Name: true}}
}

// fillReviewFilter offers what can be chosen.
func (p *page) fillReviewFilter(v *reviewsView, q *evaluation.ReviewQuery) {
	v.Text = q.Text
	v.Regions = p.regionChoices(q.Region)
	v.Departments, v.Halls = p.unitChoices(q)
	for _, code := range slices.Sorted(maps.Keys(knownTags)) {
		if code[0] == '1' || code[0] == '2' {
			v.Tags = append(v.Tags, labelledChoice{label: p.tagName(code), Value: code, Current: code == q.Tag})
		}
	}
	v.Tags = p.withChosen(v.Tags, q.Tag)
	for _, state := range evaluation.ReviewStates {
		v.States = append(v.States, labelledChoice{label: label{Text: p.T("state." + state)}, Value: state, Current: state == q.State})
	}
	values := p.period.values()
	if lang := p.request.URL.Query().Get("lang"); lang == p.lang {
		values.Set("lang", lang)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		v.Hidden = append(v.Hidden, term{key, values.Get(key)})
	}
	if q.Region+q.Department+q.Hall+q.Tag+q.State+q.Text != "" {
		v.Clear = p.link("/reviews")
	}
}

// withChosen adds what was chosen to a menu that does not have it.
func (p *page) withChosen(list []labelledChoice, code string) []labelledChoice {
	if code == "" || slices.ContainsFunc(list, func(c labelledChoice) bool { return c.Value == code }) {
		return list
	}
	return append(list, labelledChoice{label: label{Text: code, Name: true}, Value: code, Current: true})
}

// sees reports whether a region lies within the reader's scope, whatever the department.
func (p *page) sees(region string) bool { return p.may(directory.KindRegion, region) }

// regionChoices are the region that was chosen with the way to it and its children, as far as the reader sees them.
func (p *page) regionChoices(chosen string) []labelledChoice {
	var list []labelledChoice
	offer := func(r directory.Region, depth int) {
		if len(list) < maxChoices && p.sees(r.Code) {
			name := p.pick(r.Name, r.NameEN, r.Code)
			name.Text = strings.Repeat("\u3000", depth) + name.Text
			list = append(list, labelledChoice{label: name, Value: r.Code, Current: r.Code == chosen})
		}
	}
	if r, ok := p.dir.Region(chosen); ok && p.sees(r.Code) {
		chosen = r.Code
		for _, above := range p.dir.Breadcrumb(r.Code) {
			if above.Code != r.Code {
				offer(above, 0)
			}
		}
		offer(r, 0)
		for _, child := range p.dir.Children(r.Code) {
			offer(child, 1)
		}
		return list
	}
	roots := p.dir.Roots()
	if own, every := p.person.Scope.Roots(p.dir); !every {
		roots = nil
		for _, code := range own {
			r, _ := p.dir.Region(code)
			roots = append(roots, r)
		}
	}
	for _, r := range roots {
		offer(r, 0)
		for _, child := range p.dir.Children(r.Code) {
			offer(child, 1)
		}
	}
	return p.withChosen(list, chosen)
}

// unitChoices are the departments and halls of the region that was chosen.
func (p *page) unitChoices(q *evaluation.ReviewQuery) (departments, halls []labelledChoice) {
	if r, ok := p.dir.Region(q.Region); ok && p.sees(r.Code) {
		for _, dep := range p.dir.Departments() {
			if len(departments) < maxChoices && dep.Region == r.Code && p.person.Scope.Allows(p.dir, r.Code, dep.Code) {
				departments = append(departments, labelledChoice{label: p.departmentName(dep.Code), Value: dep.Code, Current: dep.Code == q.Department})
			}
		}
		for _, h := range p.dir.HallsIn(r.Code) {
			if len(halls) < maxChoices {
				halls = append(halls, labelledChoice{label: p.pick(h.Name, h.NameEN, h.Code), Value: h.Code, Current: h.Code == q.Hall})
			}
		}
	}
	return p.withChosen(departments, q.Department), p.withChosen(halls, q.Hall)
}
