package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/export"
)

// console is who runs a command: only the owner of the files on the machine reaches the socket.
var console = access.Person{ID: "console", Roles: []access.Role{access.Administrator}}

// UserChange adds an account, or changes what is given of one.
type UserChange struct {
	ID       string
	Add      bool
	Name     *string
	Roles    []string         // nil = as they are
	Scope    *directory.Scope // nil = as it is
	Disabled *bool
}

// UserDone says what became of an account.
type UserDone struct {
	Password string // one-time, of an account that is new
	Warnings []string
}

// UserCall names an account.
type UserCall struct{ ID string }

// ListCall asks for a list as a file: table, csv or json.
type ListCall struct{ Format string }

// AuditCall asks for entries of the audit record, the newest first.
type AuditCall struct {
	From, To    calendar.Day // both included; 0 = open
	Who, Action string
	Limit       int
	Format      string // table, csv or json
}

// AuditVerification asks whether the audit record is whole.
type AuditVerification struct {
	Noted []string // hashes of ends that were noted elsewhere
}

func (a *App) userCommands(mux *http.ServeMux) {
	command(mux, "change-user", a.changeUser)
	command(mux, "user-password", func(ctx context.Context, in *UserCall) (UserDone, error) {
		account, err := a.account(ctx, in.ID)
		if err != nil {
			return UserDone{}, err
		}
		if account.Method != access.MethodLocal {
			return UserDone{}, fmt.Errorf("%s signs in elsewhere (%s) and has no password here", account.ID, account.Method)
		}
		password, err := a.gate.NewPassword(ctx, console, account.ID)
		return UserDone{Password: password}, err
	})
	command(mux, "revoke-user", func(ctx context.Context, in *UserCall) (nothing, error) {
		account, err := a.account(ctx, in.ID)
		if err != nil {
			return nothing{}, err
		}
		return nothing{}, a.gate.Revoke(ctx, console, account.ID)
	})
	file(mux, "users", a.writeUsers)
	file(mux, "sessions", a.writeSessions)
	file(mux, "audit", a.writeAudit)
	command(mux, "verify-audit", func(ctx context.Context, in *AuditVerification) (access.AuditReport, error) {
		return access.Verify(ctx, accessStore{a.store}, in.Noted...)
	})
}

// account finds an account by its ID, or a local one in any spelling.
func (a *App) account(ctx context.Context, id string) (access.Account, error) {
	list, err := a.gate.Accounts(ctx)
	if err != nil {
		return access.Account{}, err
	}
	for _, wanted := range []string{id, access.LocalID(id)} {
		if i := slices.IndexFunc(list, func(x access.Account) bool { return x.ID == wanted }); i >= 0 {
			return list[i], nil
		}
	}
	return access.Account{}, fmt.Errorf("there is no account %q", id)
}

func (a *App) changeUser(ctx context.Context, in *UserChange) (done UserDone, err error) {
	account, err := a.account(ctx, in.ID)
	switch {
	case in.Add && err == nil:
		return done, fmt.Errorf("there is an account %q already: change it with user set", account.ID)
	case in.Add:
		account = access.Account{ID: access.LocalID(in.ID), Method: access.MethodLocal}
	case err != nil:
		return done, err
	}
	if in.Name != nil {
		account.Name = *in.Name
	}
	if in.Roles != nil {
		account.Roles = nil
		for _, r := range in.Roles {
			account.Roles = append(account.Roles, access.Role(r))
		}
	}
	if in.Scope != nil {
		account.Scope = *in.Scope
		done.Warnings = a.unknownScope(in.Scope)
	}
	if in.Disabled != nil {
		account.Disabled = *in.Disabled
	}
	if err := a.gate.SaveAccount(ctx, console, account); err != nil || !in.Add {
		return done, err
	}
	done.Password, err = a.gate.NewPassword(ctx, console, account.ID)
	return done, err
}

// unknownScope says which codes of a scope the directory does not know. That is no error: the directory may come later.
func (a *App) unknownScope(s *directory.Scope) (warnings []string) {
	dir := a.store.Directory()
	for _, code := range s.Regions {
		if _, ok := dir.Region(code); !ok && code != directory.Any {
			warnings = append(warnings, fmt.Sprintf("the directory does not know the region %q: nothing of it is shown", code))
		}
	}
	for _, code := range s.Departments {
		if _, ok := dir.Department(code); !ok && code != directory.Any {
			warnings = append(warnings, fmt.Sprintf("the directory does not know the department %q", code))
		}
	}
	return warnings
}

