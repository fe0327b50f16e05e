package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"haochaping/record"
)

// The words before the halves of a contact key, as `contact-key new` prints them.
const (
	publicWord  = "public:"
	privateWord = "private:"
)

// keyFileLimit and sealedLimit bound what `contact-key open` reads.
const (
	keyFileLimit = 4 << 10
	sealedLimit  = 16 << 10
)

// newContactKey makes `contact-key`: the key with which contacts are sealed. It needs no
// server and touches no data folder.
func newContactKey() *cobra.Command {
	c := &cobra.Command{Use: "contact-key", Short: "The key that contacts left for a reply are sealed with"}
	var file string
	open := &cobra.Command{
		Use:   "open",
		Short: "Open a sealed contact, read from standard input, with the private half",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if file == "" {
				return usageError{errors.New("--key-file is required: the file with the private half")}
			}
			private, err := readPrivateKey(file)
			if err != nil {
				return err
			}
			sealed, err := io.ReadAll(io.LimitReader(c.InOrStdin(), sealedLimit))
			if err != nil {
				return fmt.Errorf("read the sealed contact: %w", err)
			}
			contact, err := record.OpenContact(private, string(sealed))
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), contact)
			return err
		},
	}
	open.Flags().StringVar(&file, "key-file", "", "file with the private half, as `contact-key new` printed it")
	c.AddCommand(open, &cobra.Command{
		Use:   "new",
		Short: "Make a key and print both halves: the private one once, to be kept elsewhere",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			public, private, err := record.NewContactKey()
			if err != nil {
				return err
			}
			encode := base64.StdEncoding.EncodeToString
			fmt.Fprintln(os.Stderr, "The public half is the setting collector.contact_key. Keep the private half away from this machine: it is shown once.")
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s %s\n%s %s\n", publicWord, encode(public[:]), privateWord, encode(private[:]))
			return err
		},
	})
	return c
}

// readPrivateKey reads the private half: alone in the file, or behind its word. No error
// repeats what the file holds.
func readPrivateKey(name string) (key [record.ContactKeySize]byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return key, fmt.Errorf("read the private key: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, keyFileLimit))
	if err = errors.Join(err, f.Close()); err != nil {
		return key, fmt.Errorf("read the private key: %w", err)
	}
	word := strings.TrimSpace(string(text))
	if _, after, ok := strings.Cut(word, privateWord); ok {
		word, _, _ = strings.Cut(strings.TrimSpace(after), "\n")
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(word))
	if err != nil || len(b) != len(key) {
		return key, fmt.Errorf("read the private key: %s holds no private half of a contact key, as `haochaping contact-key new` prints it", name)
	}
	return [record.ContactKeySize]byte(b), nil
}
