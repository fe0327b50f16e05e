package scoring

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// The result of one evaluation with all kinds of leaves, bit by bit. It is the same on every processor: compiled with
// GOAMD64=v3, which fuses multiplications into additions, this test passes too. Whoever changes it on purpose changes
// intervals that were published.
func TestResultBitByBit(t *testing.T) {
	const want = "4b3824ca424831fcfdf19bd5bf60c2e2bad002a95e6a174e63c33f008ce9a25e"
	r := evaluate(t, load(t, "", mixed(true)), randomUnits(40, 5), Options{KeepDraws: true})
	h := sha256.New()
	fmt.Fprintf(h, "%x %x", r.DataHash, r.scores)
	for _, p := range r.Ranked {
		fmt.Fprintf(h, "%s %d %d %d %d %x %x %x", p.Code, p.Rank, p.RankLow, p.RankHigh, p.Tied, p.Score, p.ScoreLow, p.ScoreHigh)
		for _, n := range p.Nodes {
			fmt.Fprintf(h, "%s %x %x %x %x %x", n.ID, n.Scored, n.Low, n.High, n.Points, n.Weight)
		}
	}
	for _, p := range r.Priors {
		fmt.Fprintf(h, "%s %s %x %x", p.Leaf, p.Group, p.A, p.B)
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)); got != want {
		t.Errorf("the result has the hash %s, want %s", got, want)
	}
}
