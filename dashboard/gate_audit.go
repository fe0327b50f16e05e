package dashboard

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
)

// Auditor reads what is on record.
type Auditor interface {
	// Audit is what fits a filter, the newest first.
	Audit(ctx context.Context, f access.AuditFilter) ([]access.Entry, error)
	// VerifyAudit reads the whole record and says where it is not what was written.
	VerifyAudit(ctx context.Context) (access.AuditReport, error)
}

// audit is the page of what is on record.
type audit struct {
	Day, Who, Action string
	Actions          []labelledChoice
	Apply            string // where the filter is sent
	Verify           string
	Rows             []auditRow
	CSV              string
	Shown            string // how many are listed, and where the others are
	Report           *auditReport
}

// auditRow is one entry in words, with what is stored beside them.
type auditRow struct {
	At             string
	Who            label
	Action, Stored string // the action in words, empty if it has none, and as it is stored
	Object         string
	StoredObject   string // empty if it stands there as it is stored
	Address        string
	Hash, Short    string
}

// auditActions are the actions that the product puts on record, in the order of the list to choose from. Each has words.
var auditActions = []string{
	access.ActionSignIn, access.ActionSignInRefused, access.ActionSignOut, access.ActionLocked,
	access.ActionAccountAdd, access.ActionAccountChange, access.ActionPasswordNew, access.ActionPasswordChange, access.ActionSessionsRevoke,
	"view record", "export", "audit.verify", "refusals.replay",
	"scheme.add", "indicator.import", "target.set", "target.remove",
	"edition.create", "edition.redraw", "edition.open", "edition.check", "edition.publish", "edition.revise", "edition.narrative",
	"objection.add", "objection.answer", "objection.decide",
}

// auditReport is what a check of the whole record found.
type auditReport struct {
	Sound  bool
	Text   string
	Faults []string
	More   string
}

// Bounds of what is read of the record.
const (
	auditShown    = 500
	auditExported = 100_000
	faultsShown   = 100
	verifyTimeout = 2 * time.Minute
)

func (d *Dashboard) showAudit(w http.ResponseWriter, r *http.Request) error {
	if d.options.Auditor == nil {
		return errNotFound
	}
	return d.drawAudit(w, r, nil)
}

