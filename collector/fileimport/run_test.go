package fileimport

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/text/encoding/simplifiedchinese"

	"haochaping/directory/naming"
	"haochaping/record"
)

var testNow = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func testDoor(t testing.TB, zone string) *record.Door {
	t.Helper()
	return &record.Door{
		Zone: zoneOf(t, zone), Key: []byte("0123456789abcdef0123456789abcdef"), Future: 10 * time.Minute, Past: 20 * 365 * 24 * time.Hour,
	}
}

// memory keeps what it is given.
type memory struct {
	all     record.Batch
	tokens  []string
	sizes   []int
	failing error
}

func (s *memory) Insert(_ context.Context, b *record.Batch, token string) error {
	if s.failing != nil {
		return s.failing
	}
	s.all.Ratings = append(s.all.Ratings, b.Ratings...)
	s.all.Cases = append(s.all.Cases, b.Cases...)
	s.all.Prompts = append(s.all.Prompts, b.Prompts...)
	s.all.FollowUps = append(s.all.FollowUps, b.FollowUps...)
	s.all.Tallies = append(s.all.Tallies, b.Tallies...)
	s.all.Refused = append(s.all.Refused, b.Refused...)
	s.tokens, s.sizes = append(s.tokens, token), append(s.sizes, b.Len())
	return nil
}

