package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"haochaping/calendar"
	"haochaping/demo"
	"haochaping/record"
	"haochaping/warehouse"
)

// demoSetting names the setting that says whose data a warehouse holds.
const demoSetting = "demo"

// Demo is the product with data of an invented province and simulated kiosks.
type Demo struct {
	*App
	Scale    float64 // 1 = the full size
	Live     bool    // simulated kiosks go on posting
	Progress func(stage string, done, total int)

	KioskKey string // key of a kiosk to try, once started

	plan    *demo.Plan
	liveKey string // of the simulated kiosks
}

// demoMonths is how far back the data reaches.
const demoMonths = 12

// Start fills the warehouse if that has not happened yet, serves it on loopback, and
// lets the kiosks post.
func (d *Demo) Start(ctx context.Context) error {
	a := d.App
	if err := a.checkPort(ctx); err != nil {
		return err
	}
	return a.build(ctx, a.openFolder, a.openEngine, a.openWarehouse, d.fill,
		a.openIntake, a.openAggregator, a.openAccess, d.openKeys, a.openWeb, a.openControl, d.openKiosks)
}

// checkPort finds out before the long work whether the web server will be able to listen.
func (a *App) checkPort(ctx context.Context) error {
	l, err := listen(ctx, a.cfg.Listen)
	if err != nil {
		return err
	}
	return l.Close()
}

// demoState is what the setting holds.
type demoState struct {
	Seed   uint64       `json:"seed"`
	End    calendar.Day `json:"end"`
	Scale  float64      `json:"scale"`
	Filled bool         `json:"filled"`
}

func (d *Demo) fill(ctx context.Context) error {
	w, err := d.store.get()
	if err != nil {
		return err
	}
	text, err := w.Setting(ctx, demoSetting)
	if err != nil {
		return err
	}
	state := demoState{Seed: demo.DefaultSeed, End: calendar.DayOf(time.Now(), d.cfg.Timezone.Location) - 1, Scale: d.Scale}
	switch {
	case text != "":
		if err := json.Unmarshal([]byte(text), &state); err != nil {
			return fmt.Errorf("read what the demo has filled: %w", err)
		}
	default:
		if n, err := w.Records(ctx); err != nil || n > 0 {
			return errors.Join(err, errors.New("this data folder holds records that are no demo data: choose another with --data-dir"))
		}
		if err := d.remember(ctx, w, state); err != nil {
			return err
		}
	}
	d.plan = demo.NewPlan(state.Seed, state.End, demoMonths, state.Scale)
	if state.Filled {
		return nil
	}
	if err := d.fillRecords(ctx, w); err != nil {
		return fmt.Errorf("fill with demo data: %w", err)
	}
	debug.FreeOSMemory() // what filling needed, serving does not
	state.Filled = true
	return d.remember(ctx, w, state)
}

func (d *Demo) remember(ctx context.Context, w *warehouse.Warehouse, state demoState) error {
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	return w.StoreSetting(ctx, demoSetting, string(text))
}

func (d *Demo) fillRecords(ctx context.Context, w *warehouse.Warehouse) error {
	for _, s := range demo.Sources() {
		if err := w.StoreSource(ctx, s); err != nil {
			return err
		}
	}
	dir, _ := d.plan.Province.Directory()
	if problems, err := w.ImportDirectory(ctx, &warehouse.DirectoryPart{
		Regions: dir.Regions(), Halls: dir.Halls(), Windows: dir.Windows(), Departments: dir.Departments(), Items: dir.Items(),
	}, "demo"); err != nil {
		return fmt.Errorf("%w: %v", err, problems)
	}
	if err := d.insertRecords(ctx, w); err != nil {
		return err
	}
	if _, err := w.RestateSeen(ctx, time.Now(), func(done, total int) { d.Progress("counting days", done, total) }); err != nil {
		return err
	}
	_, err := w.RestateItems(ctx)
	return err
}

// fillWorkers is how many goroutines accept and insert; each fills batches of its own.
const (
	fillWorkers = 2
	fillBatch   = 150_000
)