func (d *Dashboard) drawAudit(w http.ResponseWriter, r *http.Request, report *auditReport) error {
	p := d.plainPage(r, "gate_audit", "nav.audit")
	p.Nav = "audit"
	q := r.URL.Query()
	file := q.Get("format") == "csv"
	a := &audit{
		Day: q.Get("day"), Who: strings.TrimSpace(clip(q.Get("who"), 200)), Action: strings.TrimSpace(clip(q.Get("action"), 100)),
		Apply: d.base + "/audit", Verify: d.base + "/audit/verify", Report: report,
	}
	filter := access.AuditFilter{Who: a.Who, Action: a.Action, Limit: auditShown + 1}
	if file {
		filter.Limit = auditExported
	}
	if day, err := calendar.ParseDay(a.Day); err == nil {
		filter.From, filter.To = day.Start(p.zone), day.End(p.zone)
	} else {
		a.Day = ""
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
	defer cancel()
	entries, err := d.options.Auditor.Audit(ctx, filter)
	if err != nil {
		return err
	}
	if !file && len(entries) > auditShown {
		entries, a.Shown = entries[:auditShown], p.T("audit.cut", "Count", p.Int(auditShown))
	} else {
		a.Shown = p.T("audit.shown", "N", len(entries))
	}
	if file {
		return writeCSV(w, p.fileStem()+"-audit.csv", p.fileNotice(), p.auditTable(entries))
	}
	a.Actions = p.auditChoices(a.Action)
	for i := range entries {
		a.Rows = append(a.Rows, p.auditRow(&entries[i]))
	}
	values := url.Values{"format": {"csv"}}
	for key, value := range map[string]string{"day": a.Day, "who": a.Who, "action": a.Action} {
		if value != "" {
			values.Set(key, value)
		}
	}
	a.CSV = d.base + "/audit?" + values.Encode()
	p.Gate = a
	return d.render(w, r, http.StatusOK, p)
}

// auditTable is what a file holds of the record: as it is stored.
func (p *page) auditTable(entries []access.Entry) *table {
	t := &table{Columns: []column{
		{Title: p.T("audit.at")}, {Title: p.T("audit.who")}, {Title: p.T("audit.action")}, {Title: p.T("audit.object")}, {Title: p.T("audit.address")}, {Title: p.T("audit.hash")},
	}}
	raw := func(s string) cell { return cell{label: label{Text: s, Name: true}} }
	for i := range entries {
		e := &entries[i]
		t.Rows = append(t.Rows, []cell{
			text(e.At.In(p.zone).Format("2006-01-02 15:04:05.000")), {label: p.auditWho(e.Who)}, raw(e.Action), raw(e.Object), raw(e.Address), raw(e.Hash),
		})
	}
	return t
}

// auditChoices are the actions to choose from; one that is not known is offered if it is chosen.
func (p *page) auditChoices(chosen string) []labelledChoice {
	var list []labelledChoice
	for _, action := range auditActions {
		list = append(list, labelledChoice{label: label{Text: p.auditAction(action)}, Value: action, Current: action == chosen})
	}
	if chosen != "" && !slices.Contains(auditActions, chosen) {
		list = append(list, labelledChoice{label: label{Text: chosen, Name: true}, Value: chosen, Current: true})
	}
	return list
}

// auditAction is an action in words; empty if it has none.
func (p *page) auditAction(action string) string {
	if !slices.Contains(auditActions, action) {
		return ""
	}
	return p.T("act." + strings.ReplaceAll(action, " ", "_"))
}

// hashShown is how much of a hash is shown; all of it is in the title and in the file.
const hashShown = 12

func (p *page) auditRow(e *access.Entry) auditRow {
	row := auditRow{
		At: e.At.In(p.zone).Format("2006-01-02 15:04:05.000"), Who: p.auditWho(e.Who), Action: p.auditAction(e.Action), Stored: e.Action,
		Object: p.auditObject(e), Address: e.Address, Hash: e.Hash, Short: clip(e.Hash, hashShown),
	}
	if row.Object != e.Object {
		row.StoredObject = e.Object
	}
	return row
}

// What the record says in words of what an act was done to.
var (
	auditAccount = regexp.MustCompile(`^account (.+) roles (.*) scope (all|\[.*\])( disabled)?$`)
	auditRefused = regexp.MustCompile(`^account (.+) without a role$`)
	auditPlain   = regexp.MustCompile(`^account (.+)$`)
	auditValues  = regexp.MustCompile(`^(\d+) values of (.*); (.*)$`)
	auditReplay  = regexp.MustCompile(`^(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)(.*)$`)
)

// auditObject is what an act was done to, in the reader's words around codes and ids; as it is stored if it is nothing
// else.
func (p *page) auditObject(e *access.Entry) string {
	area, _, _ := strings.Cut(e.Action, ".")
	switch area {
	case access.ActionSignIn, "account", "password", "sessions":
		if method, ok := strings.CutPrefix(e.Object, "by "); ok && e.Action == access.ActionSignIn {
			return p.methodName(method)
		}
		if e.Object == "an unknown name" {
			return p.T("audit.unknown")
		}
		if m := auditAccount.FindStringSubmatch(e.Object); m != nil {
			return p.auditGrant(m[1], m[2], m[3], m[4] != "")
		}
		if m := auditRefused.FindStringSubmatch(e.Object); m != nil {
			return p.T("audit.account.none", "ID", m[1])
		}
		if m := auditPlain.FindStringSubmatch(e.Object); m != nil {
			return p.T("audit.account", "ID", m[1])
		}
	case "indicator":
		if m := auditValues.FindStringSubmatch(e.Object); m != nil {
			return p.T("audit.values", "Count", m[1], "Names", m[2], "Source", m[3])
		}
	case "refusals":
		if m := auditReplay.FindStringSubmatch(e.Object); m != nil {
			return p.T("audit.replay", "From", m[1], "To", m[2]) + strings.NewReplacer(` source=""`, "", ` reason=""`, "", ` kind=""`, "").Replace(m[3])
		}
	}
	return e.Object
}

// auditGrant says what an account was allowed: roles in words, the scope in codes.
func (p *page) auditGrant(id, roles, scope string, off bool) string {
	var granted []access.Role
	for role := range strings.SplitSeq(roles, ", ") {
		granted = append(granted, access.Role(role))
	}
	may := p.T("scope.all")
	if scope != "all" {
		var lists [2][]string
		if json.Unmarshal([]byte(scope), &lists) != nil {
			return p.T("audit.account", "ID", id)
		}
		may = p.T("scope.none")
		if len(lists[0]) > 0 && len(lists[1]) > 0 {
			may = p.T("audit.scope", "Regions", p.codesText(lists[0]), "Departments", p.codesText(lists[1]))
		}
	}
	text := p.T("audit.account.granted", "ID", id, "Roles", p.roleNames(granted), "Scope", may)
	if off {
		text += p.T("audit.account.off")
	}
	return text
}

// codesText lists codes, or says that they are all.
func (p *page) codesText(codes []string) string {
	if slices.Contains(codes, directory.Any) {
		return p.T("audit.every")
	}
	return strings.Join(codes, p.T("list.and"))
}

// auditWho is an account's id, or in words that it was nobody's or a command's.
func (p *page) auditWho(who string) label {
	switch who {
	case "-":
		return label{Text: p.T("audit.nobody")}
	case "console":
		return label{Text: p.T("audit.console")}
	}
	return label{Text: who, Name: true}
}

// verifyAudit checks the whole record; that it was checked is on record itself.
func (d *Dashboard) verifyAudit(w http.ResponseWriter, r *http.Request) error {
	if d.options.Auditor == nil {
		return errNotFound
	}
	p := d.newPage(r)
	if d.options.Recorder != nil {
		if err := d.options.Recorder.Record(r.Context(), p.person, "audit.verify", ""); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), verifyTimeout)
	defer cancel()
	found, err := d.options.Auditor.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	report := &auditReport{Sound: len(found.Faults) == 0}
	if report.Sound {
		report.Text = p.T("audit.sound", "Count", p.Int(uint64(max(0, found.Entries))), "Parts", p.Int(uint64(max(0, found.Writers))))
	} else {
		report.Text = p.T("audit.unsound", "Count", p.Int(uint64(len(found.Faults)+max(0, found.More))))
	}
	for i, f := range found.Faults {
		if i == faultsShown {
			report.More = p.T("audit.more", "Count", p.Int(uint64(len(found.Faults)-faultsShown+max(0, found.More))))
			break
		}
		what := f.What
		switch f.What {
		case access.FaultChanged, access.FaultMissing, access.FaultReordered, access.FaultTwice:
			what = p.T("audit.fault." + f.What)
		}
		report.Faults = append(report.Faults, p.T("audit.place", "Writer", f.Writer, "Number", p.Int(f.Sequence), "What", what))
	}
	return d.drawAudit(w, r, report)
}
