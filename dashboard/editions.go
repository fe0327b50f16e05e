package dashboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"haochaping/access"
	"haochaping/edition"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// Editions is where the register of editions and their documents are read from. What it returns is shared: callers
// modify nothing.
type Editions interface {
	// Ledgers are the ledgers of all editions, and what their revisions are about: one head a revision.
	Ledgers(ctx context.Context) ([]*edition.Ledger, []edition.Head, error)
	// SchemeNames are the names of schemes by their ids; one may be missing.
	SchemeNames(ctx context.Context) (map[string]scheme.Text, error)
	// File is the file of a document by the hash of the document: with its seal once it is published.
	File(ctx context.Context, number, hash string) ([]byte, error)
}

// What the pages keep of editions. A document of 3,300 units and 20 indicators has 41 MB.
const (
	keptEditions = 4
	readEdition  = time.Minute // what reading one may take; a page does not wait so long
)

// register is all editions, at one moment.
type register struct {
	ledgers map[string]*edition.Ledger
	heads   map[edition.Ref]edition.Head
	schemes map[string]scheme.Text // by id
	asked   time.Time
}

// editionCache keeps the register for a moment and the last few documents, which never change. It is guarded by the
// lock of the cache of facts, whose flights read it.
type editionCache struct {
	register  *register
	documents recent[string, *frozen] // by hash
}

// frozen is a document that has been read, and what it says as an evaluation does.
type frozen struct {
	edition *edition.Edition
	result  *scoring.Result
	units   scheme.Units // who is judged
}

// registerAge is how old a register may be that is given while a newer one is read.
const registerAge = 5 * time.Second

// readRegister is the register as it was some seconds ago. Who changes an edition reads it anew, see registerNow.
func (d *Dashboard) readRegister(ctx context.Context) (*register, error) {
	c := d.facts
	if d.options.Editions == nil {
		return &register{}, nil
	}
	c.mu.Lock()
	kept := c.editions.register
	c.mu.Unlock()
	read := func(ctx context.Context) (any, error) { return d.registerNow(ctx) }
	if kept != nil && c.now().Sub(kept.asked) < registerAge {
		if c.now().Sub(kept.asked) >= c.believed {
			c.meanwhile("editions", c.timeout, read)
		}
		return kept, nil
	}
	v, err := c.fly(ctx, "editions", read)
	if err != nil {
		return nil, err
	}
	r, _ := v.(*register)
	return r, nil
}

// registerNow reads the register anew: for who has just changed it.
func (d *Dashboard) registerNow(ctx context.Context) (*register, error) {
	c := d.facts
	asked := c.now()
	ledgers, heads, err := d.options.Editions.Ledgers(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the register of editions: %w", err)
	}
	names, err := d.options.Editions.SchemeNames(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the names of schemes: %w", err)
	}
	r := &register{
		ledgers: make(map[string]*edition.Ledger, len(ledgers)), heads: make(map[edition.Ref]edition.Head, len(heads)), schemes: names,
		asked: asked,
	}
	for _, l := range ledgers {
		r.ledgers[l.Number] = l
	}
	for _, h := range heads {
		r.heads[h.Ref] = h
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if kept := c.editions.register; kept == nil || !kept.asked.After(asked) {
		c.editions.register = r
	}
	return r, nil
}

// readDocument reads a document once for all who ask.
func (d *Dashboard) readDocument(ctx context.Context, number, hash string) (*frozen, error) {
	c := d.facts
	c.mu.Lock()
	kept, ok := c.editions.documents.get(hash)
	c.mu.Unlock()
	if ok {
		return kept, nil
	}
	v, err := c.flyFor(ctx, "edition "+hash, readEdition, func(ctx context.Context) (any, error) {
		file, err := d.options.Editions.File(ctx, number, hash)
		if err != nil {
			return nil, err
		}
		e, err := edition.Decode(edition.Document(file))
		if err != nil {
			return nil, err
		}
		f, err := thaw(e)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.editions.documents.put(hash, f)
		return f, nil
	})
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("read edition %s: %w", number, errStillJudging)
	case err != nil:
		return nil, fmt.Errorf("read edition %s: %w", number, err)
	}
	f, _ := v.(*frozen)
	return f, nil
}

// released reports whether everybody who reads rankings may read a revision; drafts are for those who evaluate.
func released(r *edition.Revision) bool {
	return r.State == edition.Published || r.State == edition.Superseded
}

func mayRead(person *access.Person, r *edition.Revision) bool {
	return released(r) || person.May(access.Evaluate)
}

