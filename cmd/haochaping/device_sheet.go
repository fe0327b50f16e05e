package main

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/skip2/go-qrcode"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"haochaping/app"
	"haochaping/calendar"
)

// cardsOnPage is how many devices an A4 page has: two columns of four.
const cardsOnPage = 8

//go:embed device_sheet.html
var sheetText string

var sheetTemplate = template.Must(template.New("sheet").Parse(sheetText))

// sheet is a printable file with the set-up codes of the devices of one hall.
type sheet struct {
	Hall, HallName, HallNameEN string
	Day                        calendar.Day // of printing
	Pages                      []sheetPage
	Devices                    int
}

type sheetPage struct {
	*sheet
	Number int
	Cards  []card
}

// card sets up one device: whoever scans its code becomes that device.
type card struct {
	Name        string
	Window      windowOnCard   // on the day of printing
	Later       []windowOnCard // and after it
	Fingerprint string
	Code        qrCode
}

type windowOnCard struct {
	From       calendar.Day
	Code, Name string
}

// qrCode is a drawing of a QR code: one path of horizontal strokes over a square of so
// many modules.
type qrCode struct {
	Path string
	Size int
}

// newSheet lays out the devices of one hall; clear are their keys, in the same order.
func newSheet(devices []app.NewDevice, clear []string, address string, today calendar.Day) (*sheet, error) {
	first := &devices[0]
	s := &sheet{Hall: first.Key.Hall, HallName: first.HallName, HallNameEN: first.HallNameEN, Day: today, Devices: len(devices)}
	for i := range devices {
		c, err := newCard(&devices[i], address+"#key="+clear[i], today)
		if err != nil {
			return nil, err
		}
		if i%cardsOnPage == 0 {
			s.Pages = append(s.Pages, sheetPage{sheet: s, Number: i/cardsOnPage + 1})
		}
		page := &s.Pages[len(s.Pages)-1]
		page.Cards = append(page.Cards, c)
	}
	return s, nil
}

func newCard(d *app.NewDevice, setUp string, today calendar.Day) (card, error) {
	code, err := drawQR(setUp)
	if err != nil {
		return card{}, fmt.Errorf("draw the code of device %q: %w", d.Key.Name, err) // never with the key
	}
	c := card{Name: d.Key.Name, Fingerprint: d.Key.Hash.Fingerprint(), Code: code}
	now, _ := d.Key.WindowOn(today)
	for i, w := range d.Key.Windows {
		on := windowOnCard{From: w.From, Code: w.Window, Name: d.WindowNames[i]}
		switch {
		case w.From > today:
			c.Later = append(c.Later, on)
		case w.Window == now:
			c.Window = on
		}
	}
	slices.SortFunc(c.Later, func(a, b windowOnCard) int { return int(a.From - b.From) })
	return c, nil
}

// drawQR draws a text with error correction M: a seventh of the code may be creased or stained.
func drawQR(text string) (qrCode, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return qrCode{}, errors.New("the address is too long for a QR code")
	}
	q.DisableBorder = true // the drawing has its own
	rows := q.Bitmap()
	path := make([]byte, 0, 4<<10)
	for y, row := range rows {
		end := -1 // of the stroke before, in this row
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			start := x
			for x < len(row) && row[x] {
				x++
			}
			if end < 0 {
				path = strconv.AppendInt(append(path, 'M'), int64(start), 10)
				path = append(strconv.AppendInt(append(path, ' '), int64(y), 10), ".5"...)
			} else {
				path = append(strconv.AppendInt(append(path, 'm'), int64(start-end), 10), " 0"...)
			}
			path = strconv.AppendInt(append(path, 'h'), int64(x-start), 10)
			end = x
		}
	}
	return qrCode{string(path), len(rows)}, nil
}

// Box is the part of the drawing that is shown: the code and the quiet zone around it.
func (q qrCode) Box() string { return fmt.Sprintf("-4 -4 %d %[1]d", q.Size+8) }

// Last is the number of the last page.
func (s *sheet) Last() int { return len(s.Pages) }

// write writes the sheet as an HTML file that needs nothing else.
func (s *sheet) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	if err := sheetTemplate.Execute(out, s); err != nil {
		return fmt.Errorf("write the sheet of hall %q: %w", s.Hall, err)
	}
	return out.Flush()
}

// makePrivate makes a file for secrets: for this user alone, and never in place of another.
func makePrivate(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s exists already: choose another name, or remove it", path)
	}
	return f, err
}

// writePrivate writes such a file and makes it durable: keys are shown once.
func writePrivate(path string, write func(io.Writer) error) error {
	f, err := makePrivate(path)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// sheetFlags are --sheet and --url: the key of one device goes onto a card instead of the
// terminal.
type sheetFlags struct{ path, url string }

func (s *sheetFlags) bind(f *pflag.FlagSet) {
	f.StringVar(&s.path, "sheet", "", "write the key as a QR code into this HTML file, to be printed, instead of printing it here")
	f.StringVar(&s.url, "url", "", "with --sheet: how devices reach the product, such as https://pingjia.example.cn; default public_base_url")
}

// prepare finds out how to show a key before there is one: what cannot be shown must not be made.
func (s *sheetFlags) prepare(c *cobra.Command) (show func(*app.KeyChange, string) error, err error) {
	if s.path == "" {
		return func(_ *app.KeyChange, clear string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), clear)
			return err
		}, nil
	}
	cfg, _, err := load(c, nil)
	if err != nil {
		return nil, err
	}
	address, err := kioskAddress(cfg, s.url)
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(s.path); err == nil {
		return nil, fmt.Errorf("%s exists already: choose another name, or remove it", s.path)
	}
	return func(done *app.KeyChange, clear string) error {
		device := app.NewDevice{Key: done.Key, Places: done.Places}
		card, err := newSheet([]app.NewDevice{device}, []string{clear}, address, calendar.DayOf(time.Now(), cfg.Timezone.Location))
		if err == nil {
			err = writePrivate(s.path, card.write)
		}
		if err != nil {
			return fmt.Errorf("the new key is in force but was not shown, rotate it again: %w", err)
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "sheet to print: %s\n", s.path)
		return err
	}, nil
}
