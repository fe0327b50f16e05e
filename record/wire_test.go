package record_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/record"
)

func TestDecodeProblems(t *testing.T) {
	const secret = "13912345678"
	deep := strings.Repeat("[", 50) + strings.Repeat("]", 50)
	for raw, want := range map[string][]string{
		``:                                  {" malformed"},
		`{`:                                 {" malformed"},
		`{"id":"` + secret + `"`:            {" malformed"},
		`[]`:                                {" malformed"},
		`null`:                              {" malformed"},
		`"` + secret + `"`:                  {" malformed"},
		`{"id":"x"} {"id":"y"}`:             {" malformed"},
		`{"id":"x"},`:                       {" malformed"},
		`{"id":"x",}`:                       {" malformed"},
		`{id:"x"}`:                          {" malformed"},
		`{"id" "x"}`:                        {" malformed"},
		`{"id":x}`:                          {" malformed"},
		`{"id":tru}`:                        {" malformed"},
		`{"level":01}`:                      {" malformed"},
		`{"level":1.}`:                      {" malformed"},
		`{"level":-}`:                       {" malformed"},
		`{"level":+1}`:                      {" malformed"},
		`{"level":1e}`:                      {" malformed"},
		`{"level":NaN}`:                     {" malformed"},
		`{"tags":["a" "b"]}`:                {" malformed"},
		`{"tags":["a",]}`:                   {" malformed"},
		"{\"id\":\"a\nb\"}":                 {" malformed"},
		`{"id":"\x41"}`:                     {" malformed"},
		`{"id":"\ud83d"}`:                   {"id malformed"},
		`{"id":"\ud83d\u0041"}`:             {"id malformed"},
		`{"id":"\udc00\ud83d"}`:             {"id malformed"},
		`{"id":"\ud83d\u12"}`:               {" malformed"},
		`{"id":"\ud83d\ude00","x\ud83d":1}`: {" malformed", "(unprintable name) unknown_field"},
		`{"id":"\u12"}`:                     {" malformed"},
		"{\"id\":\"x\"}\x00":                {" malformed"},
		`{"id":"\`:                          {" malformed"},
		`{"id":` + secret + `}`:             {"id malformed"},
		`{"id":"x","id":"` + secret + `"}`:  {"id malformed"},
		`{"id":null,"id":"x"}`:              {"id malformed"},
		`{"aspects":{"q":1,"q":2}}`:         {"aspects malformed"},
		`{"nope":"` + secret + `"}`:         {"nope unknown_field"},
		`{"ID":"` + secret + `"}`:           {"ID unknown_field"},
		`{"` + secret + `":1}`:              {"(unprintable name) unknown_field"},
		`{"nope":` + deep + `}`:             {"nope unknown_field", "nope malformed"},
		`{"id":5,"x":{"y":[1,{"z":null}]},"tags":{},"probe":0}`: {"id malformed", "x unknown_field", "tags malformed", "probe malformed"},
		`{"id":5,"x":}`:                                               {" malformed"},
		`{"rated_at":""}`:                                             {"rated_at time"},
		`{"rated_at":true}`:                                           {"rated_at time"},
		`{"rated_at":["` + secret + `"]}`:                             {"rated_at time"},
		`{"rated_at":"a\u0000"}`:                                      {"rated_at time"},
		`{"rated_at":"` + strings.Repeat("1", 41) + `"}`:              {"rated_at time"},
		`{"device_seq":-1}`:                                           {"device_seq malformed"},
		`{"device_seq":1.0}`:                                          {"device_seq malformed"},
		`{"device_seq":18446744073709551616}`:                         {"device_seq malformed"},
		`{"assess_number":256}`:                                       {"assess_number malformed"},
		`{"level":true}`:                                              {"level malformed"},
		`{"level":{"a":"` + secret + `"}}`:                            {"level malformed"},
		`{"tags":"` + secret + `"}`:                                   {"tags malformed"},
		`{"tags":[1]}`:                                                {"tags malformed"},
		`{"tags":[` + strings.Repeat(`"",`, 300) + `""]}`:             {"tags too_long"},
		`{"probe":"` + secret + `"}`:                                  {"probe malformed"},
		"{\"comment\":\"" + secret + "\xff\xfe\"}":                    {" malformed"},
		`{"comment":"` + strings.Repeat("x", record.MaxLength) + `"}`: {" too_long"},
		`{"level":5}`:                                                 nil,
		" \t\r\n{ \"level\" : 5 } \n":                                 nil,
		`{"level":"5","aspects":{"q1":4}}`:                            nil,
		`{"level":null,"rated_at":null,"tags":[null],"aspects":{"q":null},"device_seq":null}`: nil,
	} {
		var in record.RatingInput
		ps := record.Decode([]byte(raw), &in)
		if d := cmp.Diff(want, fieldCodes(ps)); d != "" {
			t.Errorf("%.100q: %s", raw, d)
		}
		if b, err := json.Marshal(ps); err != nil || strings.Contains(string(b), secret) {
			t.Errorf("%.100q: the problems repeat a value: %s (%v)", raw, b, err)
		}
	}
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, `,"x%s":1`, strings.Repeat("y", i%30))
	}
	var in record.RatingInput
	if ps := record.Decode([]byte("{"+many.String()[1:]+"}"), &in); len(ps) != 20 {
		t.Errorf("%d problems are told of one record", len(ps))
	}
}

// What a fault at a place says of it.
func TestDecodeNamesThePlace(t *testing.T) {
	for raw, want := range map[string]string{
		`{"id":"x",!}`:            "not valid JSON at byte 11",
		`{"id":"x"`:               "not a complete JSON object",
		"{\"id\":\"\u597d\xff\"}": "not valid UTF-8 at byte 11: send text in UTF-8",
		`{"device_seq":"1"}`:      "device_seq: expects a JSON whole number",
		`{"level":[]}`:            "level: expects a JSON string or number",
		`{"id":"\ud83d"}`:         "id: has half of a surrogate pair, which is no character",
		`{"id":"a","id":"b"}`:     "id: is given twice: send each name once",
		`{"id":"a"}{`:             "there is more text behind the JSON object: send one object, an array or NDJSON",
	} {
		var in record.RatingInput
		if got := record.Decode([]byte(raw), &in).Error(); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

// A second value of any field is refused, each field is taken, and no two of a
// struct share the number by which that is found.
func TestDecodeTakesEveryFieldOnce(t *testing.T) {
	values := map[string]string{
		"uint8": "1", "uint32": "1", "uint64": "1", "int64": "1", "bool": "true", "time.Time": `"2026-05-04T09:30:00Z"`,
		"[]string": `["a"]`, "[]record.Interval": `[{"from":"2026-05-04T09:30:00Z","to":"2026-05-04T09:30:00Z"}]`, "map[string]record.Code": `{"a":1}`,
	}
	for _, in := range []any{
		&record.RatingInput{}, &record.CaseInput{}, &record.PromptInput{}, &record.FollowUpInput{}, &record.TallyInput{},
	} {
		var fields, names []string
		typ := reflect.TypeOf(in).Elem()
		for _, f := range reflect.VisibleFields(typ) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				continue
			}
			value := values[strings.TrimPrefix(f.Type.String(), "*")]
			if value == "" {
				value = `"1"`
			}
			fields, names = append(fields, fmt.Sprintf("%q:%s", name, value)), append(names, name)
		}
		once := strings.Join(fields, ",")
		if ps := record.Decode([]byte("{"+once+"}"), in); ps != nil {
			t.Errorf("%s: %v", typ, ps)
		}
		again := reflect.New(typ).Interface()
		if err := json.Unmarshal([]byte("{"+once+"}"), again); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(in, again) {
			t.Errorf("%s: decoded %+v, want %+v", typ, in, again)
		}
		for i, field := range fields {
			ps := record.Decode([]byte("{"+once+","+field+"}"), reflect.New(typ).Interface())
			if d := cmp.Diff([]string{names[i] + " malformed"}, fieldCodes(ps)); d != "" {
				t.Errorf("%s: %s", typ, d)
			}
		}
	}
}

// What the door says never repeats a submitted text.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"id":"01970a3e-5a00-7c3a-9d52-6f1b2c3d4e5f","source":"kiosk","level":5,"rated_at":"2026-05-04T12:00:00+08:00"}`))
	f.Add([]byte(`{"case_id":"x","version":1,"accepted_at":"2026-05-04T12:00:00Z","suspensions":[{"from":"2026-05-04T12:00:00Z"}]}`))
	f.Add([]byte("{\"comment\":\"\xff\"}"))
	d := testDoor()
	f.Fuzz(func(t *testing.T, raw []byte) {
		var rating record.RatingInput
		var c record.CaseInput
		var prompt record.PromptInput
		var follow record.FollowUpInput
		var tally record.TallyInput
		check := func(kind record.Kind, in any, door func() (any, record.Problems)) {
			if record.Decode(raw, in) != nil {
				return
			}
			r, ps := door()
			if ps != nil {
				return
			}
			b, err := record.Encode(r)
			if err != nil {
				t.Fatalf("%s accepted, but not encodable: %v", kind, err)
			}
			var batch record.Batch
			if err := batch.Decode(kind, b); err != nil || batch.Len() != 1 {
				t.Fatalf("%s encoded, but not decodable: %v", kind, err)
			}
		}
		check(record.KindRating, &rating, func() (any, record.Problems) { r, ps := d.Rating(&rating, receipt()); return &r, ps })
		check(record.KindCase, &c, func() (any, record.Problems) { r, ps := d.Case(&c, receipt()); return &r, ps })
		check(record.KindPrompt, &prompt, func() (any, record.Problems) { r, ps := d.Prompt(&prompt, receipt()); return &r, ps })
		check(record.KindFollowUp, &follow, func() (any, record.Problems) { r, ps := d.FollowUp(&follow, receipt()); return &r, ps })
		check(record.KindTally, &tally, func() (any, record.Problems) { r, ps := d.Tally(&tally, receipt()); return &r, ps })
		if !json.Valid([]byte(record.Redacted(raw))) {
			t.Fatal("the redacted form is no JSON")
		}
	})
}

func TestRedactPersonal(t *testing.T) {
	const phone, card = "[电话已隐去]", "[证件号已隐去]"
	for in, want := range map[string]string{
		"打13800138000找我":                    "打" + phone + "找我",
		"138 0013 8000":                     phone,
		"138-0013-8000.":                    phone + ".",
		"１３８００１３８０００":                       phone,
		"１３８　００１３　８０００":                     phone,
		"+86 13800138000":                   "+" + phone,
		"0086-138-0013-8000":                phone,
		"13800138000 13900139000":           phone + " " + phone,
		"2026-05-04 13800138000":            "2026-05-04 " + phone,
		"13800138000x":                      phone + "x",
		"身份证11010519491231002X":             "身份证" + card,
		"11010519491231002x，":               card + "，",
		"110105 19491231 002X":              card,
		"１１０１０５１９４９１２３１００２Ｘ":                card,
		"订单 202605041234567890":             "订单 202605041234567890", // 18 digits, wrong check digit
		"9138001380001":                     "9138001380001",         // inside a longer number
		"138001380001390013900013700137000": "138001380001390013900013700137000",
		"12345678901":                       "12345678901",
		"2026-05-04 09:30":                  "2026-05-04 09:30",
		"等了3.5小时，窗口12":                      "等了3.5小时，窗口12",
		"":                                  "",
	} {
		if got := record.RedactPersonal(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestRedacted(t *testing.T) {
	got := record.Redacted([]byte(`{"id":"abc","level":6,"comment":"张三 13800138000","rater":13800138000,"张三":"x","aspects":{"李四":"1"},"tags":["a"]}`))
	want := `{"aspects":{"unknown_fields":1},"comment":"text of 14","id":"text of 3","level":6,"rater":"long number","tags":["text of 1"],"unknown_fields":1}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := record.Redacted([]byte(`{"id":`)); got != `{"bytes":6}` {
		t.Errorf("bytes that are no JSON became %s", got)
	}
}

func TestDeriveID(t *testing.T) {
	when := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	id := record.DeriveID(when, "a", "bc")
	if id.Version() != 8 || id.Variant() != uuid.RFC4122 {
		t.Errorf("version %d, variant %s", id.Version(), id.Variant())
	}
	if id != record.DeriveID(when.In(shanghai), "a", "bc") {
		t.Error("equal inputs, other id")
	}
	seen := map[uuid.UUID]string{id: "a, bc"}
	for name, other := range map[string]uuid.UUID{
		"ab, c": record.DeriveID(when, "ab", "c"), "abc": record.DeriveID(when, "abc"), "a, bc, ": record.DeriveID(when, "a", "bc", ""),
		"later": record.DeriveID(when.Add(time.Millisecond), "a", "bc"),
	} {
		if twin, ok := seen[other]; ok {
			t.Errorf("%s has the id of %s", name, twin)
		}
		seen[other] = name
	}
	if later := record.DeriveID(when.Add(time.Millisecond), "a", "bc"); later.String() < id.String() {
		t.Error("ids are not in the order of their time")
	}
	if record.DeriveID(time.Time{}, "a").Version() != 8 {
		t.Error("no id without a time")
	}
}

// The identity of a version of a case does not depend on a clock's correction.
func TestCaseID(t *testing.T) {
	in := goodCase()
	a, _ := testDoor().Case(&in, receipt())
	rc := receipt()
	rc.Skew = time.Hour
	b, _ := testDoor().Case(&in, rc)
	if a.ID() != b.ID() || a.AcceptedAt.Equal(b.AcceptedAt) {
		t.Error("the id changed with the sender's clock")
	}
	in.Version = 2
	if c, _ := testDoor().Case(&in, receipt()); c.ID() == a.ID() {
		t.Error("two versions share an id")
	}
}

func TestBatchRoundTrip(t *testing.T) {
	in := goodRating()
	in.ServedAt = nil
	r, ps := testDoor().Rating(&in, receipt())
	if ps != nil {
		t.Fatal(ps)
	}
	b, err := record.Encode(&r)
	if err != nil {
		t.Fatal(err)
	}
	var batch record.Batch
	if err := batch.Decode(record.KindRating, b); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, batch.Ratings[0]); d != "" {
		t.Error(d)
	}
	for _, bad := range [][]byte{nil, {1}, {9, '{', '}'}, {1, '{'}} {
		if err := batch.Decode(record.KindRating, bad); err == nil {
			t.Errorf("%v is decoded", bad)
		}
	}
	if err := batch.Decode(record.Kind(99), b); err == nil || batch.Len() != 1 {
		t.Errorf("an unknown kind: %v, %d records", err, batch.Len())
	}
}

func TestSourceMapOn(t *testing.T) {
	day := calendar.MakeDay(2026, 5, 4)
	s := record.Source{Name: "s", ValidFrom: day - 100, CodeMaps: []record.DatedMap{
		{From: day, Map: record.MapGBT39046}, {Map: record.MapFiveBest},
	}}
	for offset, want := range map[calendar.Day]string{-101: "", -100: "five-best", -1: "five-best", 0: "gbt-39046", 50: "gbt-39046"} {
		if m, ok := s.MapOn(day + offset); m.Name != want || ok != (want != "") {
			t.Errorf("day %+d: map %q, want %q", offset, m.Name, want)
		}
	}
}
