// Package gauge is what the measurements under bench share: processes watched from outside, medians, and checks in the
// form that is compared between runs. It judges nothing by itself.
package gauge

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Check is one figure against what is wanted. Measured and Wanted are texts with their units, such as "1.2" and "<=1.5".
type Check struct {
	Name     string
	Measured string
	Wanted   string
	OK       bool
}

// Write writes a line for each check, "CHECK <name> <measured> <wanted> ok|short", and tells whether all are ok. Spaces
// inside a field become underscores.
func Write(out io.Writer, checks []Check) (good bool, err error) {
	good = true
	for _, c := range checks {
		word := "ok"
		if !c.OK {
			word, good = "short", false
		}
		fields := []string{c.Name, c.Measured, c.Wanted}
		for i := range fields {
			fields[i] = strings.ReplaceAll(fields[i], " ", "_")
		}
		if _, err := fmt.Fprintf(out, "CHECK %s %s\n", strings.Join(fields, " "), word); err != nil {
			return false, err
		}
	}
	return good, nil
}

// Median is the middle of a list, of an even number of values the mean of the two in the middle; 0 of none.
func Median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}
