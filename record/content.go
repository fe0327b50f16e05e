package record

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"
)

// ContentHash is the keyed hash of a record as sent; 16 bytes. in is a pointer to
// one of the wire structs, or a []byte. Two records have the same content if the
// same fields are given with the same values: empty texts, lists and maps count
// as not given, and of a time the instant counts, not the offset it is written in.
//
// It is made of two hashes in a row: the fields but the times, then that hash and the
// times. So a record whose times nobody can read yet has one, without its fields in the
// clear, as soon as somebody can.
func (d *Door) ContentHash(in any) [16]byte {
	return d.timedHash(d.untimedHash(in), in)
}

func (d *Door) untimedHash(in any) [16]byte {
	k := d.keyed("content")
	defer k.release()
	switch in := in.(type) {
	case *RatingInput:
		k.rating(in)
	case *CaseInput:
		k.caseVersion(in)
	case *PromptInput:
		k.prompt(in)
	case *FollowUpInput:
		k.followUp(in)
	case *TallyInput:
		k.tally(in)
	case []byte:
		k.sized("") // no field has this name: bytes are never a record
		k.b = append(k.b, in...)
	default:
		panic("record: no canonical form of " + reflect.TypeOf(in).String())
	}
	return k.sum()
}

// timedHash adds the times of a record to the hash of everything else.
func (d *Door) timedHash(untimed [16]byte, in any) [16]byte {
	if _, bytes := in.([]byte); bytes {
		return untimed
	}
	k := d.keyed("content with times")
	defer k.release()
	k.b = append(k.b, untimed[:]...)
	switch in := in.(type) {
	case *RatingInput:
		k.time("served_at", in.ServedAt)
		k.time("rated_at", in.RatedAt)
		k.unread(in.unread)
	case *CaseInput:
		k.time("accepted_at", in.AcceptedAt)
		k.text("promised_at", string(in.PromisedAt))
		k.text("statutory_at", string(in.StatutoryAt))
		k.time("finished_at", in.FinishedAt)
		k.intervals("suspensions", in.Suspensions)
		k.unread(in.unread)
	case *PromptInput:
		k.time("served_at", in.ServedAt)
		k.time("shown_at", in.ShownAt)
		k.unread(in.unread)
	case *FollowUpInput:
		k.time("at", in.At)
		k.unread(in.unread)
	case *TallyInput:
		k.text("from", in.From)
		k.text("to", in.To)
	}
	return k.sum()
}

// keyed makes one keyed hash: HMAC-SHA-256 of a purpose, a zero byte and what is
// appended to b, cut to 16 bytes.
//
// A record is appended as its fields that are not empty, each as its name and its
// value. Names and texts have their length before them, numbers end themselves and
// a name has one type, so that different contents never have the same bytes. A new
// field leaves the hashes of records without it as they are.
type keyed struct {
	key []byte
	mac hash.Hash
	b   []byte
	out [sha256.Size]byte
}

// keyedFree keeps the states of a key, which cost more to make than the hash of a
// record. They are no part of a Door, so that a Door stays a plain value.
var keyedFree sync.Pool

func (d *Door) keyed(purpose string) *keyed {
	k, _ := keyedFree.Get().(*keyed)
	if k == nil || !hmac.Equal(k.key, d.Key) {
		k = &keyed{key: slices.Clone(d.Key), mac: hmac.New(sha256.New, d.Key)}
	}
	k.b = append(append(k.b, purpose...), 0)
	return k
}

// release gives the state back, without what was hashed.
func (k *keyed) release() {
	const kept = 8 << 10 // far above a usual record
	clear(k.b)
	if k.b = k.b[:0]; cap(k.b) > kept {
		k.b = nil
	}
	k.mac.Reset()
	keyedFree.Put(k)
}

func (k *keyed) sum() [16]byte {
	k.mac.Write(k.b) // hash.Hash never returns an error
	return [16]byte(k.mac.Sum(k.out[:0]))
}

func (k *keyed) rating(in *RatingInput) {
	k.text("id", in.ID)
	k.text("source", in.Source)
	k.text("device_id", in.DeviceID)
	k.text("installation", in.Installation)
	k.number("device_seq", in.DeviceSeq)
	k.text("batch_id", in.BatchID)
	k.text("prompt_id", in.PromptID)
	k.text("object", in.Object)
	k.text("case_id", in.CaseID)
	k.text("service_number", in.ServiceNumber)
	k.text("stage", in.Stage)
	k.number("assess_number", uint64(in.AssessNumber))
	k.text("answer", string(in.Answer))
	k.text("level", string(in.Level))
	k.codes("aspects", in.Aspects)
	k.text("question_set", in.QuestionSet)
	k.place(&in.Place)
	k.text("channel", string(in.Channel))
	k.text("platform", in.Platform)
	k.texts("tags", in.Tags)
	k.text("comment", in.Comment)
	k.text("rater", in.Rater)
	k.text("contact", in.Contact)
	k.text("time_quality", in.TimeQuality)
	k.flag("probe", in.Probe)
	k.flag("test", in.Test)
}

