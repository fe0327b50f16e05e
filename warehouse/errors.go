package warehouse

import (
	"errors"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// refusedError is an insert that ClickHouse will never take, however often it is tried.
type refusedError struct{ error }

// Permanent says that trying again is useless.
func (refusedError) Permanent() bool { return true }

// Unwrap returns what ClickHouse said.
func (e refusedError) Unwrap() error { return e.error }

// Codes of ClickHouse's exceptions that speak about the data of an insert, not about the
// state of the server: argument out of bound, cannot parse, type mismatch, value out of
// range, wrong data, string too large, constraint violated.
var dataCodes = []int32{6, 27, 33, 38, 41, 53, 69, 70, 72, 117, 131, 321, 469}

// classify marks errors of an insert that are about its data.
func classify(err error) error {
	var exception *clickhouse.Exception
	if errors.As(err, &exception) && slices.Contains(dataCodes, exception.Code) {
		return refusedError{err}
	}
	return err
}
