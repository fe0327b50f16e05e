package export

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/scoring"
)

// evidenceFormat names the layout of a pack.
const evidenceFormat = "haochaping evidence 1"

// EvidenceSource is where the records of one unit are read from, each kind in a fixed order, nothing kept.
type EvidenceSource interface {
	Ratings(ctx context.Context, each func(*evaluation.RatingEvidence) error) error
	Events(ctx context.Context, each func(*evaluation.EventEvidence) error) error
	Cases(ctx context.Context, each func(*evaluation.CaseEvidence) error) error
	Steps(ctx context.Context, each func(*evaluation.StepEvidence) error) error
	Refused(ctx context.Context, each func(*evaluation.RefusedEvidence) error) error
	Gaps(ctx context.Context, each func(*evaluation.DeviceGap) error) error
}

// Evidence is what a pack about one unit says besides its records.
type Evidence struct {
	Meta
	Query  evaluation.EvidenceQuery
	Name   scoring.Unit // its names; the code is that of the query
	Survey evaluation.EvidenceSurvey
	// Result is the evaluation whose figures are evidenced, as far as the reader sees it; of a unit that no scheme
	// judges beside others, of it Alone, and then only what was measured is told.
	Result    *scoring.Result
	Alone     bool
	Ranked    int // units that were ranked, seen or not
	Edition   *EvidenceEdition
	Directory string // version of the directory by which records were attributed
	Made      time.Time
}

// EvidenceEdition is the revision of an edition that the figures stand in.
type EvidenceEdition struct {
	Ref        string `json:"ref"`
	Draft      bool   `json:"draft,omitempty"` // not published
	Document   string `json:"document"`        // SHA-256 of the document
	DataHash   string `json:"data_hash"`       // of what was judged
	Generation uint64 `json:"generation"`
	DataTime   string `json:"data_time,omitempty"`
}

// Command is what makes the pack again.
func (e *Evidence) Command() string {
	unit := string(e.Query.Kind) + ":" + e.Query.Code
	if strings.ContainsFunc(unit, func(r rune) bool { return r <= ' ' || strings.ContainsRune("'\"$`\\;&|<>()*?#!", r) }) {
		unit = "'" + strings.ReplaceAll(unit, "'", `'\''`) + "'"
	}
	command := "haochaping evidence --unit " + unit + " --from " + e.Query.From.String() + " --to " + e.Query.To.String()
	if e.Result != nil && !e.Alone {
		command += " --scheme " + e.Result.Scheme.ID + "@" + e.Result.Scheme.Version
	}
	return command + " -o evidence.zip"
}

// EvidencePack writes a pack as a ZIP while its records are read. Nothing but a pack that is whole has a directory at
// its end: after an error what was written can't be opened. That the records add up to the figures is checked as they
// pass, and what came of it stands in manifest.json, whatever it is; it is returned too.
func EvidencePack(ctx context.Context, w io.Writer, e *Evidence, from EvidenceSource, lang string) (agrees bool, err error) {
	p := &pack{Evidence: e, zip: zip.NewWriter(w), lang: lang, days: make(map[[2]string][]bool)}
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	for _, part := range []struct {
		name  string
		write func(context.Context, EvidenceSource) error
	}{
		{"说明.txt", func(context.Context, EvidenceSource) error { return p.text(p.readme(evaluation.Languages[0])) }},
		{"README.txt", func(context.Context, EvidenceSource) error { return p.text(p.readme(evaluation.Languages[1])) }},
		{"formulas.txt", func(context.Context, EvidenceSource) error { return p.text(p.formulas()) }},
		{"neighbours.csv", p.neighbours},
		{"records-ratings.csv", p.ratings},
		{"records-events.csv", p.events},
		{"records-cases.csv", p.cases},
		{"records-steps.csv", p.steps},
		{"records-refused.csv", p.refused},
		{"intake-gaps.csv", p.gaps},
	} {
		if err := p.open(part.name); err == nil {
			err = part.write(ctx, from)
			if err == nil {
				err = p.close()
			}
			if err != nil {
				return false, fmt.Errorf("write %s of the evidence of %s: %w", part.name, e.Query.Code, err)
			}
		} else {
			return false, fmt.Errorf("write the evidence of %s: %w", e.Query.Code, err)
		}
	}
	agrees, err = p.manifest()
	if err == nil {
		err = p.zip.Close()
	}
	if err != nil {
		return false, fmt.Errorf("write the evidence of %s: %w", e.Query.Code, err)
	}
	return agrees, nil
}