func (a *App) timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(a.cfg.Timezone.Location).Format(time.RFC3339)
}

func (a *App) writeUsers(ctx context.Context, in *ListCall, out io.Writer) error {
	list, err := a.gate.Accounts(ctx)
	if err != nil {
		return err
	}
	lines := make([][]string, len(list))
	for i := range list {
		x := &list[i]
		roles := make([]string, len(x.Roles))
		for j, r := range x.Roles {
			roles[j] = string(r)
		}
		regions, departments := strings.Join(x.Scope.Regions, " "), strings.Join(x.Scope.Departments, " ")
		if x.Scope.All {
			regions, departments = directory.Any, directory.Any
		}
		state := "enabled"
		switch {
		case x.Disabled:
			state = "disabled"
		case x.MustChange:
			state = "one-time password"
		}
		lines[i] = []string{
			x.ID, x.Name, x.Method, strings.Join(roles, " "), regions, departments,
			state, a.timeText(x.Created), a.timeText(x.LastSeen),
		}
	}
	if list == nil {
		list = []access.Account{}
	}
	return export.Listing(out, in.Format, []string{"account", "name", "method", "roles", "regions", "departments", "state", "created", "last_seen"}, lines, list)
}

func (a *App) writeSessions(ctx context.Context, in *ListCall, out io.Writer) error {
	list, err := a.gate.Sessions(ctx)
	if err != nil {
		return err
	}
	lines := make([][]string, len(list))
	for i, s := range list {
		lines[i] = []string{s.ID, s.Account, s.Method, s.Address, a.timeText(s.Created), a.timeText(s.LastSeen), a.timeText(s.Until)}
	}
	if list == nil {
		list = []access.Session{}
	}
	return export.Listing(out, in.Format, []string{"session", "account", "method", "address", "created", "last_seen", "until"}, lines, list)
}

func (a *App) writeAudit(ctx context.Context, in *AuditCall, out io.Writer) error {
	filter := access.AuditFilter{Who: in.Who, Action: in.Action, Limit: in.Limit}
	if in.From != 0 {
		filter.From = in.From.Start(a.cfg.Timezone.Location)
	}
	if in.To != 0 {
		filter.To = (in.To + 1).Start(a.cfg.Timezone.Location)
	}
	list, err := a.gate.Audit(ctx, filter)
	if err != nil {
		return err
	}
	lines := make([][]string, len(list))
	for i := range list {
		e := &list[i]
		lines[i] = []string{a.timeText(e.At), e.Who, e.Action, e.Object, e.Address, e.Writer, strconv.FormatUint(e.Sequence, 10)}
	}
	if list == nil {
		list = []access.Entry{}
	}
	return export.Listing(out, in.Format, []string{"at", "who", "action", "object", "address", "writer", "sequence"}, lines, list)
}

// ChangeUser adds or changes an account.
func (c *Client) ChangeUser(ctx context.Context, in *UserChange) (done UserDone, err error) {
	err = c.call(ctx, "change-user", in, &done)
	return done, err
}

// UserPassword gives an account a one-time password.
func (c *Client) UserPassword(ctx context.Context, id string) (done UserDone, err error) {
	err = c.call(ctx, "user-password", UserCall{id}, &done)
	return done, err
}

// RevokeUser signs an account out everywhere.
func (c *Client) RevokeUser(ctx context.Context, id string) error {
	return c.call(ctx, "revoke-user", UserCall{id}, &nothing{})
}

// Users writes all accounts.
func (c *Client) Users(ctx context.Context, in *ListCall, out io.Writer) error {
	return c.call(ctx, "users", in, out)
}

// Sessions writes who is signed in.
func (c *Client) Sessions(ctx context.Context, in *ListCall, out io.Writer) error {
	return c.call(ctx, "sessions", in, out)
}

// Audit writes entries of the audit record.
func (c *Client) Audit(ctx context.Context, in *AuditCall, out io.Writer) error {
	return c.call(ctx, "audit", in, out)
}

// VerifyAudit says whether the audit record is whole.
func (c *Client) VerifyAudit(ctx context.Context, in *AuditVerification) (report access.AuditReport, err error) {
	err = c.call(ctx, "verify-audit", in, &report)
	return report, err
}
