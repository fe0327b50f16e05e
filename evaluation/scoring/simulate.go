package scoring

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"haochaping/evaluation/scheme"
	"haochaping/evaluation/statistics"
)

// simulation is the scores of every draw: rows[i] is that of the unit ranked[i], by draw.
type simulation struct {
	workers int
	draws   *statistics.Draws
	rows    [][]float32
}

// simulate draws every evaluation. It is nil where nothing varies.
//
// The share of the whole score that a leaf decides is the same in every draw, because what is known is: so a drawn
// score is a sum of drawn points, and no tree is walked. Scores are summed up in the order of the tree.
func (j *judgement) simulate(ctx context.Context, seed [32]byte) (*simulation, error) {
	if !j.varies() {
		return nil, nil
	}
	sim := &simulation{workers: j.options.Workers, draws: statistics.NewDraws(seed, j.options.Draws)}
	sim.rows = matrix(len(j.ranked), j.options.Draws)
	err := each(ctx, sim.workers, len(j.ranked), func() func(int) {
		w := newSampler(sim.draws)
		total := make([]float64, sim.draws.Len())
		return func(i int) {
			clear(total)
			j.unit(w, j.ranked[i], total)
			for d, v := range total {
				sim.rows[i][d] = float32(v)
			}
		}
	})
	for i := 0; err == nil && i < len(j.nodes); i++ {
		if n := &j.nodes[i]; n.leaf >= 0 && j.leaves[n.leaf].points.relative() {
			err = j.relative(ctx, sim, i)
		}
	}
	return sim, err
}

// varies reports whether any ranked unit's score would come out otherwise in another sample.
func (j *judgement) varies() bool {
	for _, u := range j.ranked {
		for i := range j.nodes {
			if n := &j.nodes[i]; n.leaf >= 0 && j.standings[u].share[i] > 0 && j.leaves[n.leaf].moves[u] {
				return true
			}
		}
	}
	return false
}

// unit adds up the drawn points of a unit's leaves, but for those that are relative to other units.
func (j *judgement) unit(w *sampler, u int, total []float64) {
	s := &j.standings[u]
	for i := range j.nodes {
		n := &j.nodes[i]
		if n.leaf < 0 || s.share[i] == 0 {
			continue
		}
		l := j.leaves[n.leaf]
		switch {
		case l.points.relative():
		case !l.moves[u]:
			part := float64(s.share[i] * l.worth[u])
			for d := range total {
				total[d] += part
			}
		default:
			values, share := w.sample(l, u, j.units[u].Code), s.share[i]
			l.points.apply(values)
			for d, v := range values {
				total[d] += float64(share * v)
			}
		}
	}
}

// relative adds the drawn points of a leaf that is scored relative to the other units: every draw compares its own
// values.
func (j *judgement) relative(ctx context.Context, sim *simulation, at int) error {
	l := j.leaves[j.nodes[at].leaf]
	var members []int // places in ranked
	weighs := false
	for i, u := range j.ranked {
		if l.known[u] {
			members = append(members, i)
			weighs = weighs || j.standings[u].share[at] > 0
		}
	}
	if !weighs {
		return nil
	}
	values := matrix(len(members), sim.draws.Len())
	err := each(ctx, sim.workers, len(members), func() func(int) {
		w := newSampler(sim.draws)
		return func(m int) {
			u := j.ranked[members[m]]
			for d, v := range w.sample(l, u, j.units[u].Code) {
				values[m][d] = float32(l.points.sign*v) + 0 // one zero, not two
			}
		}
	})
	if err != nil {
		return err
	}
	if err := l.points.compare(ctx, sim.workers, values); err != nil {
		return err
	}
	for m, i := range members {
		share := j.standings[j.ranked[i]].share[at]
		for d, v := range values[m] {
			sim.rows[i][d] += float32(share * float64(v))
		}
	}
	return nil
}

// compare replaces signed values, by unit and draw, by the points that each has among those of its draw.
func (n *normaliser) compare(ctx context.Context, workers int, values [][]float32) error {
	return eachBlock(ctx, workers, values, func() func(*block) {
		var order sorter
		return func(b *block) {
			for c := range b.columns() {
				column := b.column(c)
				if n.Kind == scheme.Percentile {
					n.percentiles(column, &order)
				} else {
					n.standardise(column)
				}
			}
			b.write(values)
		}
	})
}

// standardise replaces the values of one draw by the points of a min-max or standard score.
func (n *normaliser) standardise(column []float32) {
	low, high := column[0], column[0]
	var sum, squares float64
	for _, v := range column {
		low, high = min(low, v), max(high, v)
		sum += float64(v)
	}
	if n.Kind == scheme.MinMax || n.Rescale {
		for i, v := range column {
			column[i] = float32(n.between(float64(v), float64(low), float64(high)))
		}
		return
	}
	mean := sum / float64(len(column))
	for _, v := range column {
		squares += float64((float64(v) - mean) * (float64(v) - mean))
	}
	sd := n.deviation(squares, len(column))
	for i, v := range column {
		column[i] = float32(n.standard(float64(v), mean, sd))
	}
}

