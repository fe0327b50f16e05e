package enginetest

import (
	"errors"
	"fmt"
	"testing"

	"haochaping/engine"
)

// ending notes how a test would have ended.
type ending struct {
	testing.TB
	how string
}

func (e *ending) Fatal(...any)         { e.how = "failed" }
func (e *ending) Skipf(string, ...any) { e.how = "skipped" }

func TestNoDatabaseIsNoSuccess(t *testing.T) {
	none := fmt.Errorf("find it: %w", engine.ErrNoLibrary)
	for _, tt := range []struct {
		name, ci, library string
		err               error
		want              string
	}{
		{"found", "", "", nil, ""},
		{"nothing installed", "", "", none, "skipped"},
		{"nothing installed in CI", "true", "", none, "failed"},
		{"a library named that is not there", "", "libchdb.so", none, "failed"},
		{"packages without the library", "", "", fmt.Errorf("%w: %w", engine.ErrIncomplete, none), "failed"},
		{"does not start", "", "", errors.New("port in use"), "failed"},
	} {
		t.Setenv("CI", tt.ci)
		t.Setenv(LibraryVariable, tt.library)
		e := &ending{TB: t}
		if check(e, tt.err); e.how != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, e.how, tt.want)
		}
	}
}
