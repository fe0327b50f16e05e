package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/edition"
)

func newEditionVerify() *cobra.Command {
	var trusted string
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Verify the file of a published edition, offline",
		Long: `Verify the file of a published edition against the public key of its publisher. Nothing but
the file and the key is needed: no configuration, no server, no network. Take the key, or its
fingerprint, from another place than the file. docs/editions.md says how to do the same by
hand. The exit status is 0 only if everything holds.`,
		Example: "  haochaping edition verify 2026-Q3.edition --public-key publisher.pem",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if trusted == "" {
				return usageError{errors.New("--public-key FILE or FINGERPRINT is required: a file that vouches for itself proves nothing")}
			}
			trust, err := readTrust(trusted)
			if err != nil {
				return usageError{fmt.Errorf("--public-key: %w", err)}
			}
			b, err := readBounded(args[0], edition.MaxSize+4096)
			if err != nil {
				return err
			}
			e, err := edition.Verify(b, trust)
			if err != nil {
				return fmt.Errorf("%s does not hold: %w", args[0], err)
			}
			publication := e.Steps[len(e.Steps)-1]
			by := publication.By
			if e.Publisher != "" {
				by += ", for " + e.Publisher
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), `%s holds.
edition      %s
period       %s to %s
scheme       %s, version %s
units        %d
published    %s by %s
SHA-256      %s
key          %s
`, args[0], e.Ref(), e.Period.From, e.Period.To, e.Scheme.ID, e.Scheme.Version, len(e.Units), publication.At, by,
				edition.Hash(edition.Document(b)), trust)
			return err
		},
	}
	c.Flags().StringVar(&trusted, "public-key", "", "public key of the publisher: a PEM file, or its fingerprint")
	return c
}

// readTrust reads a PEM file if there is one of this name, else a fingerprint.
func readTrust(text string) (edition.Trust, error) {
	const longest = 16 << 10
	b, err := readBounded(text, longest)
	switch {
	case err == nil:
		return edition.ParseTrust(string(b))
	case errors.Is(err, fs.ErrNotExist):
		return edition.ParseTrust(text)
	}
	return "", err
}

func newEditionKey() *cobra.Command {
	var generate bool
	c := &cobra.Command{
		Use:   "key",
		Short: "Print the public key that editions are signed with, and its fingerprint",
		Long: `Print the public key that editions are signed with, and its fingerprint on standard error.
Publish both where the readers of editions look for them. The private key is the file
edition.key_file; keep a copy in a safe place: without it the next edition is signed with
another key.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, _, err := load(c, nil)
			if err != nil {
				return err
			}
			key, err := app.EditionKey(cfg, generate)
			if err != nil {
				return err
			}
			public, ok := key.Public().(ed25519.PublicKey)
			if !ok {
				return errors.New("the key of editions is none of Ed25519")
			}
			text, err := edition.EncodePublicKey(public)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprint(c.OutOrStdout(), text); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.ErrOrStderr(), "SHA-256 %s\n", edition.Fingerprint(public))
			return err
		},
	}
	c.Flags().BoolVar(&generate, "generate", false, "make the key if there is none")
	return c
}
