package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/record"
)

// newKeys makes `device` and `source`: the two kinds of sender, each with keys.
func newKeys(name string) *cobra.Command {
	kind := record.KeyKind(name)
	c := &cobra.Command{Use: name, Short: "Systems that send records, their keys and code maps"}
	c.AddCommand(newKeyAdd(kind), newKeyList(kind), newKeyRotate(kind), newKeyRevoke(kind))
	if kind == record.KeyDevice {
		c.Short = "Devices in halls, their keys and windows"
		c.AddCommand(newDeviceStatus(), newDeviceMove(), newDeviceImport())
	} else {
		c.AddCommand(newSourceMap())
	}
	return c
}

func newKeyAdd(kind record.KeyKind) *cobra.Command {
	var k record.Key
	var preset string
	var at windowFlags
	var onto sheetFlags
	c := &cobra.Command{
		Use:   "add",
		Short: "Add one and print its key: once, it is not stored in the clear",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			k.Kind = kind
			if k.Name == "" {
				return usageError{errors.New("--name is required")}
			}
			if kind == record.KeyDevice {
				window, given, err := at.read(c)
				if err != nil {
					return err
				}
				if given {
					k.Windows = []record.DatedWindow{window}
				}
				k.Device, k.Sources = k.Name, []string{record.SourceKiosk}
				return addKey(c, &app.KeyAdd{Key: k}, &onto)
			}
			k.Sources = []string{k.Name}
			in := app.KeyAdd{Key: k}
			if preset != "" {
				codes, ok := record.Preset(preset)
				if !ok {
					return usageError{fmt.Errorf("--code-map: use one of %v; the two scales run in opposite directions, so it is never guessed", record.PresetNames())}
				}
				in.Sources = []record.Source{{Name: k.Name, CodeMaps: []record.DatedMap{{Map: codes}}}}
			}
			return addKey(c, &in, &onto)
		},
	}
	f := c.Flags()
	f.StringVar(&k.Name, "name", "", "name, unique among devices and sources")
	if kind == record.KeyDevice {
		f.StringVar(&k.Hall, "hall", "", "hall that the device stands in")
		at.bind(f, "first day at the window, YYYY-MM-DD; default: always")
		onto.bind(f)
		return c
	}
	f.StringVar(&preset, "code-map", "", "what its levels mean: five-best (5 = very satisfied) or gbt-39046 (1 = very satisfied); left out where it has code maps already")
	return c
}

func addKey(c *cobra.Command, in *app.KeyAdd, onto *sheetFlags) error {
	show, err := onto.prepare(c)
	if err != nil {
		return err
	}
	clear, hash := app.NewKey()
	in.Key.Hash = hash
	return withClient(c, func(client *app.Client) error {
		done, err := client.AddKey(c.Context(), in)
		if err != nil {
			return err
		}
		sayKey(&done)
		return show(&done, clear)
	})
}

// sayKey says what there is to know about a new key, without the key.
func sayKey(done *app.KeyChange) {
	warn(done.Warnings)
	fmt.Fprintln(os.Stderr, "This key is shown once. It takes effect within 2 seconds.")
	for _, k := range done.Ended {
		if k.Revoked.IsZero() {
			fmt.Fprintf(os.Stderr, "The old key %s stays valid until %s.\n", k.Hash.Fingerprint(), k.ValidUntil.Local().Format(time.DateTime))
		} else {
			fmt.Fprintf(os.Stderr, "The old key %s is worthless within 5 seconds.\n", k.Hash.Fingerprint())
		}
	}
}

func warn(warnings []string) {
	for i, text := range warnings {
		if i == problemsShown {
			fmt.Fprintf(os.Stderr, "… and %d more\n", len(warnings)-i)
			return
		}
		fmt.Fprintln(os.Stderr, "warning:", text)
	}
}

func newKeyList(kind record.KeyKind) *cobra.Command {
	call := app.KeysCall{Kind: kind}
	c := &cobra.Command{
		Use:   "list",
		Short: "List their keys, also those that have ended, by fingerprint",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"table", "csv", "json"}, call.Format) {
				return usageError{errors.New("--format: use table, csv or json")}
			}
			return withClient(c, func(client *app.Client) error { return client.WriteKeys(c.Context(), &call, c.OutOrStdout()) })
		},
	}
	c.Flags().StringVar(&call.Format, "format", "table", "table, csv or json")
	return c
}