// revision finds what an address asks for: a revision by its number, with 0 the one in force, and before the first
// publication the newest draft. What the reader may not read is not there.
func (p *page) revision(r *register, ref edition.Ref) (*edition.Revision, bool) {
	l := r.ledgers[ref.Number]
	if l == nil || len(l.Revisions) == 0 {
		return nil, false
	}
	found := l.Published()
	if ref.Revision != 0 {
		var err error
		if found, err = l.At(ref.Revision); err != nil {
			return nil, false
		}
	}
	if found == nil {
		found = l.Last()
	}
	return found, mayRead(&p.person, found)
}

// revisions are all that the reader may read, the newest period first, and of one number the newest revision first.
func (p *page) revisions(r *register) []*edition.Revision {
	var list []*edition.Revision
	for _, l := range r.ledgers {
		for i := range l.Revisions {
			if rev := &l.Revisions[i]; mayRead(&p.person, rev) {
				list = append(list, rev)
			}
		}
	}
	slices.SortFunc(list, func(a, b *edition.Revision) int {
		x, y := r.heads[a.Ref], r.heads[b.Ref]
		return cmp.Or(cmp.Compare(y.Period.To, x.Period.To), cmp.Compare(y.Period.From, x.Period.From),
			cmp.Compare(a.Number, b.Number), cmp.Compare(b.Revision, a.Revision))
	})
	return list
}

// thaw reads a document as an evaluation: what it says in the types that pages and files are written from. What it
// does not publish stays out.
func thaw(e *edition.Edition) (*frozen, error) {
	s, err := scheme.Load([]byte(e.Scheme.Text))
	if err != nil {
		return nil, fmt.Errorf("the scheme of edition %s: %w", e.Ref(), err)
	}
	tiers := make(map[string]int, len(s.Tiers))
	for i, t := range s.Tiers {
		tiers[t.ID] = i
	}
	r := &scoring.Result{
		Scheme: s, Rule: scoring.RuleActive, Draws: e.Calculation.Draws, MonteCarlo: number(e.Calculation.MonteCarlo),
	}
	for i := range e.Units {
		u := placedOf(e, &e.Units[i], tiers)
		if e.Units[i].Ranked() {
			r.Ranked = append(r.Ranked, u)
		} else {
			r.Listed = append(r.Listed, u)
		}
	}
	return &frozen{edition: e, result: r, units: s.Units}, nil
}

// placedOf is a unit as it was judged.
func placedOf(e *edition.Edition, u *edition.Unit, tiers map[string]int) scoring.Placed {
	placed := scoring.Placed{
		Unit: scoring.Unit{Code: u.Code, NameZH: u.Name.ZH, NameEN: u.Name.EN, Group: u.Group, Order: u.Order},
		Rank: u.Rank, RankLow: u.RankLow, RankHigh: u.RankHigh, Score: number(u.Score), ScoreLow: number(u.ScoreLow), ScoreHigh: number(u.ScoreHigh),
		Tier: -1, Tied: u.Tied, Reason: reasonOf(u.Reason),
	}
	if i, ok := tiers[u.Tier]; ok {
		placed.Tier = i
	}
	about := make(map[string]*edition.Node, len(e.Scheme.Nodes))
	for i := range e.Scheme.Nodes {
		about[e.Scheme.Nodes[i].ID] = &e.Scheme.Nodes[i]
	}
	for i := range u.Nodes {
		f := &u.Nodes[i]
		n := scoring.NodeScore{
			ID: f.Node, Scored: number(f.Scored), Low: number(f.Low), High: number(f.High), Points: number(f.Points), Weight: number(f.Weight),
			Known: f.Known, Reason: reasonOf(f.Reason),
		}
		if a := about[f.Node]; a != nil {
			n.Depth, n.Leaf = a.Depth, a.Leaf
		}
		n.Estimate.N, n.Estimate.Hits = f.N, f.Hits
		n.Estimate.Number, n.Estimate.Known = f.Value.Float()
		placed.Nodes = append(placed.Nodes, n)
	}
	return placed
}

func reasonOf(r *edition.Reason) scoring.Reason {
	if r == nil {
		return scoring.Reason{}
	}
	return scoring.Reason{Code: scoring.ReasonCode(r.Code), Node: r.Node, N: r.N, Minimum: r.Minimum}
}

// number is a decimal of a document, 0 where there is none.
func number(d edition.Decimal) float64 {
	x, _ := d.Float()
	return x
}
