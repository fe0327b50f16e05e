package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"haochaping/calendar"
	"haochaping/evaluation"
	"haochaping/evaluation/movement"
	"haochaping/evaluation/scheme"
)

// Moves writes why units moved, for people (table) or machines (csv, json). decimals are those of the scores.
func Moves(w io.Writer, format, lang string, moves []movement.Move, decimals int) error {
	if format == "json" {
		return writeJSON(w, "moves", moves)
	}
	header := []string{
		say(lang, "代码", "code"), say(lang, "单位", "unit"), say(lang, "前期得分", "score before"), say(lang, "本期得分", "score after"),
	}
	for _, name := range movement.PartNames(lang) {
		header = append(header, say(lang, "得分·", "score: ")+name)
	}
	header = append(header, say(lang, "前期名次", "rank before"), say(lang, "本期名次", "rank after"))
	for _, name := range movement.PartNames(lang) {
		header = append(header, say(lang, "名次·", "rank: ")+name)
	}
	header = append(header, say(lang, "说明", "in words"))
	lines := make([][]string, len(moves))
	for i := range moves {
		lines[i] = moveLine(&moves[i], lang, decimals)
	}
	return writeListing(w, "moves", format, header, lines)
}

func moveLine(m *movement.Move, lang string, decimals int) []string {
	name := m.NameZH
	if lang == "en" && m.NameEN != "" {
		name = m.NameEN
	}
	score := func(x float64) string { return evaluation.FormatNumber(x, decimals) }
	standing := func(s movement.Standing) (string, string) {
		if s.Rank == 0 {
			return "", ""
		}
		return score(s.Score), strconv.Itoa(s.Rank)
	}
	s0, r0 := standing(m.Before)
	s1, r1 := standing(m.After)
	line := []string{printable(m.Code), printable(name), s0, s1}
	for _, part := range m.Score.List() {
		line = append(line, partText(m, score(part)))
	}
	line = append(line, r0, r1)
	for _, part := range m.Rank.List() {
		line = append(line, partText(m, strconv.Itoa(int(part))))
	}
	return append(line, printable(m.Text(lang, decimals)))
}

func partText(m *movement.Move, text string) string {
	if m.Incomparable {
		return ""
	}
	return text
}

// Rehearsal is who would move in one period.
type Rehearsal struct {
	Period        calendar.Range
	Before, After *scheme.Scheme
	Shifts        []movement.Shift
	Ranked        int // how many units the rehearsed scheme ranks
}

// Rehearsals writes who would move under another scheme.
func Rehearsals(w io.Writer, format, lang string, list []Rehearsal) error {
	if format == "json" {
		type period struct {
			Period       string           `json:"period"`
			SchemeBefore string           `json:"scheme_before"`
			SchemeAfter  string           `json:"scheme_after"`
			Ranked       int              `json:"ranked"`
			Shifts       []movement.Shift `json:"shifts"`
		}
		out := make([]period, len(list))
		for i, r := range list {
			out[i] = period{
				Period: r.Period.String(), SchemeBefore: r.Before.ID + "@" + r.Before.Version,
				SchemeAfter: r.After.ID + "@" + r.After.Version, Ranked: r.Ranked, Shifts: r.Shifts,
			}
		}
		return writeJSON(w, "rehearsals", out)
	}
	header := []string{
		say(lang, "时期", "period"), say(lang, "代码", "code"), say(lang, "单位", "unit"), say(lang, "现行名次", "rank now"),
		say(lang, "新名次", "rank then"), say(lang, "现行等级", "tier now"), say(lang, "新等级", "tier then"), say(lang, "说明", "note"),
	}
	var lines [][]string
	for _, r := range list {
		for i := range r.Shifts {
			lines = append(lines, shiftLine(&r, &r.Shifts[i], lang))
		}
		lines = append(lines, []string{
			r.Period.String(), "", fmt.Sprintf(say(lang, "共 %d 个单位排名，%d 个有变动", "%d units ranked, %d would move"), r.Ranked, len(r.Shifts)),
			"", "", "", "", "",
		})
	}
	return writeListing(w, "rehearsals", format, header, lines)
}

func shiftLine(r *Rehearsal, s *movement.Shift, lang string) []string {
	name := s.NameZH
	if lang == "en" && s.NameEN != "" {
		name = s.NameEN
	}
	rank := func(n int) string {
		if n == 0 {
			return say(lang, "不排名", "not ranked")
		}
		return strconv.Itoa(n)
	}
	note := ""
	if s.WithinInterval {
		note = say(lang, "在现行名次范围内", "within today's rank interval")
	}
	return []string{
		r.Period.String(), printable(s.Code), printable(name), rank(s.Before.Rank), rank(s.After.Rank),
		tierName(r.Before, s.TierBefore, lang), tierName(r.After, s.TierAfter, lang), note,
	}
}

func tierName(s *scheme.Scheme, id, lang string) string {
	for i := range s.Tiers {
		if s.Tiers[i].ID == id {
			return printable(s.Tiers[i].Name.In(lang))
		}
	}
	return ""
}

func writeJSON(w io.Writer, what string, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write %s as json: %w", what, err)
	}
	return nil
}

// writeListing writes lines as csv, or as a table.
func writeListing(w io.Writer, what, format string, header []string, lines [][]string) error {
	var err error
	if format == "csv" {
		err = listingCSV(w, header, lines)
	} else {
		err = listingTable(w, header, lines)
	}
	if err != nil {
		return fmt.Errorf("write %s as %s: %w", what, format, err)
	}
	return nil
}
