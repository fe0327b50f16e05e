package fileimport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"haochaping/record"
	"haochaping/strictyaml"
)

// Remote is another installation that takes records over HTTP (API v1).
type Remote struct {
	URL      string // such as https://rating.example.org, with a base path if it has one
	Key      string // of a source; never logged
	Client   *http.Client
	Attempts int           // for one request, default 8
	Pause    time.Duration // before the second attempt, doubled each time up to 30 s; default 500 ms
}

// Bounds of one request.
const (
	postRecords = 1000
	postBytes   = 4 << 20
	postLine    = 64 << 10 // what the API takes
	maxAnswer   = 8 << 20
	longPause   = 30 * time.Second
)

// ErrDenied is returned where the other installation does not let the import in.
var ErrDenied = errors.New("the installation refuses the key")

// routes are the addresses of the kinds below /api/v1/.
var routes = map[record.Kind]string{
	record.KindRating: "ratings", record.KindCase: "cases", record.KindPrompt: "prompts",
	record.KindFollowUp: "follow-ups", record.KindTally: "tallies",
}

// answer is a receipt or a problem document of API v1.
type answer struct {
	Receipts []struct {
		Index    *int            `json:"index"`
		ID       string          `json:"id"`
		Status   string          `json:"status"`
		Problems record.Problems `json:"problems"`
	} `json:"receipts"`
	Errors []struct {
		Index int `json:"index"`
		record.Problem
	} `json:"errors"`
	Accepted     int    `json:"accepted"`
	Unattributed int    `json:"unattributed"`
	Duplicate    int    `json:"duplicate"`
	Refused      int    `json:"refused"`
	Conflicts    int    `json:"conflicts"`
	Kept         bool   `json:"kept"`
	Code         string `json:"code"`
	Detail       string `json:"detail"`
}

// fates is what became of the records of one request.
type fates struct {
	stored, duplicate int
	refused           map[int]record.Problems // by their place in the request
}

// read makes fates of an answer. The records of a request are done only if the answer
// accounts for every one of them; ok is false otherwise.
func (a *answer) read(sent int) (f fates, ok bool) {
	if a.Accepted+a.Unattributed+a.Duplicate+a.Refused+a.Conflicts != sent {
		return f, false
	}
	f.stored, f.duplicate, f.refused = a.Accepted+a.Unattributed+a.Duplicate, a.Duplicate, map[int]record.Problems{}
	for n, r := range a.Receipts {
		index := n
		if r.Index != nil {
			index = *r.Index
		}
		if r.Status == "refused" || r.Status == "conflict" {
			f.refused[index] = r.Problems
		}
	}
	for _, e := range a.Errors {
		f.refused[e.Index] = append(f.refused[e.Index], e.Problem)
	}
	for index, problems := range f.refused {
		if index < 0 || index >= sent {
			return f, false
		}
		if len(problems) == 0 {
			f.refused[index] = record.Problems{{Code: record.CodeInvalid, Reason: "refused by the installation without a reason"}}
		}
	}
	return f, len(f.refused) == a.Refused+a.Conflicts
}

// post sends records of any kinds. An error means that the request in question may or
// may not have been stored: sending it again changes nothing.
func (r *Remote) post(ctx context.Context, kind record.Kind, body []byte, records int) (fates, error) {
	address, err := url.JoinPath(r.URL, "api", "v1", routes[kind])
	if err != nil {
		return fates{}, fmt.Errorf("post to the installation: its address is no URL")
	}
	attempts, pause := r.Attempts, r.Pause
	if attempts <= 0 {
		attempts = 8
	}
	if pause <= 0 {
		pause = 500 * time.Millisecond
	}
	for attempt := 1; ; attempt++ {
		f, wait, err := r.try(ctx, address, body, records)
		if err == nil {
			return f, nil
		}
		if wait < 0 || attempt == attempts {
			return fates{}, fmt.Errorf("post %d %s (attempt %d): %w", records, routes[kind], attempt, err)
		}
		timer := time.NewTimer(min(max(wait, pause), longPause))
		pause = min(2*pause, longPause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fates{}, ctx.Err()
		}
	}
}

