package config

import "strings"

// nearest returns the candidate that a person who wrote name most likely
// meant. A right last element in a wrong section is nearly right, too. The
// first of equally near candidates wins. There must be a candidate.
func nearest(name string, candidates []string) string {
	best, least := "", 0
	for _, c := range candidates {
		d := min(distance(name, c), 1+distance(lastElement(name), lastElement(c)))
		if best == "" || d < least {
			best, least = c, d
		}
	}
	return best
}

func lastElement(path string) string {
	return path[strings.LastIndexByte(path, '.')+1:]
}

// distance is the optimal string alignment distance: the number of characters
// to insert, remove, replace or swap with their neighbour. Only the first 64
// characters count, which bounds the work.
func distance(a, b string) int {
	x, y := firstRunes(a), firstRunes(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

func firstRunes(s string) []rune {
	r := []rune(strings.ToLower(s))
	return r[:min(len(r), 64)]
}