// insertRecords sends the demo's records through the same acceptance rules as everybody's.
// Its ids are derived, so that a fill which was interrupted is simply done again.
func (d *Demo) insertRecords(ctx context.Context, w *warehouse.Warehouse) error {
	maps := make(map[string]record.CodeMap)
	for _, s := range demo.Sources() {
		maps[s.Name] = s.CodeMaps[0].Map
	}
	door := *d.door
	door.Codes = func(source string, _ time.Time) (record.CodeMap, bool) { m, ok := maps[source]; return m, ok }
	total, done := d.plan.Totals().Records(), 0
	group, ctx := errgroup.WithContext(ctx)
	chunks := make(chan demo.Chunk)
	group.Go(func() error {
		defer close(chunks)
		for c := range d.plan.Chunks(ctx, 1) {
			n := c.Len()
			select {
			case chunks <- c:
			case <-ctx.Done():
				return ctx.Err()
			}
			done += n
			d.Progress("filling", done, total)
		}
		return ctx.Err()
	})
	for range fillWorkers {
		group.Go(func() error {
			var b record.Batch
			for c := range chunks {
				if err := acceptChunk(&door, &c, &b); err != nil {
					return err
				}
				if b.Len() < fillBatch {
					continue
				}
				if err := w.Insert(ctx, &b, ""); err != nil {
					return err
				}
				b = record.Batch{}
			}
			return w.Insert(ctx, &b, "")
		})
	}
	return group.Wait()
}

func acceptChunk(door *record.Door, c *demo.Chunk, b *record.Batch) error {
	for in := range c.Each {
		rc := record.Receipt{Now: time.Now(), Collector: "demo", Sender: "demo"}
		if r, ok := in.(*record.RatingInput); ok && r.DeviceID != "" {
			rc.Sender = r.DeviceID // as if it came under the device's own key: only then its numbers count
		}
		if problems := door.Accept(in, rc, b); len(problems) > 0 {
			return fmt.Errorf("a demo record of %s was refused: %w", c.Day, problems)
		}
	}
	return nil
}

// openKeys makes a key for the simulated kiosks and one for a kiosk to try. Both are
// new at every start.
func (d *Demo) openKeys(ctx context.Context) error {
	w, err := d.store.get()
	if err != nil {
		return err
	}
	var liveHash, kioskHash [32]byte
	d.liveKey, liveHash = NewKey()
	d.KioskKey, kioskHash = NewKey()
	halls := d.store.Directory().Halls()
	if len(halls) == 0 {
		return errors.New("the demo has no halls")
	}
	return w.StoreKeys(ctx, []record.Key{
		{Name: "demo-kiosks", Kind: record.KeySource, Sources: []string{demo.SourceLive}, Hash: liveHash},
		{Name: "demo-kiosk", Kind: record.KeyDevice, Device: "demo-kiosk", Sources: []string{record.SourceKiosk}, Hall: halls[0].Code, Hash: kioskHash},
	})
}

// openKiosks lets the simulated kiosks post to the product as real ones would.
func (d *Demo) openKiosks(context.Context) error {
	if !d.Live {
		return nil
	}
	client := &http.Client{Timeout: 10 * time.Second}
	kiosks := demo.Kiosks{
		Province: d.plan.Province, Seed: demo.DefaultSeed, Now: time.Now,
		Post:   func(ctx context.Context, ratings []record.RatingInput) error { return d.post(ctx, client, ratings) },
		Failed: func(err error) { d.log.Debug("demo kiosks wait", "error", err) },
	}
	d.spawn("the demo kiosks", kiosks.Run)
	d.onStop("the demo kiosks' connections", func(context.Context) error { client.CloseIdleConnections(); return nil })
	return nil
}

func (d *Demo) post(ctx context.Context, client *http.Client, ratings []record.RatingInput) (err error) {
	body, err := json.Marshal(ratings)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.address+"api/v1/ratings", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+d.liveKey)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)); err != nil {
		return err
	}
	if res.StatusCode != http.StatusAccepted {
		return fmt.Errorf("the collector answers %s", res.Status)
	}
	return nil
}
