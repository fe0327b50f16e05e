package export

import (
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// EvaluationCSV writes an evaluation for machines: UTF-8 without byte order mark, lines ending in LF, a line for each
// unit, numbers unrounded and without grouping, nothing where there is no value. The score is rounded as the scheme
// says; score_unrounded is not. For each indicator there is its value as measured, its sample, the value that was
// scored, the 95 % interval of that, and the points; for each group of indicators its points. Every line says what it
// rests on, so that a single one can be looked up. A text that a spreadsheet could read as a formula begins with an
// apostrophe.
func EvaluationCSV(w io.Writer, e *Evaluation, lang string) error {
	out := csv.NewWriter(w)
	head := []string{
		"rank", "rank_low", "rank_high", "tied_group", "code", "name", "score", "score_low", "score_high", "score_unrounded", "tier",
	}
	eachNode(&e.Scheme.Root, func(n *scheme.Node) {
		if n.Leaf() {
			head = append(head, n.ID, n.ID+":n", n.ID+":scored", n.ID+":low", n.ID+":high")
		}
		head = append(head, n.ID+":points")
	})
	head = append(head, "reason", "reason_text", "scheme", "version", "period", "rule", "data_time", "imported_as_of", "draws", "monte_carlo", "data_hash")
	about := []string{
		guarded(e.Scheme.ID), guarded(e.Scheme.Version), e.Period.String(), string(e.Rule), e.instant(), e.importedDays(), strconv.Itoa(e.Draws), plainNumber(e.MonteCarlo), hex.EncodeToString(e.DataHash[:]),
	}
	lines := [][]string{head}
	placed := e.placed()
	for _, list := range [][]scoring.Placed{placed, e.Listed} {
		for i := range list {
			lines = append(lines, append(e.csvLine(&list[i], lang), about...))
		}
	}
	if err := out.WriteAll(lines); err != nil {
		return fmt.Errorf("write evaluation as csv: %w", err)
	}
	return nil
}

// eachNode runs through the nodes of a tree, parents before children, without the root.
func eachNode(root *scheme.Node, do func(*scheme.Node)) {
	for i := range root.Children {
		do(&root.Children[i])
		eachNode(&root.Children[i], do)
	}
}

func plainNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// instant is the time of data for machines; ” without any, or where all indicators are imported.
func (e *Evaluation) instant() string {
	if e.Generation.DataTime == 0 || !e.counted() {
		return ""
	}
	zone := e.Zone
	if zone == nil {
		zone = time.UTC
	}
	return time.Unix(e.Generation.DataTime, 0).In(zone).Format(time.RFC3339)
}

func (e *Evaluation) csvLine(p *scoring.Placed, lang string) []string {
	line := make([]string, 4, 32)
	ranked := p.Reason.Code == ""
	if ranked && e.ranked() {
		line = []string{e.rankText(p), strconv.Itoa(p.RankLow), strconv.Itoa(p.RankHigh), strconv.Itoa(p.Tied)}
	}
	line = append(line, guarded(printable(p.Code)), guarded(printable(UnitName(&p.Unit, lang))))
	if ranked {
		line = append(line, decimal(p.Score, e.Scheme.Decimals, true), decimal(p.ScoreLow, e.Scheme.Decimals, true),
			decimal(p.ScoreHigh, e.Scheme.Decimals, true), plainNumber(exact(p)), guarded(printable(e.tierName(p, lang))))
	} else {
		line = append(line, "", "", "", "", "")
	}
	eachNode(&e.Scheme.Root, func(n *scheme.Node) {
		s := nodeOf(p, n.ID)
		if n.Leaf() {
			sample := ""
			if s.Estimate.Known && s.Estimate.N > 0 {
				sample = strconv.FormatUint(s.Estimate.N, 10)
			}
			line = append(line, known(s.Estimate.Number, s.Estimate.Known), sample, known(s.Scored, s.Known), known(s.Low, s.Known), known(s.High, s.Known))
		}
		line = append(line, known(s.Points, s.Known))
	})
	return append(line, string(p.Reason.Code), guarded(printable(e.reason(p.Reason, lang))))
}

func known(x float64, ok bool) string {
	if !ok {
		return ""
	}
	return plainNumber(x)
}

// evaluationJSON is the form of an evaluation for programs.
type evaluationJSON struct {
	Scheme     string          `json:"scheme"`
	Version    string          `json:"version"`
	SchemeHash string          `json:"scheme_hash"`
	Name       scheme.Text     `json:"name"`
	From       string          `json:"from"`
	To         string          `json:"to"`
	Rule       string          `json:"rule"`
	WhatIf     bool            `json:"what_if"`                  // another rule than the one that may be published
	DataTime   *string         `json:"data_time"`                // null where all indicators are imported
	AsOf       string          `json:"imported_as_of,omitempty"` // of the imported values: a day, or the first..the last
	Generation uint64          `json:"generation"`
	Draws      int             `json:"draws"`
	MonteCarlo float64         `json:"monte_carlo_error"`
	DataHash   string          `json:"data_hash"`
	Priors     []priorJSON     `json:"priors"`
	Notes      []string        `json:"notes"`
	Ranked     []placedJSON    `json:"ranked"`
	Listed     []placedJSON    `json:"listed"`
	Compared   *comparisonJSON `json:"compared,omitempty"`
}

type priorJSON struct {
	Leaf  string  `json:"leaf"`
	Group string  `json:"group"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
	From  string  `json:"from"`
	Units int     `json:"units"`
}

type comparisonJSON struct {
	A    string   `json:"a"`
	B    string   `json:"b"`
	P    *float64 `json:"p"` // null where one of the two is not ranked
	Text []string `json:"text"`
}

type placedJSON struct {
	Rank      *int       `json:"rank"`
	RankLow   *int       `json:"rank_low"`
	RankHigh  *int       `json:"rank_high"`
	Tied      *int       `json:"tied_group"`
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	Group     string     `json:"peer_group,omitempty"`
	Score     *float64   `json:"score"`
	ScoreLow  *float64   `json:"score_low"`
	ScoreHigh *float64   `json:"score_high"`
	Unrounded *float64   `json:"score_unrounded"`
	Tier      string     `json:"tier,omitempty"`
	Nodes     []nodeJSON `json:"nodes"`
	Reason    string     `json:"reason,omitempty"`
	Text      string     `json:"reason_text,omitempty"`
}

type nodeJSON struct {
	ID     string   `json:"id"`
	Value  *float64 `json:"value,omitempty"` // as measured
	N      uint64   `json:"n,omitempty"`
	Scored *float64 `json:"scored,omitempty"`
	Low    *float64 `json:"low,omitempty"`
	High   *float64 `json:"high,omitempty"`
	Points *float64 `json:"points"`
	Weight float64  `json:"weight"`
	Reason string   `json:"reason,omitempty"`
}

// EvaluationJSON writes an evaluation for programs; null is where there is no value.
func EvaluationJSON(w io.Writer, e *Evaluation, lang string) error {
	doc := evaluationJSON{
		Scheme: e.Scheme.ID, Version: e.Scheme.Version, SchemeHash: hex.EncodeToString(e.Scheme.Hash[:]), Name: e.Scheme.Name,
		From: e.Period.From.String(), To: e.Period.To.String(), Rule: string(e.Rule), WhatIf: RuleText(e.Rule, lang) != "",
		Generation: e.Generation.Number, Draws: e.Draws, MonteCarlo: e.MonteCarlo, DataHash: hex.EncodeToString(e.DataHash[:]),
		Priors: []priorJSON{}, Notes: append([]string{}, e.Notes...), Ranked: []placedJSON{}, Listed: []placedJSON{},
	}
	doc.AsOf = e.importedDays()
	if at := e.instant(); at != "" {
		doc.DataTime = &at
	}
	for _, p := range e.Priors {
		doc.Priors = append(doc.Priors, priorJSON(p))
	}
	placed := e.placed()
	for i := range placed {
		doc.Ranked = append(doc.Ranked, e.placedJSON(&placed[i], lang))
	}
	for i := range e.Listed {
		doc.Listed = append(doc.Listed, e.placedJSON(&e.Listed[i], lang))
	}
	if c := e.Compared; c != nil {
		doc.Compared = &comparisonJSON{A: c.A, B: c.B, P: known64(c.P, c.Known), Text: e.comparison(lang)}
	}
	out := json.NewEncoder(w)
	out.SetIndent("", " ")
	if err := out.Encode(&doc); err != nil {
		return fmt.Errorf("write evaluation as json: %w", err)
	}
	return nil
}

func known64(x float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	return &x
}

func (e *Evaluation) placedJSON(p *scoring.Placed, lang string) placedJSON {
	ranked := p.Reason.Code == ""
	whole := func(n int) *int {
		if !ranked || !e.ranked() {
			return nil
		}
		return &n
	}
	rank := p.Rank
	if e.Scheme.Publication == scheme.PublishGroups {
		rank = p.Tied
	}
	out := placedJSON{
		Rank: whole(rank), RankLow: whole(p.RankLow), RankHigh: whole(p.RankHigh), Tied: whole(p.Tied),
		Code: p.Code, Name: UnitName(&p.Unit, lang), Group: p.Group,
		Score: known64(p.Score, ranked), ScoreLow: known64(p.ScoreLow, ranked), ScoreHigh: known64(p.ScoreHigh, ranked),
		Unrounded: known64(exact(p), ranked), Reason: string(p.Reason.Code), Text: e.reason(p.Reason, lang), Nodes: []nodeJSON{},
	}
	if ranked {
		out.Tier = e.tierName(p, lang)
	}
	for i := range p.Nodes {
		s := &p.Nodes[i]
		n := nodeJSON{ID: s.ID, Points: known64(s.Points, s.Known), Weight: s.Weight, Reason: string(s.Reason.Code)}
		if s.Leaf {
			n.Value, n.N = known64(s.Estimate.Number, s.Estimate.Known), s.Estimate.N
			n.Scored, n.Low, n.High = known64(s.Scored, s.Known), known64(s.Low, s.Known), known64(s.High, s.Known)
		}
		out.Nodes = append(out.Nodes, n)
	}
	return out
}
