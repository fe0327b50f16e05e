package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/collector/fileimport"
	"haochaping/config"
	"haochaping/directory"
	"haochaping/record"
)

type deviceImportFlags struct {
	out, url        string
	dryRun, withCSV bool
}

func newDeviceImport() *cobra.Command {
	var f deviceImportFlags
	c := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Add many devices at once and print their keys as QR codes, a sheet for each hall",
		Long: `Add devices from a CSV file with the columns name, hall, window and from (设备, 大厅, 窗口,
起始日期), in UTF-8 or GB18030. A device that changes its window has a line for each, with the
first day there. All lines are taken or none; importing again adds only what is new.

The new keys are written once, into a new folder: for each hall a page to print, with a QR code
for each device. Whoever scans a code becomes that device: print, scan, destroy.`,
		Example: "  haochaping device import devices.csv --out sheets/",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return importDevices(c, &f, args[0]) },
	}
	fl := c.Flags()
	fl.StringVar(&f.out, "out", "", "folder to make for the sheets; default device-keys-DATE-TIME")
	fl.StringVar(&f.url, "url", "", "how devices reach the product, such as https://pingjia.example.cn; default public_base_url")
	fl.BoolVar(&f.dryRun, "dry-run", false, "say what would be done, change nothing")
	fl.BoolVar(&f.withCSV, "with-csv", false, "write the keys into keys.csv as well, for a device management of one's own")
	return c
}

func importDevices(c *cobra.Command, f *deviceImportFlags, path string) error {
	cfg, _, err := load(c, nil)
	if err != nil {
		return err
	}
	devices, problems, err := readDevices(path)
	if err != nil {
		return err
	}
	showProblems(problems)
	if directory.Fatal(problems) {
		return fmt.Errorf("%s: nothing was imported: correct the lines above and import again", path)
	}
	address, err := kioskAddress(cfg, f.url)
	if err != nil {
		return err
	}
	client, err := app.Connect(c.Context(), cfg, quiet(cfg))
	if err != nil {
		return err
	}
	return errors.Join(addDevices(c, client, f, path, devices, address, calendar.DayOf(time.Now(), cfg.Timezone.Location)), client.Close())
}

func readDevices(path string) (devices []directory.Device, problems []directory.Problem, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	text, _, err := fileimport.Decode(file)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	devices, problems = directory.ReadDevices(text)
	return devices, problems, nil
}

// kioskAddress is where devices find the kiosk page.
func kioskAddress(cfg *config.Config, given string) (string, error) {
	base := cmp.Or(given, cfg.PublicBaseURL)
	if base == "" {
		return "", usageError{errors.New("the codes need the address that devices reach: set public_base_url, or give --url https://…")}
	}
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return "", usageError{errors.New("--url: must be like https://pingjia.example.cn, without a path; base_path is added to it")}
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		warn([]string{"with http:// the keys and ratings of the devices can be read on their way, and kiosks do not open without a network: use https"})
	}
	return u.String() + cfg.BasePath + "/kiosk", nil
}

func addDevices(c *cobra.Command, client *app.Client, f *deviceImportFlags, path string, devices []directory.Device, address string, today calendar.Day) error {
	plan, err := client.PlanDevices(c.Context(), devices)
	if err != nil {
		return err
	}
	warn(plan.Warnings)
	showProblems(plan.Problems)
	if len(plan.Problems) > 0 {
		return fmt.Errorf("%s: nothing was imported: correct the lines above and import again", path)
	}
	out := c.OutOrStdout()
	if f.dryRun {
		_, err := fmt.Fprintf(out, "would add %d devices, move %d; %d are known\n", len(plan.New), len(plan.Moves), plan.Known)
		return err
	}
	in := app.DeviceImport{Moves: plan.Moves}
	folder := cmp.Or(f.out, "device-keys-"+time.Now().Format("20060102-150405"))
	halls := 0
	if len(plan.New) > 0 {
		if in.Keys, halls, err = writeSheets(folder, plan.New, address, today, f.withCSV); err != nil {
			return err
		}
	}
	if len(in.Keys)+len(in.Moves) > 0 {
		if err := client.StoreDevices(c.Context(), &in); err != nil {
			if len(in.Keys) > 0 {
				fmt.Fprintf(os.Stderr, "Whether the keys in %s were stored is uncertain: compare a fingerprint with haochaping device list before printing, and remove the folder if it is not there.\n", folder)
			}
			return err
		}
	}
	if _, err := fmt.Fprintf(out, "imported: %d devices added, %d moved, %d known already\n", len(plan.New), len(plan.Moves), plan.Known); err != nil {
		return err
	}
	if len(in.Keys) > 0 {
		_, err = fmt.Fprintf(out, "sheets to print for %d halls: %s\nThe keys in them are shown once and take effect within 2 seconds. Remove the folder after printing.\n", halls, folder)
	}
	return err
}

// writeSheets draws a key for each device and writes the sheets into a folder of their own,
// one for each hall. It removes what it has made when it fails.
func writeSheets(folder string, devices []app.NewDevice, address string, today calendar.Day, withCSV bool) (keys []record.Key, halls int, err error) {
	slices.SortStableFunc(devices, func(a, b app.NewDevice) int {
		return cmp.Or(strings.Compare(a.Key.Hall, b.Key.Hall), strings.Compare(a.Key.Name, b.Key.Name))
	})
	clear := make([]string, len(devices))
	keys = make([]record.Key, len(devices))
	for i := range devices {
		clear[i], devices[i].Key.Hash = app.NewKey()
		keys[i] = devices[i].Key
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		if errors.Is(err, os.ErrExist) {
			err = fmt.Errorf("%s exists already: name another folder with --out", folder)
		}
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}()
	var group errgroup.Group
	group.SetLimit(8 * runtime.GOMAXPROCS(0)) // they wait for the disk more than they compute
	for from := 0; from < len(devices); {
		to := from + 1
		for to < len(devices) && devices[to].Key.Hall == devices[from].Key.Hall {
			to++
		}
		halls++
		name := filepath.Join(folder, fmt.Sprintf("%04d-%s.html", halls, plainName(devices[from].Key.Hall)))
		ofHall, clearOfHall := devices[from:to], clear[from:to]
		group.Go(func() error {
			s, err := newSheet(ofHall, clearOfHall, address, today)
			if err != nil {
				return err
			}
			return writePrivate(name, s.write)
		})
		from = to
	}
	err = group.Wait()
	if err == nil && withCSV {
		err = writePrivate(filepath.Join(folder, "keys.csv"), func(w io.Writer) error { return writeKeysCSV(w, keys, clear) })
	}
	if err == nil {
		err = syncFolder(folder)
	}
	return keys, halls, err
}

func writeKeysCSV(w io.Writer, keys []record.Key, clear []string) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"name", "hall", "fingerprint", "key"}}
	for i := range keys {
		rows = append(rows, []string{keys[i].Name, keys[i].Hall, keys[i].Hash.Fingerprint(), clear[i]})
	}
	return out.WriteAll(rows)
}

// plainName is the part of a file's name that a code gives.
func plainName(code string) string {
	const longest = 40 // characters: with three bytes each well below the limit of file systems
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, code)
	if utf8.RuneCountInString(name) > longest {
		name = string([]rune(name)[:longest])
	}
	return name
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
