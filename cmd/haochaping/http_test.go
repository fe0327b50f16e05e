package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sync/errgroup"
)

// answer is what the last http command got.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// client has no idle connections that a killed server would leave half open.
var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// cmdHTTP sends a request and checks the status:
//
//	http [-key KEY] [-type TYPE] [-gzip] [-within DURATION] STATUS METHOD PATH [FILE]
//
// With -within it is repeated until the status is right. The body of the answer becomes
// stdout, its header stderr.
func cmdHTTP(ts *testscript.TestScript, neg bool, args []string) {
	s := scriptOf(ts)
	f := flag.NewFlagSet("http", flag.ContinueOnError)
	key := f.String("key", ts.Getenv("KEY"), "bearer key; - for none")
	media := f.String("type", "application/json", "content type")
	packed := f.Bool("gzip", false, "pack the body")
	within := f.Duration("within", 0, "repeat")
	if err := f.Parse(args); err != nil || neg || f.NArg() < 3 || f.NArg() > 4 {
		ts.Fatalf("usage: http [-key KEY] [-type TYPE] [-gzip] [-within DURATION] STATUS METHOD PATH [FILE]")
	}
	want, err := strconv.Atoi(f.Arg(0))
	ts.Check(err)
	var body []byte
	if f.NArg() == 4 {
		body = []byte(ts.ReadFile(f.Arg(3)))
	}
	header := http.Header{"Content-Type": {*media}}
	if *packed {
		body, err = pack(body)
		ts.Check(err)
		header.Set("Content-Encoding", "gzip")
	}
	if *key != "-" {
		header.Set("Authorization", "Bearer "+*key)
	}
	for deadline := time.Now().Add(*within); ; time.Sleep(50 * time.Millisecond) {
		s.answer, err = request(f.Arg(1), ts.Getenv("URL")+f.Arg(2), header, body)
		ts.Check(err)
		if s.answer.status == want || time.Now().After(deadline) {
			break
		}
	}
	_, err = ts.Stdout().Write(s.answer.body)
	ts.Check(errors.Join(err, s.answer.header.Write(ts.Stderr())))
	if s.answer.status != want {
		ts.Fatalf("the answer is %d instead of %d: %s", s.answer.status, want, s.answer.body)
	}
}

func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(b)
	return out.Bytes(), errors.Join(err, z.Close())
}

func request(method, url string, header http.Header, body []byte) (a answer, err error) {
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header = header
	res, err := client.Do(req)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	a.status, a.header = res.StatusCode, res.Header
	a.body, err = io.ReadAll(io.LimitReader(res.Body, 16<<20))
	return a, err
}

// cmdJSON checks a value in the last answer: json errors.0.field level. A path that ends in
// len is the length of a list. With ! there must be no such value.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	s := scriptOf(ts)
	if neg && len(args) != 1 || !neg && len(args) != 2 {
		ts.Fatalf("usage: json PATH VALUE, or ! json PATH")
	}
	var document any
	d := json.NewDecoder(bytes.NewReader(s.answer.body))
	d.UseNumber()
	ts.Check(d.Decode(&document))
	got, found := valueAt(document, args[0])
	switch {
	case neg && found:
		ts.Fatalf("%s is %v", args[0], got)
	case !neg && !found:
		ts.Fatalf("there is no %s in %s", args[0], s.answer.body)
	case !neg && fmt.Sprint(got) != args[1]:
		ts.Fatalf("%s is %v instead of %s", args[0], got, args[1])
	}
}

func valueAt(document any, path string) (any, bool) {
	for name := range strings.SplitSeq(path, ".") {
		switch v := document.(type) {
		case map[string]any:
			next, ok := v[name]
			if !ok {
				return nil, false
			}
			document = next
		case []any:
			if name == "len" {
				return len(v), true
			}
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			document = v[i]
		default:
			return nil, false
		}
	}
	return document, true
}

// posters is how many ratings the post command sends at a time.
const posters = 8

// cmdPost sends single ratings with the numbers FIRST … FIRST+N-1, of which the same number
// is always the same rating, and wants a receipt with STATUS for each: post N FIRST STATUS.
func cmdPost(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: post N FIRST STATUS")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	first, err := strconv.Atoi(args[1])
	ts.Check(err)
	url := ts.Getenv("URL") + "/api/v1/ratings"
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + ts.Getenv("KEY")}}
	var group errgroup.Group
	group.SetLimit(posters)
	for i := first; i < first+n; i++ {
		group.Go(func() error { return postRating(url, header, i, args[2]) })
	}
	ts.Check(group.Wait())
}

func postRating(url string, header http.Header, i int, status string) error {
	at := time.Date(2026, 5, 4, 1, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
	id := fmt.Sprintf("%08x-%04x-7000-8000-%012x", at.UnixMilli()>>16, at.UnixMilli()&0xffff, i)
	body := fmt.Sprintf(`{"id":%q,"rated_at":%q,"level":%d,"channel":"tablet"}`, id, at.Format(time.RFC3339), 1+i%5)
	a, err := request(http.MethodPost, url, header, []byte(body))
	if err != nil {
		return fmt.Errorf("post rating %d: %w", i, err)
	}
	var receipt struct {
		Receipts []struct{ ID, Status string }
	}
	if err := json.Unmarshal(a.body, &receipt); err != nil {
		return fmt.Errorf("post rating %d: %d: %w", i, a.status, err)
	}
	if a.status != http.StatusAccepted || len(receipt.Receipts) != 1 || receipt.Receipts[0].ID != id || receipt.Receipts[0].Status != status {
		return fmt.Errorf("post rating %d: %d: %s", i, a.status, a.body)
	}
	return nil
}

// cmdKeep puts the last output, without its line end, into a variable, or what the group of
// a pattern matches in it: keep KEY [PATTERN].
func cmdKeep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: keep VARIABLE [PATTERN]")
	}
	text := strings.TrimSpace(ts.ReadFile("stdout"))
	if len(args) == 2 {
		re, err := regexp.Compile("(?m)" + args[1])
		ts.Check(err)
		found := re.FindStringSubmatch(text)
		if len(found) != 2 {
			ts.Fatalf("no %s in %s", args[1], text)
		}
		text = found[1]
	}
	ts.Setenv(args[0], text)
}

// cmdLarge writes a rating whose comment makes it as large as asked: large FILE BYTES.
func cmdLarge(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: large FILE BYTES")
	}
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	begin, end := `{"id":"0196972a-5a00-7000-8000-00000000ff01","rated_at":"2026-05-04T09:30:00+08:00","level":5,"comment":"`, `"}`
	text := begin + strings.Repeat("x", size-len(begin)-len(end)) + end
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