// pack is a pack while it is written.
type pack struct {
	*Evidence
	zip  *zip.Writer
	lang string

	name string // of the open file
	out  *bufio.Writer
	csv  *csv.Writer
	hash hash.Hash
	size int64
	rows uint64 // of the open file
	all  uint64 // of the files of records

	files  []packFile
	summed evaluation.Facts
	days   map[[2]string][]bool // by kind and source: on which days of the period there is a record
}

// packFile is a file of the pack for the manifest.
type packFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	Rows   uint64 `json:"rows"` // without the heading; 0 of a text
}

// open begins a file.
func (p *pack) open(name string) error {
	w, err := p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: p.Made.In(p.Zone)})
	if err != nil {
		return err
	}
	p.name, p.hash, p.size, p.rows = name, sha256.New(), 0, 0
	p.out = bufio.NewWriterSize(io.MultiWriter(w, p.hash, (*counter)(&p.size)), 64<<10)
	p.csv = csv.NewWriter(p.out)
	p.csv.UseCRLF = true
	return nil
}

// counter counts what is written.
type counter int64

// Write never fails.
func (c *counter) Write(part []byte) (int, error) {
	*c += counter(len(part))
	return len(part), nil
}

// close ends the open file.
func (p *pack) close() error {
	p.csv.Flush()
	if err := p.csv.Error(); err != nil {
		return err
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	p.files = append(p.files, packFile{p.name, hex.EncodeToString(p.hash.Sum(nil)), p.size, p.rows})
	return nil
}

// text is the whole of a file for people, with the byte order mark that editors in use in China look for.
func (p *pack) text(text string) error {
	_, err := p.out.WriteString(byteOrderMark + strings.ReplaceAll(text, "\n", "\r\n"))
	return err
}

// head is the first line of a CSV; the names come in pairs, Chinese and English.
func (p *pack) head(names ...string) error {
	if _, err := p.out.WriteString(byteOrderMark); err != nil {
		return err
	}
	line := make([]string, 0, len(names)/2)
	for pair := range slices.Chunk(names, 2) {
		line = append(line, say(p.lang, pair[0], pair[1]))
	}
	return p.csv.Write(line)
}

// line is a row of a CSV. Every cell is made harmless: most of them were written by others.
func (p *pack) line(cells ...string) error {
	p.rows++
	for i, text := range cells {
		if !harmless(text) {
			cells[i] = guarded(printable(text))
		}
	}
	return p.csv.Write(cells)
}

// record is a row about a record; there may be no more than a pack holds, whatever came in since they were counted.
func (p *pack) record(cells ...string) error {
	if p.all++; p.all > evaluation.MaxEvidence {
		return fmt.Errorf("more than %d records: choose a shorter period", evaluation.MaxEvidence)
	}
	return p.line(cells...)
}

// harmless reports whether a text stays as it is: letters and digits of ASCII at its beginning, and nothing behind it
// that printable replaces. It only spares the longer look.
func harmless(text string) bool {
	for i := range len(text) {
		b := text[i]
		letter := b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
		if !letter && (i == 0 || b < ' ' || b > '~') {
			return false
		}
	}
	return true
}

// seen notes that there is a record of a source on a day.
func (p *pack) seen(kind, source string, day calendar.Day) {
	if !p.Query.Contains(day) {
		return
	}
	key := [2]string{kind, source}
	days := p.days[key]
	if days == nil {
		days = make([]bool, p.Query.Len())
		p.days[key] = days
	}
	days[day-p.Query.From] = true
}

// manifest is the last file: what the others are, and whether the records add up to the figures.
func (p *pack) manifest() (agrees bool, err error) {
	checks, agrees := evaluation.CheckEvidence(&p.summed, &p.Survey.Facts)
	type unit struct {
		Kind   evaluation.EvidenceKind `json:"kind"`
		Code   string                  `json:"code"`
		NameZH string                  `json:"name_zh"`
		NameEN string                  `json:"name_en"`
	}
	type check struct {
		Agrees    bool                       `json:"agrees"`
		Statement string                     `json:"statement"`
		DirtyDays int                        `json:"days_waiting_to_be_counted_anew"`
		Figures   []evaluation.EvidenceCheck `json:"figures"`
	}
	type count struct {
		Records string `json:"records"`
		Reason  string `json:"reason"`
		N       uint64 `json:"n"`
	}
	type ruled struct {
		ID      string `json:"id"`
		Version string `json:"version"`
		Rule    string `json:"rule"`
	}
	m := struct {
		Format     string           `json:"format"`
		Demo       bool             `json:"demo,omitempty"`
		Unit       unit             `json:"unit"`
		From       calendar.Day     `json:"from"`
		To         calendar.Day     `json:"to"`
		Made       string           `json:"made"`
		Command    string           `json:"command"`
		Generation uint64           `json:"generation"`
		DataTime   string           `json:"data_time,omitempty"`
		Directory  string           `json:"directory"`
		Scheme     *ruled           `json:"scheme,omitempty"`
		DataHash   string           `json:"data_hash,omitempty"`
		Edition    *EvidenceEdition `json:"edition,omitempty"`
		Check      check            `json:"check"`
		Counts     []count          `json:"counts"`
		Files      []packFile       `json:"files"`
	}{
		Format: evidenceFormat, Demo: p.Demo, Unit: unit{p.Query.Kind, p.Query.Code, p.Name.NameZH, p.Name.NameEN}, From: p.Query.From, To: p.Query.To,
		Made: p.moment(p.Made), Command: p.Command(), Generation: p.Survey.Generation.Number, Directory: p.Directory, Edition: p.Edition,
		Check: check{agrees, checkStatement(agrees, p.Survey.Dirty), p.Survey.Dirty, checks}, Counts: []count{}, Files: p.files,
	}
	if t := p.Survey.Generation.DataTime; t > 0 {
		m.DataTime = p.moment(time.Unix(t, 0))
	}
	if p.Result != nil {
		m.Scheme = &ruled{p.Result.Scheme.ID, p.Result.Scheme.Version, string(p.Result.Rule)}
		m.DataHash = p.dataHash()
	}
	for _, c := range p.Survey.Counts {
		reason := string(c.Reason)
		if c.Reason == evaluation.Counted {
			reason = "counted"
		}
		m.Counts = append(m.Counts, count{c.Records, reason, c.N})
	}
	body, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return agrees, err
	}
	if err := p.open("manifest.json"); err != nil {
		return agrees, err
	}
	if _, err := p.out.Write(append(body, '\n')); err != nil {
		return agrees, err
	}
	return agrees, p.out.Flush()
}

// checkStatement says plainly what came of the check.
func checkStatement(agrees bool, dirty int) string {
	switch {
	case agrees:
		return "各类记录相加与统计数一致。 The records add up to the figures."
	case dirty > 0:
		return "各类记录相加与统计数不一致：本期有 " + strconv.Itoa(dirty) + " 天待重新统计，统计完成后请重新取证。 " +
			"The records do NOT add up to the figures: " + strconv.Itoa(dirty) + " days of the period wait to be counted anew. Take the pack again afterwards."
	}
	return "各类记录相加与统计数不一致，请勿据此裁定；请先重新统计本期（haochaping aggregate）再取证。 " +
		"The records do NOT add up to the figures: decide nothing by this pack. Count the period anew (haochaping aggregate), then take it again."
}

func (p *pack) dataHash() string {
	if p.Edition != nil {
		return p.Edition.DataHash
	}
	if p.Result == nil || p.Alone {
		return ""
	}
	return hex.EncodeToString(p.Result.DataHash[:])
}

// moment is a time as the pack writes it, in the zone of the installation; ” for none.
func (p *pack) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(p.Zone).Format("2006-01-02 15:04:05 -07:00")
}
