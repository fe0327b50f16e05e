package load

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"haochaping/crash/journal"
)

// verdict is an answer as a sender reads it: a receipt or a problem.
type verdict struct {
	Kept     bool      `json:"kept"`
	Receipts *[]listed `json:"receipts"`
	Errors   []struct {
		Index int    `json:"index"`
		Code  string `json:"code"`
	} `json:"errors"`
	Accepted     int `json:"accepted"`
	Unattributed int `json:"unattributed"`
	Duplicate    int `json:"duplicate"`
	Refused      int `json:"refused"`
	Conflicts    int `json:"conflicts"`
	Omitted      int `json:"omitted"`
	Batch        *struct {
		Complete bool `json:"complete"`
	} `json:"batch"`
}

type listed struct {
	Index    int    `json:"index"`
	Status   string `json:"status"`
	Kept     bool   `json:"kept"`
	Problems []struct {
		Code string `json:"code"`
	} `json:"problems"`
}

// attempt sends the body once and returns the fate of each record, and of an announced
// batch what the receipt says of the delivery.
func (l *Load) attempt(ctx context.Context, s *sender, r *request) (fates []journal.Answer, delivery *journal.Answer) {
	status, body, err := l.post(ctx, s, r, r.route, r.body)
	at := time.Now()
	fates = make([]journal.Answer, len(r.records))
	for i := range fates {
		fates[i].Fate, fates[i].At = journal.None, at
	}
	if err != nil {
		return fates, nil
	}
	l.answers.Add(1)
	if status == http.StatusInternalServerError {
		l.serverErrors.Add(1)
	}
	var v verdict
	switch {
	case status == http.StatusAccepted && json.Unmarshal(body, &v) == nil && v.Receipts != nil:
		l.receipt(r, &v, fates)
	case status/100 == 4 && json.Unmarshal(body, &v) == nil && v.Kept:
		l.problem(status, &v, fates)
	case status/100 != 2:
		for i := range fates {
			fates[i].Fate = journal.Later
		}
	}
	if r.batch != nil && v.Batch != nil {
		delivery = &journal.Answer{Fate: journal.Delivered, At: at}
		if !v.Batch.Complete {
			delivery.Codes = []string{journal.CodeIncomplete}
		}
	}
	return fates, delivery
}

// announcement sends what is said of a batch and returns its fate.
func (l *Load) announcement(ctx context.Context, s *sender, r *request) journal.Answer {
	status, body, err := l.post(ctx, s, r, "batches", r.batch.body)
	a := journal.Answer{Fate: journal.None, At: time.Now()}
	var said struct {
		Status string `json:"status"`
	}
	switch {
	case err != nil:
		return a
	case status != http.StatusAccepted:
		a.Fate = journal.Later
	case json.Unmarshal(body, &said) == nil && said.Status == "announced":
		a.Fate = journal.Accepted
	case said.Status == "duplicate":
		a.Fate = journal.Duplicate
	}
	l.answers.Add(1)
	if status == http.StatusInternalServerError {
		l.serverErrors.Add(1)
	}
	return a
}

func (l *Load) post(ctx context.Context, s *sender, r *request, route string, text []byte) (status int, body []byte, err error) {
	l.requests.Add(1)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.options.Targets[r.target].URL+"api/v1/"+route, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.Key)
	req.Header.Set("Content-Type", "application/json")
	if r.stream && route == r.route {
		req.Header.Set("Content-Type", "application/x-ndjson")
		if r.packed {
			req.Header.Set("Content-Encoding", "gzip")
		}
		if r.batch != nil {
			req.Header.Set("Batch-Id", r.batch.id)
		}
	}
	if r.shifted {
		req.Header.Set("Device-Now", time.Now().Format(time.RFC3339Nano))
	}
	res, err := l.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	body, err = io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if closeErr := res.Body.Close(); err == nil {
		err = closeErr
	}
	return res.StatusCode, body, err
}

// receipt reads a receipt. Of a stream it lists only what was not taken: the others are
// good, if the counts agree. A receipt that does not speak of every record is none.
func (l *Load) receipt(r *request, v *verdict, fates []journal.Answer) {
	if v.Accepted+v.Unattributed+v.Duplicate+v.Refused+v.Conflicts != len(fates) || v.Omitted > 0 ||
		!r.stream && len(*v.Receipts) != len(fates) {
		return
	}
	if r.stream {
		fate := journal.Accepted
		if v.Accepted+v.Unattributed == 0 {
			fate = journal.Duplicate
		}
		for i := range fates {
			fates[i].Fate = fate
		}
	}
	for _, it := range *v.Receipts {
		if it.Index < 0 || it.Index >= len(fates) || !it.Kept {
			continue
		}
		f := &fates[it.Index]
		f.Fate, f.Codes = it.Status, nil
		for _, p := range it.Problems {
			f.Codes = append(f.Codes, p.Code)
		}
	}
}

// problem reads an answer that took no record for good, and is final all the same.
func (l *Load) problem(status int, v *verdict, fates []journal.Answer) {
	fate := journal.Refused
	if status == http.StatusConflict {
		fate = journal.Conflict
	}
	for i := range fates {
		fates[i].Fate = fate
	}
	for _, e := range v.Errors {
		if e.Index < 0 || e.Index >= len(fates) {
			continue
		}
		f := &fates[e.Index]
		f.Codes = append(f.Codes, e.Code)
		if e.Code == "conflict" {
			f.Fate = journal.Conflict
		}
	}
}
