package warehouse

import (
	"errors"
	"fmt"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
)

func TestExceptionsAreSaidWithoutValues(t *testing.T) {
	tests := []struct {
		code          int32
		message, want string
	}{
		{
			469, "Constraint `sane` for table haochaping.ratings (1b4e28ba) is violated at row 3. Expression: (x). Column values: comment = 'secret'",
			"code: 469, message: VIOLATED_CONSTRAINT: Constraint `sane`",
		},
		{53, "Cannot convert string secret to type UInt8", "code: 53, message: TYPE_MISMATCH"},
		{6, "Cannot parse string 'secret' as UInt8: syntax error at begin of string", "code: 6, message: CANNOT_PARSE_TEXT"},
		{457, "Value secret cannot be parsed as Date for query parameter day", "code: 457, message: BAD_QUERY_PARAMETER"},
		{62, "Syntax error: failed at position 8 ('secret'): secret", "code: 62, message: SYNTAX_ERROR: Syntax error: failed at position 8"},
		{395, "secret is wrong: while executing 'FUNCTION throwIf(secret)'", "code: 395, message: FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"},
		{60, "Table haochaping.ratings does not exist. Maybe you meant `ratings_away`?", "code: 60, message: UNKNOWN_TABLE: Table haochaping.ratings does not exist. Maybe you meant `ratings_away`?"},
		{252, "Too many parts (300). Merges are slower than inserts", "code: 252, message: TOO_MANY_PARTS: Too many parts (300). Merges are slower than inserts"},
		{241, "Memory limit exceeded: would use 1.1 GiB: While executing secret.", "code: 241, message: MEMORY_LIMIT_EXCEEDED: Memory limit exceeded: would use 1.1 GiB"},
	}
	for _, tt := range tests {
		err := said(fmt.Errorf("sent: %w", &clickhouse.Exception{Code: tt.code, Name: "DB::Exception", Message: tt.message, StackTrace: "secret"}))
		var e *clickhouse.Exception
		if err.Error() != tt.want || !errors.As(err, &e) || e.Code != tt.code || e.StackTrace != "" {
			t.Errorf("%s\nsaid %v\nwant %s", tt.message, err, tt.want)
		}
	}
	if other := errors.New("connection refused"); !errors.Is(said(other), other) || said(nil) != nil {
		t.Error("other errors do not stay as they are")
	}
}