func mapping(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := LoadMapping(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const plainMapping = `
source: hall
code_map: {preset: five-best}
records:
  - kind: rating
    fields:
      id: derived
      rated_at: {column: 时间}
      level: {column: 评价}
      hall: {column: 大厅}
      comment: {column: 意见}
`

const plainCSV = "时间,评价,大厅,意见\n2026-05-01 09:30:00,5,一号,很好\n2026-05-01,1,二号,\"慢,\n很慢\"\n2026-05-01,1,二号,\"慢,\n很慢\"\n"

func load(t testing.TB, m, name string, file []byte) (*memory, Result, string) {
	t.Helper()
	sink := &memory{}
	var refused bytes.Buffer
	result, err := Run(context.Background(), Options{
		Mapping: mapping(t, m), Door: testDoor(t, "Asia/Shanghai"), Sink: sink, Refused: &refused, Now: func() time.Time { return testNow },
	}, name, bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return sink, result, refused.String()
}

func ratingIDs(b *record.Batch) []string {
	var ids []string
	for i := range b.Ratings {
		ids = append(ids, b.Ratings[i].ID.String())
	}
	slices.Sort(ids)
	return ids
}

func gb18030(t testing.TB, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func zipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The same rows are the same records in every encoding, packing and format.
func TestEncodingsAndFormats(t *testing.T) {
	ndjson := `{"时间":"2026-05-01 09:30:00","评价":5,"大厅":"一号","意见":"很好"}
{"意见":"慢,\n很慢","评价":"1","时间":"2026-05-01","大厅":"二号","other":null}

{"意见":"慢,\n很慢","评价":1,"时间":"2026-05-01","大厅":"二号"}`
	tests := []struct {
		name, file, encoding, format string
		text                         []byte
	}{
		{"utf-8", "a.csv", UTF8, formatCSV, []byte(plainCSV)},
		{"no last line end", "a.csv", UTF8, formatCSV, []byte(strings.TrimSuffix(plainCSV, "\n"))},
		{"crlf", "a.csv", UTF8, formatCSV, []byte(strings.ReplaceAll(plainCSV, "\n", "\r\n"))},
		{"bom", "a.csv", UTF8BOM, formatCSV, []byte("\ufeff" + plainCSV)},
		{"gb18030", "a.csv", GB18030, formatCSV, gb18030(t, plainCSV)},
		{"gzip", "a.csv.gz", UTF8, formatCSV, zipped(t, []byte(plainCSV))},
		{"gzip without a name", "-", GB18030, formatCSV, zipped(t, gb18030(t, plainCSV))},
		{"tab", "a.tsv", UTF8, formatCSV, []byte(strings.NewReplacer("慢,", "慢,", ",", "\t").Replace(plainCSV))},
		{"ndjson", "a.jsonl", UTF8, formatNDJSON, []byte(ndjson)},
		{"ndjson by content", "-", GB18030, formatNDJSON, gb18030(t, ndjson)},
	}
	var want []string
	for _, test := range tests {
		sink, result, refused := load(t, plainMapping, test.file, test.text)
		if result.Encoding != test.encoding || result.Format != test.format || result.Rows != 3 || result.Accepted != 3 {
			t.Errorf("%s: %+v\n%s", test.name, result, refused)
			continue
		}
		got := ratingIDs(&sink.all)
		if want == nil {
			want = got
			if len(slices.Compact(slices.Clone(got))) != 3 {
				t.Error("equal rows share an id")
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: other ids: %s", test.name, diff)
		}
		if c := sink.all.Ratings[0].Comment; !slices.Contains([]string{"很好", "慢,\n很慢"}, c) {
			t.Errorf("%s: comment %q", test.name, c)
		}
	}
}

func TestBrokenBytes(t *testing.T) {
	row := "2026-05-01,5,一号,很好\n"
	text := "时间,评价,大厅,意见\n" + strings.Repeat(row, 20)
	broken := []byte(text + "2026-05-01,5,一号,\xff好\n" + row)
	sink, result, refused := load(t, plainMapping, "a.csv", broken)
	place := bytes.IndexByte(broken, 0xff) + 1
	want := fmt.Sprintf("line 22, byte 21 (byte %d of the file) is not UTF-8", place)
	if result.Refused != 1 || len(sink.all.Ratings) != 21 || !strings.Contains(refused, want) || strings.Contains(refused, "好") {
		t.Errorf("want %q in\n%s%+v", want, refused, result)
	}

	gb := append(gb18030(t, text), []byte("2026-05-01,5,\xd2\xbb,\xff\n")...)
	_, result, refused = load(t, plainMapping, "a.csv", gb)
	if result.Encoding != GB18030 || result.Refused != 1 || !strings.Contains(refused, "line 22, byte 17") || !strings.Contains(refused, "is not GB18030") {
		t.Errorf("GB18030: %+v\n%s", result, refused)
	}
}

// What cannot be told for certain is refused as a whole, with the place.
func TestFilesRefused(t *testing.T) {
	latin := "时间"
	tests := []struct{ name, file, text, want string }{
		{"empty", "a.csv", "", "the file is empty"},
		{"latin-1", "a.csv", "x\nS\xe3o Paulo\nParan\xe1 a\nCear\xe1,Goi\xe1s e Maranh\xe3o", "line 2: byte 4 (0xe3) is not UTF-8"},
		{"utf-16", "a.csv", "\xff\xfea\x00", "UTF-16"},
		{"utf-16 without mark", "a.csv", "a\x00b\x00", "zero byte"},
		{"column missing", "a.csv", "时间,评价,大廳,意见\n", `the column "大厅", which the file does not have; the nearest is "大廳"`},
		{"column twice", "a.csv", "时间,评价,大厅,意见,评价\n", `two columns "评价"`},
		{"only a header is cut off", "a.csv", "\"时间", "cannot be read"},
		{"xls", "a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or an encrypted workbook"},
		{"zip", "a.csv", "PK\x03\x04abcd", "not csv"},
		{"no xlsx", "a.xlsx", latin, "no workbook"},
		{"damaged xlsx", "a.xlsx", "PK\x03\x04abcdefgh", "no workbook (xlsx), or it is cut off"},
	}
	for _, test := range tests {
		_, err := Run(context.Background(), Options{Mapping: mapping(t, plainMapping), Door: testDoor(t, "Asia/Shanghai"), Sink: &memory{}},
			test.file, strings.NewReader(test.text))
		var file *FileError
		if !errors.As(err, &file) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestPackedFileCutOff(t *testing.T) {
	packed := zipped(t, []byte(plainCSV+strings.Repeat("2026-05-01,5,x,y\n", 5000)))
	sink := &memory{}
	_, err := Run(context.Background(), Options{Mapping: mapping(t, plainMapping), Door: testDoor(t, "Asia/Shanghai"), Sink: sink},
		"a.csv.gz", bytes.NewReader(packed[:len(packed)-9]))
	if err == nil || !strings.Contains(err.Error(), "damaged or cut off") {
		t.Errorf("error %v", err)
	}
}

func TestRowsRefused(t *testing.T) {
	text := "时间,评价,大厅,意见\n" +
		"2026-05-01,5,a,b,c\n" + // 2: too many cells
		"2026-05-01,5\n" + // 3: too few
		"\n" + // 4: empty, no row
		"2026-05-01,5,a\"b,c\n" + // 5: quote within
		"2026-05-01,9,a,13800138000 秘密\n" + // 6: no level
		"01/05/2026,5,a,b\n" + // 7: no time
		"2199-01-01,5,a,b\n" + // 8: the future
		"2026-05-01,5,a,b\n" + // 9: good
		"2026-05-01,5,\"a,b\n" + // 10: never closed
		"2026-05-01,5,a,b\n" + // 11: good
		"2026-05-01,5,a," + strings.Repeat("x", maxLine) + "\n" + // 12: too long
		"2026-05-01,5,a,b\n" // 13: good
	sink, result, refused := load(t, plainMapping, "a.csv", []byte(text))
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(refused), "\n")[1:] {
		cells := strings.Split(line, ",")
		got = append(got, cells[0]+" "+cells[2]+" "+cells[3])
	}
	want := []string{"2 malformed ", "3 malformed ", "5 malformed ", "6 unmapped level", "7 time rated_at", "8 time rated_at", "10 malformed ", "12 too_long "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(sink.all.Ratings) != 3 || result.Rows != 11 || result.Refused != 8 || len(sink.all.Refused) != 8 {
		t.Errorf("%+v, %d kept as refused", result, len(sink.all.Refused))
	}
	if result.ByReason[record.CodeMalformed] != 4 {
		t.Errorf("by reason %v", result.ByReason)
	}
	everything := refused + fmt.Sprint(sink.all.Refused)
	for _, secret := range []string{"13800138000", "秘密", "xxxx"} {
		if strings.Contains(everything, secret) {
			t.Errorf("submitted text %q stands in what is kept of refused rows", secret)
		}
	}
	if !strings.Contains(refused, "text of 14") {
		t.Errorf("the shape of the record is missing:\n%s", refused)
	}
	again, _, _ := load(t, plainMapping, "a.csv", []byte(text))
	for i := range sink.all.Refused {
		if sink.all.Refused[i].ID != again.all.Refused[i].ID {
			t.Errorf("refused record %d has another id in the second run", i)
		}
	}
}

func TestUnpivot(t *testing.T) {
	text := `
source: province
code_map: {name: words, levels: {best: 5, good: 4, bad: 1}}
empty: ["-"]
records:
  - kind: tally
    fields:
      from: {column: from}
      to: {column: to}
      region: {column: code}
    unpivot:
      columns:
        very good: {level: best}
        good: {level: good}
        bad: {level: bad}
        silent: {answer: unanswered}
      count: {thousands: ","}
`
	text = strings.NewReplacer("{level: best}", "{level: {const: best}}", "{level: good}", "{level: {const: good}}",
		"{level: bad}", "{level: {const: bad}}", "{answer: unanswered}", "{answer: {const: unanswered}}").Replace(text)
	sink, result, refused := load(t, text, "a.csv", []byte("from,to,code,very good,good,bad,silent\n"+
		"2023-07-01,2023-07-31,99,\"13,431,970\",\"10,421\",0,-\n2023-07-01,2023-07-31,9901,\"1,5\",,,7\n"))
	var got []string
	for i := range sink.all.Tallies {
		r := &sink.all.Tallies[i]
		got = append(got, fmt.Sprint(r.Region, " ", r.From, " ", r.To, " ", r.Answer, " ", r.Level, " ", r.Count))
	}
	want := []string{
		"99 2023-07-01 2023-07-31 active 5 13431970", "99 2023-07-01 2023-07-31 active 4 10421", "99 2023-07-01 2023-07-31 active 1 0",
		"9901 2023-07-01 2023-07-31 unanswered 0 7",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if result.Refused != 1 || !strings.Contains(refused, "3,tally,invalid,count") {
		t.Errorf("%+v\n%s", result, refused)
	}
}

// Every kind of record and every key of a field.
func TestFields(t *testing.T) {
	text := `
source: s
code_maps:
  - {preset: gbt-39046}
  - {from: 2026-01-01, preset: five-best}
time: {layouts: ["yyyyMMddHHmmss", "dd/MM/yyyy"], zone: Europe/Berlin}
empty: ["NULL"]
records:
  - kind: prompt
    fields: {id: derived, case_id: {template: "{no}-{step}"}, served_at: {column: served}}
  - kind: rating
    when: {column: level, not_empty: true}
    fields:
      id: derived
      prompt_id: derived
      case_id: {template: "{no}-{step}"}
      rated_at: {columns: [rated, served]}
      level: {column: level}
      channel: {column: channel, map: {hall: tablet, "*": other}}
      tags: {column: tags, split: ";"}
      aspects: {q1: {column: speed}}
      department: {column: dept, clean: name, trim: "'"}
      rater: {column: phone}
  - kind: follow_up
    when: [{column: called, not_empty: true}, {column: level, equals: ["1", "2"]}]
    fields: {id: derived, rating_id: derived, step: {const: called_back}, at: {column: called}, satisfied: {column: happy}}
  - kind: case
    fields:
      case_id: {column: no}
      version: {column: served, as: milliseconds}
      accepted_at: {column: served}
      promised_at: {column: promised}
      visits: {column: visits, default: "0"}
      status: {column: status, map: {"办理中": in_progress, "": pending}}
`
	file := "no,step,served,rated,level,channel,tags,speed,dept,phone,called,happy,promised,visits,status\n" +
		"A1,2,20260501083000,NULL,1,hall,a; b;a,4,'統(tǒng)計局',13800138000,02/05/2026,否,03/05/2026,,办理中\n" +
		"A2,,20251231083000,,1,app,,,,,,,,2,\n"
	sink, result, refused := load(t, text, "a.csv", []byte(file))
	if result.Refused != 0 || len(sink.all.Ratings) != 2 || len(sink.all.Prompts) != 2 || len(sink.all.FollowUps) != 1 || len(sink.all.Cases) != 2 {
		t.Fatalf("%+v\n%s", result, refused)
	}
	slices.SortFunc(sink.all.Ratings, func(a, b record.Rating) int { return b.RatedAt.Compare(a.RatedAt) })
	r, prompts := sink.all.Ratings[0], sink.all.Prompts
	if r.CaseID != "A1-2" || r.Level != 1 || r.Channel != record.ChannelTablet || r.RaterToken == "" || r.Aspects["q1"] != 4 || r.CodeMap != "five-best" {
		t.Errorf("rating %+v", r)
	}
	if diff := cmp.Diff([]string{"a", "b"}, r.Tags); diff != "" {
		t.Error(diff)
	}
	if got := r.RatedAt.UTC().Format(time.RFC3339); got != "2026-05-01T06:30:00Z" {
		t.Errorf("time in the zone of the mapping: %s", got)
	}
	if naming.Ready() == nil && r.Department != "统计局" {
		t.Errorf("cleaned name %q", r.Department)
	}
	if r.PromptID != prompts[1].ID || sink.all.FollowUps[0].RatingID != r.ID || *sink.all.FollowUps[0].Satisfied {
		t.Error("the records of a row do not point at each other")
	}
	if other := sink.all.Ratings[1]; other.Level != 5 || other.CodeMap != "gbt-39046" || other.CaseID != "" || other.Channel != record.ChannelOther {
		t.Errorf("rating under the older code map %+v", other)
	}
	c := sink.all.Cases[1]
	if c.Version != uint64(r.RatedAt.UnixMilli()) || c.Status != "in_progress" || c.Visits != 0 || sink.all.Cases[0].Status != "pending" || sink.all.Cases[0].Visits != 2 {
		t.Errorf("cases %+v", sink.all.Cases)
	}
	if got := c.PromisedAt.Format(time.RFC3339); got != "2026-05-04T00:00:00+08:00" {
		t.Errorf("a date alone as a deadline ends at 24:00: %s", got)
	}
	if got := sink.all.FollowUps[0].At.Format(time.RFC3339); got != "2026-05-02T00:00:00+08:00" {
		t.Errorf("a date alone is a day of the installation: %s", got)
	}
}

// A row keeps its id when only the number of its rater is another.
func TestIDsHoldNoPerson(t *testing.T) {
	text := strings.Replace(plainMapping, "comment: {column: 意见}", "rater: {column: 意见}", 1)
	first, _, _ := load(t, text, "a.csv", []byte("时间,评价,大厅,意见\n2026-05-01,5,a,13800138000\n"))
	second, _, _ := load(t, text, "a.csv", []byte("时间,评价,大厅,意见\n2026-05-01,5,a,13900139000\n"))
	if diff := cmp.Diff(ratingIDs(&first.all), ratingIDs(&second.all)); diff != "" {
		t.Error(diff)
	}
	free, _, _ := load(t, plainMapping, "a.csv", []byte("时间,评价,大厅,意见\n2026-05-01,5,a,请打13800138000\n"))
	other, _, _ := load(t, plainMapping, "a.csv", []byte("时间,评价,大厅,意见\n2026-05-01,5,a,请打13900139000\n"))
	if diff := cmp.Diff(ratingIDs(&free.all), ratingIDs(&other.all)); diff != "" {
		t.Error(diff)
	}
}

func TestBatches(t *testing.T) {
	var text strings.Builder
	text.WriteString("时间,评价,大厅,意见\n")
	for i := range 12_345 {
		fmt.Fprintf(&text, "2026-0%d-01,%d,h%d,\n", 1+i%5, 1+i%5, i)
	}
	run := func(workers int) *memory {
		sink := &memory{}
		var calls, last int64
		result, err := Run(context.Background(), Options{
			Mapping: mapping(t, plainMapping), Door: testDoor(t, "Asia/Shanghai"), Sink: sink, BatchSize: 5000, Workers: workers,
			Now: func() time.Time { return testNow }, Progress: func(read, rows, accepted, refused int64) { calls++; last = rows },
		}, "a.csv", strings.NewReader(text.String()))
		if err != nil || result.Accepted != 12_345 || last != 12_345 || calls != 13 {
			t.Fatalf("%+v %v, %d calls up to row %d", result, err, calls, last)
		}
		return sink
	}
	one, four := run(1), run(4)
	if diff := cmp.Diff(one.tokens, four.tokens); diff != "" {
		t.Error("the order depends on the workers:", diff)
	}
	if diff := cmp.Diff([]int{5000, 5000, 2345}, one.sizes); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSortedFunc(one.all.Ratings[:5000], func(a, b record.Rating) int { return int(a.EventDay - b.EventDay) }) {
		t.Error("a batch is not in the order of days")
	}
}

func TestSinkFails(t *testing.T) {
	down := errors.New("no engine")
	result, err := Run(context.Background(), Options{Mapping: mapping(t, plainMapping), Door: testDoor(t, "Asia/Shanghai"), Sink: &memory{failing: down}},
		"a.csv", strings.NewReader(plainCSV))
	if !errors.Is(err, down) || result.Accepted != 0 {
		t.Errorf("%v, %+v", err, result)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = Run(ctx, Options{Mapping: mapping(t, plainMapping), Door: testDoor(t, "Asia/Shanghai"), Sink: &memory{}},
		"a.csv", strings.NewReader(plainCSV)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestDryRun(t *testing.T) {
	p, err := DryRun(Options{Mapping: mapping(t, plainMapping), Door: testDoor(t, "Asia/Shanghai"), Now: func() time.Time { return testNow }},
		"a.csv", strings.NewReader(plainCSV+"2026-05-01,7,x,y\n"), 4)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"format csv, encoding utf-8, first 4 rows", "line 2: rating {", `"rated_at": "2026-05-01T09:30:00+08:00"`, "refused: level: not a level", "line 7: rating"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

func TestReader(t *testing.T) {
	f, err := Open("a.ndjson", strings.NewReader(`{"时间":"2026-05-01","评价":"5","大厅":"a","extra":{"意见":1}}`), mapping(t, plainMapping), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := f.Next()
	if err != nil || len(entries) != 1 || entries[0].Line != 1 || entries[0].Wire.(*record.RatingInput).Level != "5" {
		t.Errorf("%+v %v", entries, err)
	}
	if _, err = f.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"意见"}, f.Unseen()); diff != "" {
		t.Error(diff)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestExampleMapping(t *testing.T) {
	m := consumidorMapping(t)
	source, ok := m.RecordSource()
	if !ok || source.Name != "consumidor" || source.CodeMaps[0].Map.Levels["5"] != 5 {
		t.Errorf("source %+v", source)
	}
	if _, err := os.Stat("../../examples/consumidor/README.md"); err != nil {
		t.Error(err)
	}
}

// What only lacks an entry of a code map is held, and becomes the record that a second
// import makes of the same row.
func TestImportHoldsForTheCodeMap(t *testing.T) {
	text := []byte("时间,评价,大厅,意见\n2026-05-01,A,a,请回电 13800138000\n2026-05-01,5,a,b\n\"2026-05-01,5\n")
	sink, result, refused := load(t, plainMapping, "a.csv", text)
	if result.Refused != 2 || len(sink.all.Refused) != 2 {
		t.Fatalf("%+v", result)
	}
	held, broken := sink.all.Refused[0], sink.all.Refused[1]
	if held.Held == nil || held.RecordID == uuid.Nil || held.Collector != "import" {
		t.Fatalf("not held: %+v", held)
	}
	if broken.Held != nil || !strings.Contains(broken.Redacted, `"hash":"`) || !strings.Contains(broken.Redacted, `"line":4`) || !strings.Contains(refused, `""line"":4`) {
		t.Errorf("kept of a row that cannot be read: %s", broken.Redacted)
	}
	mended := strings.Replace(plainMapping, "{preset: five-best}", "{name: mended, levels: {A: 5, 5: 5}}", 1)
	second, _, _ := load(t, mended, "a.csv", text)
	var b record.Batch
	door := mapping(t, mended).Door(testDoor(t, "Asia/Shanghai"))
	if ps := door.Replay(&held, &b); ps != nil {
		t.Fatal(ps)
	}
	i := slices.IndexFunc(second.all.Ratings, func(r record.Rating) bool { return r.ID == held.RecordID })
	if i < 0 {
		t.Fatal("the second import makes another record of the row")
	}
	want, got := second.all.Ratings[i], b.Ratings[0]
	if !got.RatedAt.Equal(want.RatedAt) {
		t.Errorf("rated at %s, want %s", got.RatedAt, want.RatedAt)
	}
	got.RatedAt, got.RatedAtRaw = want.RatedAt, want.RatedAtRaw
	if diff := cmp.Diff(want, got); diff != "" || strings.Contains(got.Comment, "138") {
		t.Error(diff)
	}
}
