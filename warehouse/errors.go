package warehouse

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
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

var (
	constraintText = regexp.MustCompile("^Constraint `[^`]*`")
	aboutValues    = regexp.MustCompile(`(?i)pars|conver|value|element|literal|cannot read`)
	quotedText     = regexp.MustCompile(`(?i)['"{]|[0-9]{11}|:? while |:? here:|before:`)
)

// said is an error without the values of records: an exception of ClickHouse quotes what
// it stumbles over, and errors end in logs, files and answers. Its code and name stay, and
// as much of its text as cannot hold a value. Other errors stay as they are.
func said(err error) error {
	var e *clickhouse.Exception
	if !errors.As(err, &e) {
		return err
	}
	text := strings.TrimSpace(strings.TrimPrefix(e.Message, "DB::Exception:"))
	switch {
	case slices.Contains(dataCodes, e.Code):
		text = constraintText.FindString(text)
	case e.Code == int32(proto.ErrFunctionThrowIfValueIsNonZero), aboutValues.MatchString(text):
		text = ""
	default:
		if at := quotedText.FindStringIndex(text); at != nil {
			text = strings.TrimRight(text[:at[0]], " (:.,")
		}
	}
	name := proto.Error(e.Code).String()
	if text != "" {
		name += ": " + text
	}
	return &clickhouse.Exception{Code: e.Code, Name: e.Name, Message: name}
}

// quiet is a connection all of whose errors are as said returns them.
type quiet struct{ driver.Conn }

func (c quiet) Ping(ctx context.Context) error { return said(c.Conn.Ping(ctx)) }

func (c quiet) Exec(ctx context.Context, query string, args ...any) error {
	return said(c.Conn.Exec(ctx, query, args...))
}

func (c quiet) Query(ctx context.Context, query string, args ...any) (driver.Rows, error) {
	rows, err := c.Conn.Query(ctx, query, args...)
	if err != nil {
		return nil, said(err)
	}
	return quietRows{rows}, nil
}

func (c quiet) QueryRow(ctx context.Context, query string, args ...any) driver.Row {
	return quietRow{c.Conn.QueryRow(ctx, query, args...)}
}

func (c quiet) PrepareBatch(ctx context.Context, query string, opts ...driver.PrepareBatchOption) (driver.Batch, error) {
	b, err := c.Conn.PrepareBatch(ctx, query, opts...)
	if err != nil {
		return nil, said(err)
	}
	return quietBatch{b}, nil
}

type quietRows struct{ driver.Rows }

func (r quietRows) Scan(dest ...any) error { return said(r.Rows.Scan(dest...)) }
func (r quietRows) Err() error             { return said(r.Rows.Err()) }
func (r quietRows) Close() error           { return said(r.Rows.Close()) }

type quietRow struct{ driver.Row }

func (r quietRow) Scan(dest ...any) error { return said(r.Row.Scan(dest...)) }
func (r quietRow) Err() error             { return said(r.Row.Err()) }

type quietBatch struct{ driver.Batch }

func (b quietBatch) Send() error  { return said(b.Batch.Send()) }
func (b quietBatch) Abort() error { return said(b.Batch.Abort()) }

// Column is a column whose errors name what is wrong by its type alone: the client quotes
// values too.
func (b quietBatch) Column(i int) driver.BatchColumn { return quietColumn{b.Batch.Column(i)} }

type quietColumn struct{ driver.BatchColumn }

func (c quietColumn) Append(values any) error {
	if err := c.BatchColumn.Append(values); err != nil {
		return fmt.Errorf("a value that the client cannot send (%T)", err)
	}
	return nil
}
