package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
	"time"

	"github.com/cockroachdb/errors/oserror"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// The witness is a small file beside the store that says up to which record the
// spool has acknowledged. The end of a log is the one place where damage looks
// like a write that power loss cut off, which is normal and holds nothing
// acknowledged; the witness tells the two apart. It may lag, never lead.
const (
	witnessFile  = "WITNESS"
	witnessMagic = "SPOOLWIT"
	witnessSlot  = 4096 // two slots in two sectors: a torn write spoils one
	witnessLen   = 8 + 16 + 8 + 4
	witnessPause = time.Second
)

// witnessMark is what the witness saw; seq 0 if there is none.
type witnessMark struct {
	id  [16]byte
	seq uint64
}

// witness writes the mark while the spool is open. Its goroutine is owned by
// the Spool and ends in stop.
type witness struct {
	file    vfs.File
	id      [16]byte
	slot    int64  // next slot to write; owned by run, then by stop
	written uint64 // owned by run, then by stop
	news    chan struct{}
	done    sync.WaitGroup
}

// readWitness returns the younger readable slot, or a zero mark when there is
// none: a spool that never acknowledged has none.
func readWitness(fs vfs.FS, dir string) (witnessMark, error) {
	f, err := fs.Open(fs.PathJoin(dir, witnessFile))
	if oserror.IsNotExist(err) {
		return witnessMark{}, nil
	}
	if err != nil {
		return witnessMark{}, fmt.Errorf("read witness: %w", err)
	}
	raw, err := io.ReadAll(io.LimitReader(f, 2*witnessSlot))
	if err = errors.Join(err, f.Close()); err != nil {
		return witnessMark{}, fmt.Errorf("read witness: %w", err)
	}
	var seen witnessMark
	readable := false
	for at := 0; at+witnessLen <= len(raw); at += witnessSlot {
		m, ok := decodeWitness(raw[at : at+witnessLen])
		readable = readable || ok
		if ok && m.seq >= seen.seq {
			seen = m
		}
	}
	if !readable {
		return witnessMark{}, &Damage{Place: "witness", Detail: "neither of its two slots is readable"}
	}
	return seen, nil
}

func encodeWitness(m witnessMark) []byte {
	b := append(make([]byte, 0, witnessLen), witnessMagic...)
	b = append(b, m.id[:]...)
	b = binary.BigEndian.AppendUint64(b, m.seq)
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func decodeWitness(b []byte) (m witnessMark, ok bool) {
	body := b[:witnessLen-4]
	if string(b[:8]) != witnessMagic || crc32.Checksum(body, castagnoli) != binary.BigEndian.Uint32(b[witnessLen-4:]) {
		return m, false
	}
	copy(m.id[:], b[8:])
	m.seq = binary.BigEndian.Uint64(b[24:])
	return m, true
}

// startWitness makes the file if needed, writes where the spool stands and
// begins to follow it.
func startWitness(s *Spool, seen witnessMark) (*witness, error) {
	w := &witness{id: s.id, written: seen.seq, news: make(chan struct{}, 1)}
	if err := w.open(s.opts.FS, s.opts.Dir); err != nil {
		return nil, fmt.Errorf("open witness: %w", err)
	}
	// Both slots: whatever was in either of them before is older.
	for range 2 {
		if err := w.write(s.last.seq); err != nil {
			return nil, errors.Join(fmt.Errorf("write witness: %w", err), w.file.Close())
		}
	}
	w.done.Go(func() { w.run(s) })
	return w, nil
}

func (w *witness) open(fs vfs.FS, dir string) (err error) {
	path := fs.PathJoin(dir, witnessFile)
	if _, err = fs.Stat(path); err == nil {
		w.file, err = fs.OpenReadWrite(path, vfs.WriteCategoryUnspecified)
		return err
	} else if !oserror.IsNotExist(err) {
		return err
	}
	// Made under another name, so that a crash leaves a whole file or none.
	fresh := path + ".new"
	f, err := fs.Create(fresh, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	first := make([]byte, 2*witnessSlot)
	copy(first, encodeWitness(witnessMark{id: w.id}))
	copy(first[witnessSlot:], first[:witnessLen])
	if _, err = f.Write(first); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = fs.Rename(fresh, path); err != nil {
		return err
	}
	if err = syncDir(fs, dir); err != nil {
		return err
	}
	w.file, err = fs.OpenReadWrite(path, vfs.WriteCategoryUnspecified)
	return err
}

func (w *witness) write(seq uint64) error {
	if _, err := w.file.WriteAt(encodeWitness(witnessMark{id: w.id, seq: seq}), w.slot*witnessSlot); err != nil {
		return err
	}
	if err := w.file.SyncData(); err != nil {
		return err
	}
	w.slot, w.written = 1-w.slot, seq
	return nil
}

// touch tells the witness that the acknowledged mark moved. It never blocks.
func (w *witness) touch() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// run writes the mark at once after a quiet time and then once a second, and the
// calendar of ids every hour.
func (w *witness) run(s *Spool) {
	hourly := time.NewTicker(agePause)
	defer hourly.Stop()
	for {
		select {
		case <-s.ending:
			return
		case <-s.failed:
			return
		case <-hourly.C:
			if s.saveAge() != nil {
				return // the spool has stopped
			}
			continue
		case <-w.news:
		}
		if err := w.write(s.ackedSeq()); err != nil {
			// The fsync failed on the very disk that holds the log.
			_ = s.fail(fmt.Errorf("write witness: %w", err))
			return
		}
		pause := time.NewTimer(s.opts.pause)
		select {
		case <-s.ending:
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

// stop waits for run, writes the last mark and closes the file.
func (w *witness) stop(s *Spool) error {
	w.done.Wait()
	var err error
	if acked := s.ackedSeq(); s.broken() == nil && acked != w.written {
		err = w.write(acked)
	}
	return errors.Join(err, w.file.Close())
}
