package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/edition"
)

func newEditionParts() *cobra.Command {
	var in app.EditionView
	var dir string
	c := &cobra.Command{
		Use:   "parts NUMBER[.R]",
		Short: "Write for each unit what it is shown of a draft: its own figures, and no other names",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if in.Ref, err = readRef(args[0]); err != nil {
				return err
			}
			if err := checkLang(in.Language); err != nil {
				return err
			}
			if dir == "" {
				return usageError{errors.New("-o FOLDER is required: there is one file for each unit")}
			}
			return withClient(c, func(client *app.Client) error {
				parts, err := client.EditionParts(c.Context(), &in)
				if err != nil {
					return err
				}
				if err := os.MkdirAll(dir, 0o700); err != nil {
					return fmt.Errorf("write the parts: %w", err)
				}
				for _, p := range parts {
					if err := whole(filepath.Join(dir, fileName(p.Code)+".md"), func(w io.Writer) error {
						_, err := io.WriteString(w, p.Text)
						return err
					}); err != nil {
						return err
					}
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "%d files written to %s\n", len(parts), dir)
				return err
			})
		},
	}
	langFlag(c, &in.Language)
	c.Flags().StringVarP(&dir, "output", "o", "", "folder to write to")
	return c
}

// fileName is a code as the name of a file: what could mean something else becomes %XX, so that no two are alike.
func fileName(code string) string {
	var b strings.Builder
	for i := range len(code) {
		c := code[i]
		plain := c >= 0x80 || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' || c == '_' || c == '@' || c == '.' && i > 0
		if plain {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func newEditionExport() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "export NUMBER[.R]",
		Short: "Write the file of an edition: signed once it is published, before that the unsigned draft",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := readRef(args[0])
			if err != nil {
				return err
			}
			if path == "" {
				return usageError{errors.New("-o FILE is required")}
			}
			return withClient(c, func(client *app.Client) error { return writeEdition(c, client, ref, path) })
		},
	}
	c.Flags().StringVarP(&path, "output", "o", "", "file to write")
	return c
}

func writeEdition(c *cobra.Command, client *app.Client, ref edition.Ref, path string) error {
	if err := whole(path, func(w io.Writer) error { return client.EditionFile(c.Context(), ref, w) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s written to %s\n", ref, path)
	return err
}

func newEditionDiff() *cobra.Command {
	var lang string
	c := &cobra.Command{
		Use:   "diff A B",
		Short: "Say what differs between two editions or revisions, given by number or as files",
		Long: `Say what differs between two editions or revisions, each given by its number or as a file. Of
files the signature is not looked at: that is what edition verify does. With two files no
server is needed.`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkLang(lang); err != nil {
				return err
			}
			var sides [2]*edition.Edition
			for i, arg := range args {
				e, err := readEditionFile(arg)
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
				sides[i] = e
			}
			if slices.Contains(sides[:], nil) {
				if err := withClient(c, func(client *app.Client) error { return fetchEditions(c, client, args, &sides) }); err != nil {
					return err
				}
			}
			d := edition.Diff(sides[0], sides[1])
			for _, line := range d.Words(lang, max(sides[0].Scheme.Decimals, sides[1].Scheme.Decimals)) {
				fmt.Fprintln(c.OutOrStdout(), line)
			}
			return nil
		},
	}
	langFlag(c, &lang)
	return c
}

func fetchEditions(c *cobra.Command, client *app.Client, args []string, sides *[2]*edition.Edition) error {
	for i, arg := range args {
		if sides[i] != nil {
			continue
		}
		ref, err := readRef(arg)
		if err != nil {
			return fmt.Errorf("there is no file %s, and %w", arg, err)
		}
		var b strings.Builder
		if err := client.EditionFile(c.Context(), ref, &b); err != nil {
			return err
		}
		if sides[i], err = edition.Decode(edition.Document([]byte(b.String()))); err != nil {
			return fmt.Errorf("edition %s: %w", ref, err)
		}
	}
	return nil
}

func readEditionFile(path string) (*edition.Edition, error) {
	b, err := readBounded(path, edition.MaxSize+4096)
	if err != nil {
		return nil, err
	}
	e, err := edition.Decode(edition.Document(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}

// readBounded reads a file of at most so many bytes.
func readBounded(path string, most int64) (b []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if b, err = io.ReadAll(io.LimitReader(f, most+1)); err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%s is larger than %d bytes", path, most)
	}
	return b, err
}
