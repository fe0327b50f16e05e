package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"haochaping/calendar"
	"haochaping/evaluation"
)

// RankingWriter writes a ranking as a workbook.
type RankingWriter func(ctx context.Context, w io.Writer, file RankingFile) error

// RankingFile is a ranking together with what a file says about it.
type RankingFile struct {
	Ranking    evaluation.Ranking
	Language   string                // zh or en
	Title      string                // which units are compared, in that language
	Period     calendar.Range        // the days that count
	Generation evaluation.Generation // what the figures were read from
	Demo       bool
}

// rankingTable is the whole ranking as a table, for the CSV.
func (p *page) rankingTable(c contest, r evaluation.Ranking) *table {
	t := &table{Columns: []column{
		{Title: p.T("ranking.rank")}, {Title: p.T("facet.code")}, {Title: p.T("ranking.unit")}, {Title: p.T("ranking.score")}, {Title: p.T("ranking.tier")},
	}}
	if c.By == byDepartment {
		t.Columns = append(t.Columns, column{Title: p.T("column.region")})
	}
	for _, part := range r.Scheme.Parts {
		ind, _ := evaluation.IndicatorByID(part.Indicator)
		t.Columns = append(t.Columns, column{Title: ind.Name(p.lang)}, column{Title: ind.Name(p.lang) + " n"})
	}
	t.Columns = append(t.Columns, column{Title: p.T("ranking.reason")})
	for _, list := range [][]evaluation.Placed{r.Ranked, r.Unranked} {
		for i := range list {
			row := p.rankRow(c, r.Scheme, &list[i])
			rank := ""
			if row.Reason == "" {
				rank = strconv.Itoa(row.Rank)
			}
			cells := []cell{text(rank), text(list[i].Code), {label: row.Name}, text(row.Score), text(row.Tier)}
			if c.By == byDepartment {
				cells = append(cells, cell{label: row.Place})
			}
			for _, v := range row.Values {
				cells = append(cells, text(v.Text), text(v.N))
			}
			t.Rows = append(t.Rows, append(cells, text(row.Reason)))
		}
	}
	return t
}

// file prepares a ranking for a file: it is read whole before anything is sent.
func (d *Dashboard) file(r *http.Request) (*page, contest, evaluation.Ranking, error) {
	p := d.newPage(r)
	if err := p.prepare(); err != nil {
		return nil, contest{}, evaluation.Ranking{}, err
	}
	c := p.readContest()
	ctx, cancel := context.WithTimeout(r.Context(), d.options.CardTimeout)
	defer cancel()
	ranking, err := p.rank(ctx, c)
	return p, c, ranking, err
}

func (p *page) rankingName(c contest, extension string) string {
	what := fmt.Sprintf("level-%d", c.Level)
	if c.By == byDepartment {
		what = byDepartment
	}
	return fmt.Sprintf("%s-ranking-%s-%s_%s.%s", p.fileStem(), what, p.period.From, p.period.To, extension)
}

func (d *Dashboard) rankingCSV(w http.ResponseWriter, r *http.Request) error {
	p, c, ranking, err := d.file(r)
	if err != nil {
		return err
	}
	return writeCSV(w, p.rankingName(c, "csv"), p.fileNotice(), p.rankingTable(c, ranking))
}

func (d *Dashboard) rankingXLSX(w http.ResponseWriter, r *http.Request) error {
	if d.options.WriteRanking == nil {
		return errNotFound
	}
	p, c, ranking, err := d.file(r)
	if err != nil {
		return err
	}
	file := RankingFile{
		Ranking: ranking, Language: p.lang, Title: p.contestTitle(c), Period: p.period.Range, Demo: d.options.Demo,
		Generation: p.Generation,
	}
	var buf bytes.Buffer
	if err := d.options.WriteRanking(r.Context(), &buf, file); err != nil {
		return fmt.Errorf("write the ranking as a workbook: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", `attachment; filename="`+p.rankingName(c, "xlsx")+`"`)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	_, _ = w.Write(buf.Bytes()) // a reader who has gone away is no failure
	return nil
}