func (k *keyed) caseVersion(in *CaseInput) {
	k.text("source", in.Source)
	k.text("case_id", in.CaseID)
	k.number("version", in.Version)
	k.text("batch_id", in.BatchID)
	k.text("kind", string(in.Kind))
	k.place(&in.Place)
	k.text("status", in.Status)
	if in.HandlingSeconds != nil {
		k.sized("handling_seconds")
		k.b = binary.AppendVarint(k.b, *in.HandlingSeconds)
	}
	if in.Visits != nil {
		k.sized("visits")
		k.b = binary.AppendUvarint(k.b, uint64(*in.Visits))
	}
	k.flag("on_the_spot", in.OnTheSpot)
	k.flag("filed_online", in.FiledOnline)
	k.flag("test", in.Test)
}

func (k *keyed) prompt(in *PromptInput) {
	k.text("id", in.ID)
	k.text("source", in.Source)
	k.text("device_id", in.DeviceID)
	k.text("batch_id", in.BatchID)
	k.text("case_id", in.CaseID)
	k.text("service_number", in.ServiceNumber)
	k.text("stage", in.Stage)
	k.place(&in.Place)
	k.text("channel", string(in.Channel))
	k.flag("test", in.Test)
}

func (k *keyed) followUp(in *FollowUpInput) {
	k.text("id", in.ID)
	k.text("source", in.Source)
	k.text("batch_id", in.BatchID)
	k.text("rating_id", in.RatingID)
	k.text("step", in.Step)
	if in.Satisfied != nil {
		k.sized("satisfied")
		k.b = strconv.AppendBool(k.b, *in.Satisfied)
	}
	k.text("by", in.By)
	k.text("note", in.Note)
}

func (k *keyed) tally(in *TallyInput) {
	k.text("source", in.Source)
	k.place(&in.Place)
	k.text("answer", string(in.Answer))
	k.text("level", string(in.Level))
	k.text("channel", string(in.Channel))
	k.number("count", in.Count)
	k.number("version", in.Version)
}

func (k *keyed) place(p *Place) {
	k.text("region", p.Region)
	k.text("hall", p.Hall)
	k.text("window", p.Window)
	k.text("department", p.Department)
	k.text("item", p.Item)
	k.text("staff", p.Staff)
}

// sized appends a name or a text with its length before it.
func (k *keyed) sized(s string) {
	k.b = binary.AppendUvarint(k.b, uint64(len(s)))
	k.b = append(k.b, s...)
}

func (k *keyed) text(name, s string) {
	if s != "" {
		k.sized(name)
		k.sized(s)
	}
}

func (k *keyed) number(name string, n uint64) {
	if n != 0 {
		k.sized(name)
		k.b = binary.AppendUvarint(k.b, n)
	}
}

func (k *keyed) flag(name string, set bool) {
	if set {
		k.sized(name)
	}
}

func (k *keyed) time(name string, t *time.Time) {
	if t != nil {
		k.sized(name)
		k.instant(*t)
	}
}

func (k *keyed) instant(t time.Time) {
	k.b = binary.AppendVarint(k.b, t.Unix())
	k.b = binary.AppendUvarint(k.b, uint64(t.Nanosecond()))
}

func (k *keyed) texts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	k.sized(name)
	k.b = binary.AppendUvarint(k.b, uint64(len(list)))
	for _, s := range list {
		k.sized(s)
	}
}

func (k *keyed) codes(name string, m map[string]Code) {
	if len(m) == 0 {
		return
	}
	k.sized(name)
	k.b = binary.AppendUvarint(k.b, uint64(len(m)))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		k.sized(key)
		k.sized(string(m[key]))
	}
}

// unread appends the times that nobody has read yet, under a name that no field has.
func (k *keyed) unread(list unreadTimes) {
	if len(list) == 0 {
		return
	}
	k.sized("unread times")
	k.b = binary.AppendUvarint(k.b, uint64(len(list)))
	for _, u := range list {
		k.sized(u.field)
		k.b = binary.AppendUvarint(k.b, uint64(u.index))
		k.sized(u.text)
	}
}

func (k *keyed) intervals(name string, list []Interval) {
	if len(list) == 0 {
		return
	}
	k.sized(name)
	k.b = binary.AppendUvarint(k.b, uint64(len(list)))
	for _, span := range list {
		k.instant(span.From)
		k.instant(span.To)
	}
}
