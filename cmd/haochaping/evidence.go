package main

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"haochaping/app"
	"haochaping/evaluation"
)

func newEvidence() *cobra.Command {
	var f evaluateFlags
	var unit string
	c := &cobra.Command{
		Use:   "evidence --unit KIND:CODE --period PERIOD -o FILE.zip",
		Short: "Everything that a unit's figures stand on, record by record, as a ZIP",
		Long: `Write a ZIP with every record of a unit in a period, counted or not, and why; the formulas of
the scheme with the unit's values; the units ranked near it; and what is missing. No rater, contact,
comment or clerk is in it. That the records add up to the counted figures is checked while it is
written; what came of it stands in manifest.json, and a difference is said aloud.

KIND is region, hall, window (HALL/WINDOW), department, item (whole months) or line (LINE@REGION).
A pack holds at most 5,000,000 records; a unit with more is taken in shorter periods.`,
		Example: "  haochaping evidence --unit region:9901 --period 2026-Q3 -o 取证.zip\n" +
			"  haochaping evidence --unit window:H990101001/3 --period 2026-06 --scheme windows@2 -o evidence.zip",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return f.evidence(c, unit) },
	}
	fl := c.Flags()
	fl.StringVar(&unit, "unit", "", "KIND:CODE, such as region:9901")
	fl.StringVar(&f.scheme, "scheme", "", "ID or ID@VERSION of a scheme, or a YAML file; default: the bundled scheme, over the units of the kind")
	fl.StringVar(&f.period, "period", "", "2026-06, 2026-Q2, 2026-H1, 2026, 2026-W23 or a day; or --from and --to")
	fl.StringVar(&f.from, "from", "", "first day, YYYY-MM-DD")
	fl.StringVar(&f.to, "to", "", "last day, YYYY-MM-DD")
	fl.StringVar(&f.call.Lang, "lang", "zh", "language: zh or en; the file that explains the pack has both")
	fl.StringVarP(&f.output, "output", "o", "", "file to write; it is complete or not there")
	return c
}

func (f *evaluateFlags) evidence(c *cobra.Command, unit string) (err error) {
	kind, code, ok := strings.Cut(unit, ":")
	in := app.EvidenceCall{Kind: evaluation.EvidenceKind(kind), Code: code, Lang: f.call.Lang}
	if !ok || code == "" || !slices.Contains(evaluation.EvidenceKinds(), in.Kind) {
		return usageError{fmt.Errorf("--unit: want KIND:CODE, such as region:9901; KIND is one of %v", evaluation.EvidenceKinds())}
	}
	if f.output == "" {
		return usageError{errors.New("-o FILE.zip is required")}
	}
	if err := checkLanguage(in.Lang); err != nil {
		return err
	}
	if in.Period, err = f.days(); err != nil {
		return err
	}
	if in.Scheme, err = readScheme(f.scheme); err != nil {
		return err
	}
	err = withClient(c, func(client *app.Client) error {
		return whole(f.output, func(w io.Writer) error { return client.Evidence(c.Context(), &in, w) })
	})
	if err != nil {
		return err
	}
	return sayCheck(f.output)
}

// sayCheck says aloud that the records of a pack do not add up to its figures, where they don't.
func sayCheck(path string) (err error) {
	pack, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("read %s back: %w", path, err)
	}
	defer func() { err = errors.Join(err, pack.Close()) }()
	manifest, err := pack.Open("manifest.json")
	if err != nil {
		return fmt.Errorf("read %s back: %w", path, err)
	}
	var m struct {
		Check struct {
			Agrees    bool   `json:"agrees"`
			Statement string `json:"statement"`
		} `json:"check"`
	}
	if err := errors.Join(json.NewDecoder(manifest).Decode(&m), manifest.Close()); err != nil {
		return fmt.Errorf("read %s back: %w", path, err)
	}
	if !m.Check.Agrees {
		warn([]string{m.Check.Statement})
	}
	return nil
}
