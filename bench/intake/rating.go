package main

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"
)

// ratings makes the bodies of all connections: each rating has an id and a case of
// its own, is about 500 bytes long, and comes from one of a few hundred windows. So
// that a day does not grow past what a province rates in one, the load moves to the
// next day now and then.
type ratings struct {
	forms []form
	first time.Time // the first day
	run   uint32    // tells the cases of this run from those of another on the same data
	made  atomic.Uint64
}

// form is a rating without what is different in each.
type form struct {
	head, tail string
	row        string // head of the same rating as a row of a table
	hour       string // time of day and offset
}

// Sizes of the invented load.
const (
	perDay  = 500_000
	spanned = 60 // days that the load may move through; then the last one grows
	shapes  = 512
)

func newRatings(now time.Time) *ratings {
	zone := time.FixedZone("", 8*3600)
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same load in every run
	g := &ratings{first: now.In(zone).AddDate(0, 0, -spanned), run: uint32(now.Unix())}
	for range shapes {
		hall := 1 + dice.IntN(12)
		department := 1 + dice.IntN(30)
		head := fmt.Sprintf(`{"level":%d,"object":"item","region":"9901%02d","hall":"H-%02d","window":"%02d","department":"D-%02d","item":"ITEM-%03d-%04d",`+
			`"staff":"ST-%05d","channel":"tablet","platform":"service hall","stage":"closing","device_id":"K-%02d%02d","installation":"%08x",`,
			5-min(4, int(dice.ExpFloat64())), 1+hall%7, hall, 1+dice.IntN(20), department, department, dice.IntN(400),
			dice.IntN(40_000), hall, dice.IntN(20), dice.Uint32())
		tail := fmt.Sprintf(`,"tags":["T%02d","T%02d"],"aspects":{"attitude":%d,"speed":%d}`, dice.IntN(20), 20+dice.IntN(20), 1+dice.IntN(5), 1+dice.IntN(5))
		if dice.IntN(100) < 4 {
			tail += `,"comment":"排队时间比较长，但是工作人员很耐心，一次就把材料讲清楚了。"`
		}
		g.forms = append(g.forms, form{head, tail + "}", `{"source":"bench","code_map":"five-best","answer":"active",` + head[1:], fmt.Sprintf("T%02d:%02d:%02d+08:00", 8+dice.IntN(9), dice.IntN(60), dice.IntN(60))})
	}
	return g
}

// writer makes the ratings of one connection.
type writer struct {
	g    *ratings
	dice *rand.Rand
	id   [16]byte
	day  int
	date string
}

func (g *ratings) writer() *writer {
	w := &writer{g: g, dice: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), day: -1} //nolint:gosec // ids need only be unique
	return w
}

// append adds one rating to b.
func (w *writer) append(b []byte) []byte {
	f, n := w.next()
	b = append(b, f.head...)
	b = append(b, `"id":"`...)
	b = w.appendID(b)
	b = append(b, `","case_id":"`...)
	b = strconv.AppendUint(b, uint64(w.g.run), 36)
	b = append(b, '-')
	b = strconv.AppendUint(b, n, 10)
	b = append(b, `","rated_at":"`...)
	b = append(b, w.date...)
	b = append(b, f.hour...)
	b = append(b, '"')
	return append(b, f.tail...)
}

// next chooses the form of a rating and numbers it.
func (w *writer) next() (*form, uint64) {
	n := w.g.made.Add(1)
	if day := min(int(n/perDay), spanned); day != w.day {
		w.day, w.date = day, w.g.first.AddDate(0, 0, day).Format(time.DateOnly)
	}
	return &w.g.forms[w.dice.IntN(len(w.g.forms))], n
}

// appendRow adds the same rating as a row of the table ratings.
func (w *writer) appendRow(b []byte) []byte {
	f, n := w.next()
	b = append(b, f.row...)
	b = append(b, `"id":"`...)
	b = w.appendID(b)
	b = append(b, `","case_id":"`...)
	b = strconv.AppendUint(b, uint64(w.g.run), 36)
	b = append(b, '-')
	b = strconv.AppendUint(b, n, 10)
	b = append(b, `","event_day":"`...)
	b = append(b, w.date...)
	b = append(b, `","rated_at":"`...)
	b = append(b, w.date...)
	b = append(b, ' ')
	b = append(b, f.hour[1:9]...)
	b = append(b, '"')
	return append(b, f.tail...)
}

// appendID adds a UUIDv7 of this moment.
func (w *writer) appendID(b []byte) []byte {
	ms, low, high := uint64(time.Now().UnixMilli()), w.dice.Uint64(), w.dice.Uint64()
	for i := range 6 {
		w.id[i] = byte(ms >> (40 - 8*i))
	}
	for i := range 8 {
		w.id[8+i] = byte(low >> (8 * i))
	}
	w.id[6], w.id[7] = 0x70|byte(high)&0x0f, byte(high>>8)
	w.id[8] = 0x80 | w.id[8]&0x3f
	at := len(b)
	b = append(b, "00000000-0000-0000-0000-000000000000"...)
	out := b[at:]
	hex.Encode(out[0:], w.id[0:4])
	hex.Encode(out[9:], w.id[4:6])
	hex.Encode(out[14:], w.id[6:8])
	hex.Encode(out[19:], w.id[8:10])
	hex.Encode(out[24:], w.id[10:16])
	return b
}
