package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/record"
)

// newKeys makes `device` and `source`: the two kinds of sender, each with a key.
func newKeys(kind string) *cobra.Command {
	short := "Devices in halls and their keys"
	if kind == "source" {
		short = "Systems that send records, their keys and code maps"
	}
	c := &cobra.Command{Use: kind, Short: short}
	c.AddCommand(newKeyAdd(record.KeyKind(kind)), newKeyList(record.KeyKind(kind)), newKeyRevoke(record.KeyKind(kind)))
	return c
}

func newKeyAdd(kind record.KeyKind) *cobra.Command {
	var k record.Key
	var preset string
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
				k.Device, k.Sources = k.Name, []string{record.SourceKiosk}
			} else if len(k.Sources) == 0 {
				k.Sources = []string{k.Name}
			}
			codes, ok := record.Preset(preset)
			if kind == record.KeySource && !ok {
				return usageError{fmt.Errorf("--code-map: use one of %v; the two scales run in opposite directions, so it is never guessed", record.PresetNames())}
			}
			return withClient(c, func(client *app.Client) error { return addKey(c, client, &k, codes) })
		},
	}
	f := c.Flags()
	f.StringVar(&k.Name, "name", "", "name, unique among its kind")
	if kind == record.KeyDevice {
		f.StringVar(&k.Hall, "hall", "", "hall that the device stands in")
		f.StringVar(&k.Window, "window", "", "window that it serves")
		return c
	}
	f.StringVar(&preset, "code-map", "", "what its levels mean: five-best (5 = very satisfied) or gbt-39046 (1 = very satisfied)")
	return c
}

func addKey(c *cobra.Command, client *app.Client, k *record.Key, codes record.CodeMap) error {
	list, err := client.Keys(c.Context())
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list.Keys, func(o record.Key) bool { return o.Kind == k.Kind && o.Name == k.Name && o.Revoked.IsZero() }) {
		return fmt.Errorf("%s %q has a key already: revoke it first", k.Kind, k.Name)
	}
	clear, hash := app.NewKey()
	k.Hash = hash
	if k.Kind == record.KeySource {
		for _, name := range k.Sources {
			s := record.Source{Name: name, CodeMaps: []record.DatedMap{{Map: codes}}}
			if err := client.StoreSource(c.Context(), s); err != nil {
				return err
			}
		}
	}
	if err := client.StoreKeys(c.Context(), []record.Key{*k}); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "This key is shown once. It takes effect within 2 seconds.")
	_, err = fmt.Fprintln(c.OutOrStdout(), clear)
	return err
}

func newKeyList(kind record.KeyKind) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List them, also the revoked ones",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withClient(c, func(client *app.Client) error {
				list, err := client.Keys(c.Context())
				if err != nil {
					return err
				}
				return writeKeys(c.OutOrStdout(), kind, list.Keys)
			})
		},
	}
}

func writeKeys(out io.Writer, kind record.KeyKind, keys []record.Key) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if _, err := fmt.Fprintln(w, "NAME\tSOURCES\tHALL\tWINDOW\tREVOKED"); err != nil {
		return err
	}
	for _, k := range keys {
		if k.Kind != kind {
			continue
		}
		revoked := "-"
		if !k.Revoked.IsZero() {
			revoked = k.Revoked.Format(time.RFC3339)
		}
		if _, err := fmt.Fprintf(w, "%s\t%v\t%s\t%s\t%s\n", k.Name, k.Sources, k.Hall, k.Window, revoked); err != nil {
			return err
		}
	}
	return w.Flush()
}

func newKeyRevoke(kind record.KeyKind) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke NAME",
		Short: "Make its key worthless",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withClient(c, func(client *app.Client) error {
				list, err := client.Keys(c.Context())
				if err != nil {
					return err
				}
				i := slices.IndexFunc(list.Keys, func(k record.Key) bool { return k.Kind == kind && k.Name == args[0] })
				if i < 0 {
					return fmt.Errorf("no %s is called %q: see haochaping %s list", kind, args[0], kind)
				}
				k := list.Keys[i]
				k.Revoked = time.Now()
				return client.StoreKeys(c.Context(), []record.Key{k})
			})
		},
	}
}
