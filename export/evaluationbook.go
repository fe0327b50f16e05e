package export

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// EvaluationXLSX writes an evaluation as a workbook: the units with figures as numbers that read as the pages show
// them, and the definitions that they rest on.
func EvaluationXLSX(w io.Writer, e *Evaluation, lang string) (err error) {
	b := book{file: excelize.NewFile(), styles: make(map[string]int)}
	defer func() {
		if err = errors.Join(err, b.file.Close()); err != nil {
			err = fmt.Errorf("write evaluation as xlsx: %w", err)
		}
	}()
	if err := b.file.SetDocProps(&excelize.DocProperties{Title: printable(e.Scheme.Name.In(lang)), Creator: "haochaping", Language: lang}); err != nil {
		return err
	}
	result, definitions := e.resultSheet(lang), e.schemeSheet(lang)
	mark := ""
	if e.Demo {
		mark = say(lang, "（演示数据）", " (demo data)")
	}
	if RuleText(e.Rule, lang) != "" {
		mark += say(lang, "（假设）", " (what if)")
	}
	result.name += mark
	definitions.name += mark
	if err := b.file.SetSheetName(b.file.GetSheetName(0), result.name); err != nil {
		return err
	}
	if _, err := b.file.NewSheet(definitions.name); err != nil {
		return err
	}
	for _, s := range []sheet{result, definitions} {
		if err := b.write(&s); err != nil {
			return fmt.Errorf("sheet %s: %w", s.name, err)
		}
	}
	return b.file.Write(w)
}

// resultSheet is the units, first those with a rank.
func (e *Evaluation) resultSheet(lang string) sheet {
	s := sheet{name: say(lang, "评价结果", "Results"), top: e.about(lang)}
	for _, sentence := range e.comparison(lang) {
		s.top = append(s.top, []cell{foreign(sentence)})
	}
	s.top = append(s.top, nil)
	add := func(zh, en string, width float64) {
		s.head, s.widths = append(s.head, words(say(lang, zh, en))), append(s.widths, width)
	}
	if e.ranked() {
		add("得分名次", "Rank", 10)
		add("名次范围", "Rank interval", 14)
		add("并列组", "Tied group", 10)
	}
	add("代码", "Code", 20)
	add("名称", "Name", 28)
	s.frozen = len(s.head)
	if e.Places != nil {
		add("所属地区", "Region", 20)
	}
	add("得分", "Score", 10)
	add("得分下限", "Score, low", 10)
	add("得分上限", "Score, high", 10)
	if len(e.Scheme.Tiers) > 0 {
		add("等级", "Tier", 12)
	}
	eachNode(&e.Scheme.Root, func(n *scheme.Node) {
		name := printable(n.Name.In(lang))
		if n.Leaf() {
			value := name
			if n.Unit == evaluation.Seconds {
				value += say(lang, "（天）", " (days)")
			}
			add(value, value, 14)
			add(name+"：样本量", name+": n", 12)
			add(name+"：计分值及区间", name+": scored, with interval", 24)
		}
		add(name+"：得分", name+": points", 12)
	})
	add("说明", "Note", 56)
	placed := e.placed()
	for _, list := range [][]scoring.Placed{placed, e.Listed} {
		for i := range list {
			s.rows = append(s.rows, e.sheetRow(&list[i], lang))
		}
	}
	return s
}

