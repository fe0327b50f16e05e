package warehouse

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/ext"

	"haochaping/record"
)

// installation is one installation of a device.
type installation struct{ device, name string }

// numbers is what a batch brings of one installation.
type numbers struct {
	list        []uint64
	highest     uint64
	first, last time.Time // of receipt
}

type batchNumbers map[installation]*numbers

// add notes that something of a device arrived; seq 0 = without a number. Only what a
// device sent itself counts, under its own key, whose name is the device's: others may
// name any device, and must not hide that a number of it is missing.
func (b batchNumbers) add(sender, device, name string, seq uint64, at time.Time) {
	if device == "" || sender != device {
		return
	}
	n := b[installation{device, name}]
	if n == nil {
		n = &numbers{first: at, last: at}
		b[installation{device, name}] = n
	}
	n.first, n.last = earlier(n.first, at), newest(n.last, at)
	if seq > 0 {
		n.list = append(n.list, seq)
		n.highest = max(n.highest, seq)
	}
}

// insertNumbers adds the numbers of a batch to those of its devices. They are sets: a
// repeat changes nothing.
func (w *Warehouse) insertNumbers(ctx context.Context, b *record.Batch) error {
	found := make(batchNumbers)
	for i := range b.Ratings {
		r := &b.Ratings[i]
		found.add(r.Sender, r.DeviceID, r.Installation, r.DeviceSeq, r.ReceivedAt)
	}
	for i := range b.Prompts {
		p := &b.Prompts[i]
		found.add(p.Sender, p.DeviceID, "", 0, p.ReceivedAt)
	}
	for i := range b.Refused {
		r := &b.Refused[i]
		found.add(r.Sender, r.DeviceID, r.Installation, r.DeviceSeq, r.ReceivedAt)
	}
	if len(found) == 0 {
		return nil
	}
	table, err := ext.NewTable("batch_numbers", ext.Column("device_id", "String"), ext.Column("installation", "String"),
		ext.Column("numbers", "Array(UInt64)"), ext.Column("highest", "UInt64"),
		ext.Column("first_at", "DateTime64(3, 'UTC')"), ext.Column("last_at", "DateTime64(3, 'UTC')"))
	if err != nil {
		return fmt.Errorf("store the numbers of devices: %w", err)
	}
	for of, n := range found {
		if err := table.Append(of.device, of.name, n.list, n.highest, orEpoch(n.first), orEpoch(n.last)); err != nil {
			return refusedError{fmt.Errorf("store the numbers of devices: a value that the client cannot send (%T)", err)}
		}
	}
	return w.exec(clickhouse.Context(ctx, clickhouse.WithExternalTable(table)), "store_numbers", nil)
}

// DeviceNumbers says what has arrived of the numbers of one device, for each
// installation that gave numbers, the newest first, each with at most 1,000 missing
// ranges.
func (w *Warehouse) DeviceNumbers(ctx context.Context, device string) (list []record.DeviceNumbers, err error) {
	rows, err := w.rows(ctx, "device_numbers", params{"device": textParam(device)})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		n := record.DeviceNumbers{Device: device}
		var firsts, lasts []uint64
		if err := rows.Scan(&n.Installation, &n.Received, &n.Highest, &firsts, &lasts, &n.FirstAt, &n.LastAt); err != nil {
			return nil, fmt.Errorf("read the numbers of a device: %w", err)
		}
		n.MissingCount, n.Contiguous = n.Highest-n.Received, n.Highest
		for i := range firsts {
			n.Missing = append(n.Missing, record.NumberRange{First: firsts[i], Last: lasts[i]})
		}
		if len(firsts) > 0 {
			n.Contiguous = firsts[0] - 1
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// Devices counts what has arrived of the numbers of every device, for each installation,
// without the missing ranges. A device that sent something, but never a number, has an
// entry with nothing received.
func (w *Warehouse) Devices(ctx context.Context) (list []record.DeviceNumbers, err error) {
	rows, err := w.rows(ctx, "devices", nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var n record.DeviceNumbers
		if err := rows.Scan(&n.Device, &n.Installation, &n.Received, &n.Highest, &n.Contiguous, &n.FirstAt, &n.LastAt); err != nil {
			return nil, fmt.Errorf("read the numbers of devices: %w", err)
		}
		n.MissingCount = n.Highest - n.Received
		list = append(list, n)
	}
	return list, rows.Err()
}
