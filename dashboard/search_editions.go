package dashboard

import (
	"context"
	"strings"

	"haochaping/access"
	"haochaping/edition"
)

// foundEditions is how many editions one search lists.
const foundEditions = 5

// editions finds editions by a part of their number, of their scheme's name, or of their period, for those who may read
// them: of each number the revision in force. It returns the newest, and how many there are.
func (p *page) editions(ctx context.Context, query string) (list []found, count int, err error) {
	if p.dashboard.options.Editions == nil || !p.person.May(access.ReadRankings) {
		return nil, 0, nil
	}
	r, err := p.dashboard.readRegister(ctx)
	if err != nil {
		return nil, 0, err
	}
	words := strings.Fields(strings.ToLower(query))
	seen := make(map[string]bool)
	for _, rev := range p.revisions(r) {
		if seen[rev.Number] {
			continue
		}
		seen[rev.Number] = true
		current, ok := p.revision(r, edition.Ref{Number: rev.Number})
		if !ok || !holdsAll(p.editionText(r, current), words) {
			continue
		}
		count++
		if len(list) < foundEditions {
			list = append(list, p.foundEdition(r, current))
		}
	}
	return list, count, nil
}

// editionText is what an edition is found by.
func (p *page) editionText(r *register, rev *edition.Revision) string {
	head := r.heads[rev.Ref]
	name := r.schemes[head.SchemeID]
	parts := []string{rev.Number, head.SchemeID, name.ZH, name.EN, head.Period.From.String(), head.Period.To.String()}
	for _, lang := range []string{Chinese, English} {
		l := locale{words: p.words, lang: lang, zone: p.zone}
		parts = append(parts, l.Range(head.Period))
	}
	return strings.ToLower(strings.Join(parts, "\n"))
}

func holdsAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return len(words) > 0
}

func (p *page) foundEdition(r *register, rev *edition.Revision) found {
	head := r.heads[rev.Ref]
	return found{
		Kind: label{Text: p.T("search.kind.edition")}, Name: p.schemeName(r, head.SchemeID), Code: rev.Number,
		Path: []label{{Text: p.Range(head.Period)}, {Text: rev.State.Words(p.lang)}}, Href: p.editionLink(rev.Ref),
	}
}