func newKeyRotate(kind record.KeyKind) *cobra.Command {
	in := app.KeyRotation{Kind: kind}
	var onto sheetFlags
	overlap, use := 24*time.Hour, "the old key stays valid for so long; 0 = it ends at once"
	long := "Give a source a new key and print it: once. The old one stays valid for the overlap, so that\nthe source can be changed over without a gap."
	if kind == record.KeyDevice {
		overlap = 0
		long = "Give a device a new key and print it: once. The device keeps its name, hall and windows; the\nhardware with the old key is locked out within 5 seconds. This is how a broken kiosk is swapped."
	}
	c := &cobra.Command{
		Use:   "rotate NAME",
		Short: "Replace its key by a new one, printed once",
		Long:  long,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if in.Overlap < 0 {
				return usageError{errors.New("--overlap: must not be negative")}
			}
			in.Name = args[0]
			show, err := onto.prepare(c)
			if err != nil {
				return err
			}
			clear, hash := app.NewKey()
			in.Hash = hash
			return withClient(c, func(client *app.Client) error {
				done, err := client.RotateKey(c.Context(), &in)
				if err != nil {
					return err
				}
				sayKey(&done)
				return show(&done, clear)
			})
		},
	}
	c.Flags().DurationVar(&in.Overlap, "overlap", overlap, use)
	if kind == record.KeyDevice {
		onto.bind(c.Flags())
	}
	return c
}

func newKeyRevoke(kind record.KeyKind) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke NAME|FINGERPRINT",
		Short: "Make its keys, or the one with that fingerprint, worthless within 5 seconds",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withClient(c, func(client *app.Client) error {
				done, err := client.RevokeKey(c.Context(), &app.KeyRevocation{Kind: kind, Of: args[0]})
				if err != nil {
					return err
				}
				for _, k := range done.Ended {
					if _, err := fmt.Fprintf(c.OutOrStdout(), "revoked: %s %s, key %s\n", kind, k.Name, k.Hash.Fingerprint()); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func newDeviceMove() *cobra.Command {
	var at windowFlags
	c := &cobra.Command{
		Use:   "move NAME",
		Short: "Put a device at another window of its hall, from a day on",
		Long: `Put a device at another window of its hall from a day on. What it took before that day still
counts at the window before, however late it arrives. An empty window is none. A device that
goes to another hall is revoked and added again there.`,
		Example: "  haochaping device move K-0001 --window 08 --from 2026-06-01",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			window, given, err := at.read(c)
			if err != nil {
				return err
			}
			if !given {
				return usageError{errors.New("--window is required; --window '' takes the device away from its window")}
			}
			return withClient(c, func(client *app.Client) error {
				done, err := client.MoveDevice(c.Context(), &app.DeviceMove{Name: args[0], DatedWindow: window})
				if err != nil {
					return err
				}
				warn(done.Warnings)
				last := done.Key.Windows[len(done.Key.Windows)-1]
				_, err = fmt.Fprintf(c.OutOrStdout(), "moved: device %s, window %q of hall %q from %s\n", args[0], last.Window, done.Key.Hall, last.From)
				return err
			})
		},
	}
	at.bind(c.Flags(), "first day there, YYYY-MM-DD; default: today")
	return c
}

// windowFlags are --window and --from.
type windowFlags struct{ window, from string }

func (w *windowFlags) bind(f *pflag.FlagSet, from string) {
	f.StringVar(&w.window, "window", "", "window that it serves")
	f.StringVar(&w.from, "from", "", from)
}

func (w *windowFlags) read(c *cobra.Command) (at record.DatedWindow, given bool, err error) {
	at.Window = w.window
	if w.from != "" {
		if at.From, err = calendar.ParseDay(w.from); err != nil {
			return at, false, usageError{fmt.Errorf("--from: %w", err)}
		}
	}
	given = c.Flags().Changed("window")
	if w.from != "" && !given {
		return at, false, usageError{errors.New("--from: only with --window")}
	}
	return at, given, nil
}