func (e *Evaluation) sheetRow(p *scoring.Placed, lang string) (row []cell) {
	ranked := p.Reason.Code == ""
	score := func(x float64) cell {
		if !ranked {
			return cell{}
		}
		return cell{text: e.score(x), number: x, format: e.scoreFormat()}
	}
	if e.ranked() {
		if ranked {
			rank := p.Rank
			if e.Scheme.Publication == scheme.PublishGroups {
				rank = p.Tied
			}
			row = append(row, count(uint64(max(rank, 0))), words(RankRange(p, lang)), count(uint64(max(p.Tied, 0))))
		} else {
			row = append(row, words(say(lang, "不排名", "not ranked")), cell{}, cell{})
		}
	}
	row = append(row, foreign(p.Code), foreign(UnitName(&p.Unit, lang)))
	if e.Places != nil {
		row = append(row, foreign(e.Places[p.Code]))
	}
	row = append(row, score(p.Score), score(p.ScoreLow), score(p.ScoreHigh))
	if len(e.Scheme.Tiers) > 0 {
		tier := cell{}
		if ranked {
			tier = foreign(e.tierName(p, lang))
		}
		row = append(row, tier)
	}
	eachNode(&e.Scheme.Root, func(n *scheme.Node) {
		s := nodeOf(p, n.ID)
		if n.Leaf() {
			sample := cell{}
			if s.Estimate.Known && s.Estimate.N > 0 {
				sample = count(s.Estimate.N)
			}
			row = append(row, leafCell(n, s, lang), sample, words(leafText(n, s, lang)))
		}
		points := cell{}
		if s.Known {
			points = cell{text: e.score(s.Points), number: s.Points, format: e.scoreFormat()}
		}
		row = append(row, points)
	})
	return append(row, foreign(e.reason(p.Reason, lang)))
}

// schemeSheet says how the result was made.
func (e *Evaluation) schemeSheet(lang string) sheet {
	s := sheet{
		name: say(lang, "指标说明", "Definitions"), top: append(e.about(lang), nil), widths: []float64{28, 20, 10, 14, 36, 12, 26, 90},
		head: []cell{
			words(say(lang, "指标", "Indicator")), words(say(lang, "代码", "Id")), words(say(lang, "权重", "Weight")), words(say(lang, "方向", "Better")),
			words(say(lang, "计分方式", "Points")), words(say(lang, "最低样本量", "Min. sample")), words(say(lang, "没有数值时", "Without a value")),
			words(say(lang, "口径", "Definition")),
		},
	}
	eachNode(&e.Scheme.Root, func(n *scheme.Node) { s.rows = append(s.rows, e.nodeDefinition(n, lang)) })
	if len(e.Scheme.Tiers) > 0 {
		s.rows = append(s.rows, nil, []cell{words(say(lang, "等级", "Tier")), words(say(lang, "代码", "Id")), words(say(lang, "得分自", "Score from"))})
		for _, t := range e.Scheme.Tiers {
			s.rows = append(s.rows, []cell{foreign(t.Name.In(lang)), foreign(t.ID), {text: plainNumber(t.From), number: t.From, format: "General"}})
		}
	}
	return s
}

func (e *Evaluation) nodeDefinition(n *scheme.Node, lang string) []cell {
	row := []cell{
		foreign(n.Name.In(lang)), foreign(n.ID),
		{text: plainNumber(n.Weight), number: n.Weight, format: "General"},
		{},
		{},
		{},
		words(MissingText(n.Missing, lang)), foreign(n.Wording.In(lang)),
	}
	if n.Leaf() {
		row[3] = words(directionText(n, lang))
		row[4] = words(PointsText(n, e.Scheme, lang))
		row[5] = count(n.MinimumN)
	}
	return row
}

func directionText(n *scheme.Node, lang string) string {
	if n.Direction == evaluation.LowerIsBetter {
		return say(lang, "越低越好", "lower")
	}
	return say(lang, "越高越好", "higher")
}

// MissingText is what a scheme does where a value is missing.
func MissingText(rule scheme.MissingRule, lang string) string {
	switch rule {
	case scheme.MissingShown:
		return say(lang, "列为缺失，不排名", "shown as missing, not ranked")
	case scheme.MissingRenormalise:
		return say(lang, "权重分给其余指标", "the others share its weight")
	case scheme.MissingFixed:
		return say(lang, "权重不变，计 0 分", "counts as 0 points")
	case scheme.MissingLeaveOut:
		return say(lang, "不列入", "left out")
	default:
		return ""
	}
}
