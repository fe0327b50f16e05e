package config

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Size is an amount of memory or storage in bytes; never negative.
type Size int64

// The units of sizes, all powers of 1024.
const (
	KiB Size = 1 << (10 * (iota + 1))
	MiB
	GiB
	TiB
)

var sizeUnits = []struct {
	name string
	size Size
}{{"TiB", TiB}, {"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB}, {"B", 1}}

// ParseSize reads a whole number with an optional unit: "64MiB", "2 GiB",
// "1048576". Decimal units (MB) are refused because half of the people who
// write them mean MiB. The error says what is wrong without the text itself.
func ParseSize(text string) (Size, error) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	if digits == 0 {
		return 0, errors.New("it does not begin with a whole number")
	}
	unit := Size(1)
	if name := strings.TrimSpace(text[digits:]); name != "" {
		unit = 0
		for _, u := range sizeUnits {
			if strings.EqualFold(u.name, name) {
				unit = u.size
			}
		}
		if unit == 0 {
			return 0, errors.New("its unit is none of B, KiB, MiB, GiB, TiB")
		}
	}
	n, err := strconv.ParseInt(text[:digits], 10, 64)
	if err != nil || n > math.MaxInt64/int64(unit) {
		return 0, errors.New("it is too large")
	}
	return Size(n) * unit, nil
}

// String writes the size in the largest unit that leaves a whole number, so
// that ParseSize reads it back exactly.
func (s Size) String() string {
	for _, u := range sizeUnits {
		if s >= u.size && s%u.size == 0 {
			return strconv.FormatInt(int64(s/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}
