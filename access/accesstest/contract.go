package accesstest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"haochaping/access"
	"haochaping/directory"
)

// Contract checks what every access.Store promises. open returns one that is empty.
func Contract(t *testing.T, open func(*testing.T) access.Store) {
	t.Run("accounts", func(t *testing.T) { accounts(t, open(t)) })
	t.Run("sessions", func(t *testing.T) { sessions(t, open(t)) })
	t.Run("audit", func(t *testing.T) { audit(t, open(t)) })
}

var noon = time.Date(2026, 6, 1, 4, 0, 0, 123_000_000, time.UTC)

func accounts(t *testing.T, s access.Store) {
	ctx := t.Context()
	want := access.StoredAccount{
		Account: access.Account{
			ID: "a'b\\c\n", Name: "甲 \t'", Method: access.MethodLocal, Roles: []access.Role{access.Leader, access.Auditor}, MustChange: true, Created: noon,
			Scope: directory.Scope{Regions: []string{"9901", "99'02"}, Departments: []string{directory.Any}},
		},
		Password: "$argon2id$x",
	}
	state := stateOf(t, s)
	if err := s.ChangeAccount(ctx, want.ID, func(a *access.StoredAccount) error {
		if !a.Created.IsZero() {
			t.Errorf("there is an account already: %+v", a.Account)
		}
		*a = want
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	state = changed(t, s, state)
	refused := errors.New("no")
	if err := s.ChangeAccount(ctx, want.ID, func(a *access.StoredAccount) error { a.Name = "x"; return refused }); !errors.Is(err, refused) {
		t.Errorf("the error of a change: %v", err)
	}
	check := func() {
		t.Helper()
		list, err := s.Accounts(ctx)
		if diff := cmp.Diff([]access.StoredAccount{want}, list); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
	check()
	want.Disabled, want.MustChange, want.Password, want.Scope = true, false, "$argon2id$y", directory.Scope{All: true}
	if err := s.ChangeAccount(ctx, want.ID, func(a *access.StoredAccount) error {
		a.Disabled, a.MustChange, a.Password, a.Scope = want.Disabled, want.MustChange, want.Password, want.Scope
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	changed(t, s, state)
	if err := s.StoreSessions(ctx, []access.StoredSession{{Token: "t", Account: want.ID, Created: noon, Seen: noon.Add(time.Minute), Expires: noon.Add(time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	want.LastSeen = noon.Add(time.Minute)
	check()
}

func stateOf(t *testing.T, s access.Store) uint64 {
	t.Helper()
	state, err := s.AccessState(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func changed(t *testing.T, s access.Store, before uint64) uint64 {
	t.Helper()
	state := stateOf(t, s)
	if state == before {
		t.Error("the state stays")
	}
	return state
}

func sessions(t *testing.T, s access.Store) {
	ctx := t.Context()
	one := access.StoredSession{
		Token: "one", Account: "a'\\", Method: access.MethodLocal, Address: "::1", Created: noon, Seen: noon, Expires: noon.Add(12 * time.Hour),
	}
	two, other := one, one
	two.Token, other.Token, other.Account = "two", "three", "b"
	state := stateOf(t, s)
	store := func(list ...access.StoredSession) {
		t.Helper()
		if err := s.StoreSessions(ctx, list); err != nil {
			t.Fatal(err)
		}
		state = changed(t, s, state)
	}
	check := func(after time.Time, want ...access.StoredSession) {
		t.Helper()
		list, err := s.Sessions(ctx, after)
		if diff := cmp.Diff(want, list); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
	store(one, two, other)
	check(noon, one, two, other)
	check(one.Expires)
	later := one
	later.Seen = noon.Add(time.Minute)
	store(later)
	store(one) // what is known already changes nothing
	check(noon, later, two, other)
	ended := two
	ended.Ended = noon.Add(2 * time.Minute)
	store(ended)
	store(two) // an end stays
	check(noon, later, other)
	if err := s.EndSessions(ctx, one.Account, noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	state = changed(t, s, state)
	check(noon, other)
	store(later)
	check(noon, other)
}

func audit(t *testing.T, s access.Store) {
	ctx := t.Context()
	if last, err := s.LastAudit(ctx); err != nil || last != (access.Entry{}) {
		t.Errorf("the end of nothing is %+v, %v", last, err)
	}
	list := []access.Entry{
		{Writer: "w2", Sequence: 1, At: noon, Who: "a'\\", Action: "x", Object: "县 \"<>&", Address: "::1", Hash: "h1"},
		{Writer: "w1", Sequence: 1, At: noon.Add(time.Hour), Who: "b", Action: "y", Previous: "h1", Hash: "h2"},
		{Writer: "w2", Sequence: 2, At: noon.Add(2 * time.Hour), Who: "b", Action: "x", Previous: "h1", Hash: "h3"},
	}
	for _, e := range list {
		if err := s.AppendAudit(ctx, e); err != nil {
			t.Fatal(err)
		}
		if last, err := s.LastAudit(ctx); err != nil || last != e {
			t.Errorf("the end is %+v, %v", last, err)
		}
	}
	var all []access.Entry
	if err := s.EachAudit(ctx, func(e access.Entry) error { all = append(all, e); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]access.Entry{list[1], list[0], list[2]}, all); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		f    access.AuditFilter
		want []access.Entry
	}{
		{access.AuditFilter{}, []access.Entry{list[2], list[1], list[0]}},
		{access.AuditFilter{Who: "b"}, []access.Entry{list[2], list[1]}},
		{access.AuditFilter{Who: "a'\\"}, []access.Entry{list[0]}},
		{access.AuditFilter{Action: "x"}, []access.Entry{list[2], list[0]}},
		{access.AuditFilter{From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)}, []access.Entry{list[1]}},
		{access.AuditFilter{Limit: 1}, []access.Entry{list[2]}},
	} {
		if c.f.Limit == 0 {
			c.f.Limit = 10
		}
		got, err := s.Audit(ctx, c.f)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%+v: %v %s", c.f, err, diff)
		}
	}
}
