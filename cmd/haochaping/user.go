package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"haochaping/app"
	"haochaping/directory"
)

// newUser makes `user`: people who sign in to the pages.
func newUser() *cobra.Command {
	c := &cobra.Command{Use: "user", Short: "People who sign in to the pages: roles, scopes, passwords, sessions"}
	c.AddCommand(newUserAdd(), newUserSet(), newUserAble("disable", true), newUserAble("enable", false), newUserPassword(), newUserRevoke(),
		newListing("list", "List all accounts", (*app.Client).Users), newListing("sessions", "List who is signed in", (*app.Client).Sessions))
	return c
}

// userFlags are what an account is allowed.
type userFlags struct {
	display                     string
	roles, regions, departments []string
}

func (u *userFlags) bind(f *pflag.FlagSet) {
	f.StringSliceVar(&u.roles, "role", nil, "leader, evaluator, handler, operator, administrator or auditor; several are allowed")
	f.StringSliceVar(&u.regions, "region", nil, "code of a region that is visible with all below it; several are allowed; '*' = all")
	f.StringSliceVar(&u.departments, "department", nil, "code of a department that is visible; several are allowed; '*' = all")
	f.StringVar(&u.display, "display", "", "name for people")
}

// change is what was given. A scope needs both lists, so that none is opened by being left out.
func (u *userFlags) change(c *cobra.Command, id string) (*app.UserChange, error) {
	in := app.UserChange{ID: id}
	f := c.Flags()
	if f.Changed("display") {
		in.Name = &u.display
	}
	if f.Changed("role") {
		in.Roles = u.roles
	}
	if f.Changed("region") != f.Changed("department") {
		return nil, usageError{errors.New("--region and --department belong together: a scope is regions crossed with departments; '*' = all")}
	}
	if f.Changed("region") {
		in.Scope = &directory.Scope{Regions: u.regions, Departments: u.departments}
		if slices.Contains(u.regions, directory.Any) && slices.Contains(u.departments, directory.Any) {
			in.Scope = &directory.Scope{All: true}
		}
	}
	return &in, nil
}

func newUserAdd() *cobra.Command {
	var u userFlags
	c := &cobra.Command{
		Use:   "add NAME",
		Short: "Add an account and print its one-time password: once, it is not stored in the clear",
		Long: `Add an account and print its one-time password, which has to be changed at the first sign-in.
Without --region and --department it sees nothing that belongs to a region, as an operator,
an administrator or an auditor needs none.`,
		Example: "  haochaping user add wang.fang --role leader --region 9901 --department '*' --display 王芳",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in, err := u.change(c, args[0])
			if err != nil {
				return err
			}
			if len(in.Roles) == 0 {
				return usageError{errors.New("--role is required")}
			}
			in.Add = true
			return withClient(c, func(client *app.Client) error {
				done, err := client.ChangeUser(c.Context(), in)
				if err != nil {
					return err
				}
				warn(done.Warnings)
				return sayPassword(c, &done)
			})
		},
	}
	u.bind(c.Flags())
	return c
}

func sayPassword(c *cobra.Command, done *app.UserDone) error {
	fmt.Fprintln(os.Stderr, "This password is shown once, and has to be changed at the first sign-in.")
	_, err := fmt.Fprintln(c.OutOrStdout(), done.Password)
	return err
}

func newUserSet() *cobra.Command {
	var u userFlags
	c := &cobra.Command{
		Use:   "set NAME",
		Short: "Change its roles, scope or name for people; within 2 seconds",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in, err := u.change(c, args[0])
			if err != nil {
				return err
			}
			if in.Name == nil && in.Roles == nil && in.Scope == nil {
				return usageError{errors.New("nothing to change: use --role, --region with --department, or --display")}
			}
			return withClient(c, func(client *app.Client) error {
				done, err := client.ChangeUser(c.Context(), in)
				warn(done.Warnings)
				return err
			})
		},
	}
	u.bind(c.Flags())
	return c
}

func newUserAble(name string, disabled bool) *cobra.Command {
	short := "Let it sign in again"
	if disabled {
		short = "Sign it out and do not let it sign in; within 2 seconds"
	}
	return &cobra.Command{
		Use: name + " NAME", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withClient(c, func(client *app.Client) error {
				_, err := client.ChangeUser(c.Context(), &app.UserChange{ID: args[0], Disabled: &disabled})
				return err
			})
		},
	}
}

func newUserPassword() *cobra.Command {
	return &cobra.Command{
		Use:   "password NAME",
		Short: "Give it a new one-time password, printed once, sign it out and unlock it",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withClient(c, func(client *app.Client) error {
				done, err := client.UserPassword(c.Context(), args[0])
				if err != nil {
					return err
				}
				return sayPassword(c, &done)
			})
		},
	}
}

func newUserRevoke() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke NAME",
		Short: "Sign it out everywhere, within 2 seconds",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withClient(c, func(client *app.Client) error { return client.RevokeUser(c.Context(), args[0]) })
		},
	}
}
