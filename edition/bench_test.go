package edition

import (
	"fmt"
	"testing"

	"haochaping/evaluation"
	"haochaping/evaluation/scheme"
	"haochaping/evaluation/scoring"
)

// largeDrawing is 3,300 units × 20 indicators, two of them with histograms of 300 buckets.
func largeDrawing() Drawing {
	d := testDrawing()
	s := d.Result.Scheme
	s.Tiers, s.Root.Children = nil, nil
	for i := range 20 {
		s.Root.Children = append(s.Root.Children, scheme.Node{ID: fmt.Sprint("leaf", i), Weight: 1, Formula: "bad / valid", Unit: evaluation.Percent, Direction: evaluation.LowerIsBetter, Decimals: -1})
	}
	histogram := make(evaluation.Histogram)
	for b := range uint16(300) {
		histogram[b] = uint64(b) * 17
	}
	d.Result.Ranked, d.Result.Listed = nil, nil
	for i := range 3300 {
		p := scoring.Placed{
			Unit: scoring.Unit{Code: fmt.Sprintf("44%04d", i), NameZH: "某某市某某区", Order: i},
			Rank: i + 1, RankLow: max(1, i-20), RankHigh: i + 20, Score: 99 - float64(i)/100, ScoreLow: 1, ScoreHigh: 100, Tier: -1, Tied: 1 + i/10,
		}
		for j := range 20 {
			n := scoring.NodeScore{ID: fmt.Sprint("leaf", j), Depth: 1, Leaf: true, Known: true, Points: 98.7654321, Weight: 0.05, Scored: 0.123456789, Low: 0.1, High: 0.2}
			n.Estimate = evaluation.Estimate{
				Value:  evaluation.Value{Number: 0.123456789, Hits: 1234, N: 10_000, Known: true},
				Spread: evaluation.Spread{Kind: evaluation.Binomial, Hits: 1234, N: 10_000, Factor: 1},
			}
			if j < 2 {
				n.Estimate.Spread = evaluation.Spread{Kind: evaluation.Order, Q: 0.5, Histogram: histogram, Factor: 1}
			}
			p.Nodes = append(p.Nodes, n)
		}
		d.Result.Ranked = append(d.Result.Ranked, p)
	}
	return d
}

func BenchmarkLargeEdition(b *testing.B) {
	e, err := Draw(largeDrawing())
	if err != nil {
		b.Fatal(err)
	}
	document, err := Encode(e)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("draw", func(b *testing.B) {
		for b.Loop() {
			if _, err := Draw(largeDrawing()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			if _, err := Encode(e); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(document))/1e6, "MB")
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if _, err := Decode(document); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parts", func(b *testing.B) {
		for b.Loop() {
			if n := len(Parts(e, "hash", 0)); n != 3300 {
				b.Fatal(n)
			}
		}
	})
}
