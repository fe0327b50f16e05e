package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"haochaping/access"
	"haochaping/calendar"
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
	Apply            string // where the filter is sent
	Verify           string
	Table            *table
	CSV              string
	Cut              string // that there are more entries
	Report           *auditReport
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
		entries, a.Cut = entries[:auditShown], p.T("audit.cut", "Count", p.Int(auditShown))
	}
	a.Table = p.auditTable(entries)
	if file {
		return writeCSV(w, p.fileStem()+"-audit.csv", p.fileNotice(), a.Table)
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

func (p *page) auditTable(entries []access.Entry) *table {
	t := &table{Columns: []column{
		{Title: p.T("audit.at")}, {Title: p.T("audit.who")}, {Title: p.T("audit.action")}, {Title: p.T("audit.object")}, {Title: p.T("audit.address")}, {Title: p.T("audit.hash")},
	}}
	raw := func(s string) cell { return cell{label: label{Text: s, Name: true}} }
	for i := range entries {
		e := &entries[i]
		t.Rows = append(t.Rows, []cell{
			text(e.At.In(p.zone).Format("2006-01-02 15:04:05.000")), raw(p.auditWho(e.Who)), raw(e.Action), raw(e.Object), raw(e.Address), raw(e.Hash),
		})
	}
	return t
}

// auditWho is an account's id, or in words that it was nobody's or a command's.
func (p *page) auditWho(who string) string {
	switch who {
	case "-":
		return p.T("audit.nobody")
	case "console":
		return p.T("audit.console")
	}
	return who
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
