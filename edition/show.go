package edition

import (
	"fmt"
	"strings"

	"haochaping/evaluation"
)

// Show says where a revision stands and what its document holds, for people: a head, the steps, the register of
// objections, and the units in the order of publication.
func Show(e *Edition, r *Revision, lang string) string {
	var b strings.Builder
	say := func(zh, en string, args ...any) { b.WriteString(sentence(lang, zh, en, args...) + "\n") }
	say("%s　%s　第 %d 稿", "%s  %s  draft %d", r.Ref, r.State.Words(lang), r.Draft())
	say("评估期：%s 至 %s", "Period: %s to %s", e.Period.From, e.Period.To)
	say("方案：%s，版本 %s", "Scheme: %s, version %s", Name{e.Scheme.ID, e.Scheme.Name}.In(lang), e.Scheme.Version)
	say("数据：第 %d 代，%s 条记录，最新 %s", "Data: generation %d, %s records, newest %s",
		e.Watermark.Generation, evaluation.FormatCount(e.Watermark.Records), orNone(e.Watermark.DataTime, lang))
	if r.Hash != "" {
		say("内容 SHA-256：%s", "SHA-256 of the document: %s", r.Hash)
		say("签名公钥指纹：%s", "Fingerprint of the key: %s", r.Fingerprint)
	} else {
		say("草稿 SHA-256：%s", "SHA-256 of the draft: %s", r.Drafts[r.Draft()-1])
	}
	if e.Previous != nil {
		say("修订原因：%s；%d 个单位的名次、得分或档次有变", "Reason of the revision: %s; %d units changed their rank, score or tier", e.Previous.Reason, len(e.Changes))
	}
	b.WriteByte('\n')
	for i := range r.Steps {
		s := &r.Steps[i]
		fmt.Fprintf(&b, "%s  %s  %s", moment(s.At), s.Action.Words(lang), s.By)
		if s.Action == Open {
			say("  %s 截止", "  until %s", s.Until)
			continue
		}
		if s.Note != "" {
			b.WriteString("  " + s.Note)
		}
		b.WriteByte('\n')
	}
	if len(r.Objections) > 0 {
		b.WriteString("\n" + Register(r.Objections, lang))
	}
	b.WriteByte('\n')
	for i := range e.Units {
		b.WriteString(e.line(&e.Units[i], lang) + "\n")
	}
	return b.String()
}

func orNone(text, lang string) string {
	if text == "" {
		return sentence(lang, "无", "none")
	}
	return text
}

// Words is an action in a language, for people.
func (a Action) Words(lang string) string {
	words := map[Action][2]string{
		Create: {"起草", "drawn up"}, Redraw: {"重新起草", "redrafted"}, Open: {"征求异议", "opened for objections"},
		Object: {"提出异议", "objection"}, Decide: {"异议处理", "objection decided"}, Answer: {"异议答复", "objection answered"},
		Narrate: {"文字说明", "narrative"}, Check: {"复核", "checked"}, Publish: {"发布", "published"}, Supersede: {"被新修订取代", "superseded"},
	}[a]
	if lang == evaluation.Languages[1] {
		return words[1]
	}
	return words[0]
}

// Register writes the register of objections, one entry after the other.
func Register(list []Objection, lang string) string {
	var b strings.Builder
	for i := range list {
		o := &list[i]
		late := ""
		if o.Late {
			late = sentence(lang, "（逾期）", " (late)")
		}
		fmt.Fprintf(&b, "#%d  %s  %s  %s%s: %s\n", o.ID, o.At, o.Unit, o.By, late, o.Text)
		switch o.Decision {
		case "":
			b.WriteString(sentence(lang, "    未办结", "    open") + "\n")
			continue
		case Upheld:
			b.WriteString(sentence(lang, "    成立", "    upheld"))
		default:
			b.WriteString(sentence(lang, "    不成立", "    rejected"))
		}
		fmt.Fprintf(&b, "  %s  %s: %s\n", o.DecidedAt, o.DecidedBy, o.Reason)
		switch {
		case o.Answer != "":
			b.WriteString(sentence(lang, "    处理结果：%s", "    answer: %s", o.Answer) + "\n")
		case o.Decision == Upheld:
			b.WriteString(sentence(lang, "    待重新起草，或说明不重新起草的理由", "    waits for another draft, or for a reason why there is none") + "\n")
		}
	}
	return b.String()
}

// line is one unit.
func (e *Edition) line(u *Unit, lang string) string {
	name := Name{u.Code, u.Name}.In(lang)
	if !u.Ranked() {
		return sentence(lang, "—　%s　%s", "–  %s  %s", name, ReasonText(u.Reason, lang))
	}
	places := e.Scheme.Decimals
	var place string
	switch {
	case u.Rank > 0:
		place = sentence(lang, "第 %d 名（%d–%d）", "%d (%d-%d)", u.Rank, u.RankLow, u.RankHigh)
	case u.Tied > 0:
		place = sentence(lang, "第 %d 组", "group %d", u.Tied)
	}
	parts := []string{place, name, fmt.Sprintf("%s (%s–%s)", score(u.Score, places, lang), score(u.ScoreLow, places, lang), score(u.ScoreHigh, places, lang))}
	if u.Tier != "" {
		parts = append(parts, tierName(e, u.Tier).Name.In(lang))
	}
	if place == "" {
		parts = parts[1:]
	}
	return strings.Join(parts, sentence(lang, "　", "  "))
}