// percentiles replaces the values of one draw by the share of the others that are worse, halves for equals.
func (n *normaliser) percentiles(column []float32, order *sorter) {
	order.sort(column)
	order.runs(func(from, to int) {
		points := float32(n.share(from, to-from-1, len(column)-1))
		for k := from; k < to; k++ {
			column[order.at(k)] = points
		}
	})
}

func matrix(rows, columns int) [][]float32 {
	cells := make([]float32, rows*columns)
	m := make([][]float32, rows)
	for i := range m {
		m[i] = cells[i*columns : (i+1)*columns : (i+1)*columns]
	}
	return m
}

// each calls work for 0 to n − 1 on so many goroutines, each with a state of its own, until ctx ends.
func each(ctx context.Context, workers, n int, state func() func(i int)) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(workers, n) {
		wait.Go(func() {
			work := state()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				work(i)
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}

// blockWidth is how many draws are turned from rows into columns at a time: a line of the processor's cache.
const blockWidth = 16

// block is the columns of some draws, copied out of rows.
type block struct {
	first, width, height int
	cells                []float32 // column by column
}

func (b *block) columns() int           { return b.width }
func (b *block) column(c int) []float32 { return b.cells[c*b.height : (c+1)*b.height] }

func (b *block) read(rows [][]float32) {
	for i, row := range rows {
		for c, v := range row[b.first : b.first+b.width] {
			b.cells[c*b.height+i] = v
		}
	}
}

func (b *block) write(rows [][]float32) {
	for i, row := range rows {
		for c := range row[b.first : b.first+b.width] {
			row[b.first+c] = b.cells[c*b.height+i]
		}
	}
}

// eachBlock calls work with the columns of rows, block by block, on so many goroutines.
func eachBlock(ctx context.Context, workers int, rows [][]float32, state func() func(*block)) error {
	if len(rows) == 0 {
		return ctx.Err()
	}
	draws := len(rows[0])
	return each(ctx, workers, (draws+blockWidth-1)/blockWidth, func() func(int) {
		work := state()
		b := &block{height: len(rows), cells: make([]float32, blockWidth*len(rows))}
		return func(k int) {
			b.first = k * blockWidth
			b.width = min(blockWidth, draws-b.first)
			b.read(rows)
			work(b)
		}
	})
}

// sorter sorts numbers by their bits, lowest first, and remembers where they were. (Radix sort, least significant
// digit first; its time does not depend on the order that it finds.)
type sorter struct{ keys, spare []uint64 }

const (
	digitBits = 11
	digits    = 1 << digitBits
)

func (s *sorter) sort(column []float32) {
	if cap(s.keys) < len(column) {
		s.keys, s.spare = make([]uint64, len(column)), make([]uint64, len(column))
	}
	s.keys, s.spare = s.keys[:len(column)], s.spare[:len(column)]
	var counts [3][digits]uint32
	for i, v := range column {
		bits := math.Float32bits(v)
		bits ^= uint32(int32(bits)>>31) | 1<<31 // negative numbers below the others, in their order
		counts[0][bits&(digits-1)]++
		counts[1][bits>>digitBits&(digits-1)]++
		counts[2][bits>>(2*digitBits)]++
		s.keys[i] = uint64(bits)<<32 | uint64(uint32(i))
	}
	for pass := range counts {
		var sum uint32
		for digit, n := range counts[pass] {
			counts[pass][digit] = sum
			sum += n
		}
		shift := 32 + digitBits*pass
		for _, key := range s.keys {
			digit := key >> shift & (digits - 1)
			s.spare[counts[pass][digit]] = key
			counts[pass][digit]++
		}
		s.keys, s.spare = s.spare, s.keys
	}
}

// at is the place in the column of the k-th smallest number.
func (s *sorter) at(k int) int { return int(uint32(s.keys[k])) }

// number is the k-th smallest number.
func (s *sorter) number(k int) float32 {
	bits := uint32(s.keys[k] >> 32)
	if bits>>31 == 1 {
		return math.Float32frombits(bits &^ (1 << 31))
	}
	return math.Float32frombits(^bits)
}

// runs calls f with every stretch, from inclusive to exclusive, of equal numbers.
func (s *sorter) runs(f func(from, to int)) {
	for from := 0; from < len(s.keys); {
		to := from + 1
		for to < len(s.keys) && s.keys[to]>>32 == s.keys[from]>>32 {
			to++
		}
		f(from, to)
		from = to
	}
}
