package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"haochaping/evaluation/scoring"
	"haochaping/export"
)

// rankingWriter writes a ranking as a file.
type rankingWriter func(w io.Writer, r *scoring.Result, m export.Meta, lang string) error

func (d *Dashboard) rankingCSV(w http.ResponseWriter, r *http.Request) error {
	return d.rankingFile(w, r, "csv", "text/csv; charset=utf-8", export.RankingCSV)
}

func (d *Dashboard) rankingXLSX(w http.ResponseWriter, r *http.Request) error {
	return d.rankingFile(w, r, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		func(w io.Writer, r *scoring.Result, m export.Meta, lang string) error {
			return export.EvaluationXLSX(w, &export.Evaluation{Result: r, Meta: m}, lang)
		})
}

// rankingFile sends the whole ranking as a file: it is written whole before anything is sent.
func (d *Dashboard) rankingFile(w http.ResponseWriter, r *http.Request, extension, media string, write rankingWriter) error {
	p := d.newPage(r)
	if err := p.prepare(); err != nil {
		return err
	}
	c, rule := p.readContest(), p.readRule()
	ctx, cancel := context.WithTimeout(r.Context(), judgeTimeout)
	defer cancel()
	result, err := p.judge(ctx, c, rule)
	if err != nil {
		return err
	}
	meta := export.Meta{
		Title: p.contestTitle(c), Period: p.period.Range, Generation: p.Generation, Zone: p.zone, Demo: d.options.Demo,
	}
	if c.By == byDepartment {
		meta.Places = make(map[string]string)
		for _, dep := range p.dir.DepartmentsOfLine(c.Line) {
			meta.Places[dep.Code] = p.regionName(dep.Region).Text
		}
	}
	var buf bytes.Buffer
	if err := write(&buf, result, meta, p.lang); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+p.rankingName(c, rule, extension)+`"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	_, _ = w.Write(buf.Bytes()) // a reader who has gone away is no failure
	return nil
}

func (p *page) rankingName(c contest, rule scoring.AnswerRule, extension string) string {
	what := fmt.Sprintf("level-%d", c.Level)
	if c.By == byDepartment {
		what = byDepartment
	}
	if rule != scoring.RuleActive {
		what += "-what-if-" + string(rule)
	}
	return fmt.Sprintf("%s-ranking-%s-%s_%s.%s", p.fileStem(), what, p.period.From, p.period.To, extension)
}
