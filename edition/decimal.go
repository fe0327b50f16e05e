package edition

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Decimal is a number as text with exactly nine decimals, such as "99.780000000": rounded once, it is the same bytes
// on every processor. The empty Decimal is no number and is left out of the document; zero is "0.000000000".
type Decimal string

// decimals is how many a Decimal has.
const decimals = 9

// decimalLimit bounds the size of a number: up to it a float64 is exact to a tenth and better.
const decimalLimit = 1e15

var decimalForm = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})\.[0-9]{9}$`)

// decimal writes a number. What is no number, or 10^15 and more, is an error.
func decimal(x float64) (Decimal, error) {
	if math.IsNaN(x) || math.Abs(x) >= decimalLimit {
		return "", fmt.Errorf("the number %v cannot stand in an edition: numbers are smaller than 10^15", x)
	}
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	if !decimalForm.MatchString(text) { // 999999999999999.99999999999 rounds up to sixteen digits
		return "", fmt.Errorf("the number %v cannot stand in an edition: numbers are smaller than 10^15", x)
	}
	return Decimal(text), nil
}

// Float is the number; ok is false where there is none.
func (d Decimal) Float() (x float64, ok bool) {
	x, err := strconv.ParseFloat(string(d), 64)
	return x, err == nil
}

// UnmarshalText reads the one form that a number has.
func (d *Decimal) UnmarshalText(text []byte) error {
	if !decimalForm.Match(text) || string(text) == "-0.000000000" {
		return fmt.Errorf("%q is no number with nine decimals", clip(string(text), 40))
	}
	*d = Decimal(text)
	return nil
}