// final as a wait means that another attempt is of no use.
const final = time.Duration(-1)

// try sends one request. After an error wait is how long the server wants to be left
// alone, or final.
func (r *Remote) try(ctx context.Context, address string, body []byte, records int) (_ fates, wait time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return fates{}, final, errors.New("the address of the installation is no URL")
	}
	request.Header.Set("Content-Type", "application/x-ndjson")
	request.Header.Set("Authorization", "Bearer "+r.Key)
	client := r.Client
	if client == nil {
		client = defaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return fates{}, final, ctx.Err()
		}
		return fates{}, 0, fmt.Errorf("no answer: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fates{}, 0, fmt.Errorf("the answer broke off: %w", err)
	}
	return judge(response, text, records)
}

func judge(response *http.Response, text []byte, records int) (fates, time.Duration, error) {
	var a answer
	media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	readable := err == nil && (media == "application/json" || media == "application/problem+json") && json.Unmarshal(text, &a) == nil
	status := response.StatusCode
	switch {
	case status == http.StatusAccepted, readable && a.Kept && (status == http.StatusConflict || status == http.StatusUnprocessableEntity):
		f, ok := a.read(records)
		if !readable || !ok {
			return fates{}, 0, errors.New("the answer is no receipt for every record")
		}
		return f, 0, nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fates{}, final, fmt.Errorf("%w (status %d)", ErrDenied, status)
	case status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500:
		seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
		if err != nil || seconds < 0 {
			seconds = 0
		}
		return fates{}, time.Duration(min(seconds, 3600)) * time.Second, fmt.Errorf("the installation cannot take them now (status %d)", status)
	case status < 300:
		// A page of a proxy or a portal, and no receipt.
		return fates{}, 0, fmt.Errorf("status %d without a receipt; is this the address of an installation?", status)
	}
	return fates{}, final, fmt.Errorf("the installation does not take the request (status %d, %s)", status, strings.TrimSpace(strictyaml.Clip(a.Code)))
}

// defaultClient does not follow redirects: the key belongs to one address.
var defaultClient = &http.Client{
	Timeout:       2 * time.Minute,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// post sends the records of a chunk, each kind to its address, in the order of the file.
func (i *importer) post(ctx context.Context, entries []Entry) error {
	for _, w := range wireTypes {
		var body bytes.Buffer
		var batch []*Entry
		send := func() error {
			if len(batch) == 0 {
				return nil
			}
			err := i.postBatch(ctx, w.kind, body.Bytes(), batch)
			body.Reset()
			batch = nil
			return err
		}
		for n := range entries {
			e := &entries[n]
			if e.Kind != w.kind {
				continue
			}
			line, err := json.Marshal(e.Wire)
			if err != nil || len(line) > postLine {
				p := record.Problems{*problem(record.CodeTooLong, "the record is longer than 64 KiB, or holds a time that cannot be written")}
				if err := i.refuse(&refusal{e.Line, e.Kind, p, shape(e, nil)}); err != nil {
					return err
				}
				continue
			}
			if len(batch) == postRecords || body.Len()+len(line) > postBytes {
				if err := send(); err != nil {
					return err
				}
			}
			body.Write(line)
			body.WriteByte('\n')
			batch = append(batch, e)
		}
		if err := send(); err != nil {
			return err
		}
	}
	return nil
}

func (i *importer) postBatch(ctx context.Context, kind record.Kind, body []byte, batch []*Entry) error {
	f, err := i.o.Remote.post(ctx, kind, body, len(batch))
	if err != nil {
		return err
	}
	i.result.Accepted += int64(f.stored)
	if f.stored > 0 {
		i.result.ByKind[kind] += int64(f.stored)
	}
	i.result.Duplicate += int64(f.duplicate)
	for n, e := range batch {
		if problems, ok := f.refused[n]; ok {
			if err := i.refuse(&refusal{e.Line, e.Kind, problems, shape(e, nil)}); err != nil {
				return err
			}
		}
	}
	return nil
}
