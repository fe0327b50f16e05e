package app

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"haochaping/collector"
	"haochaping/record"
)

// ask sends a request to a running installation and reads the answer into out.
func ask(t *testing.T, a *App, method, path, key, body string, head map[string]string, out any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, a.Address()+"api/v1/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	for name, value := range head {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || json.Unmarshal(text, out) != nil {
		t.Fatalf("%s %s: %s %v", method, path, text, err)
	}
	return res.StatusCode
}

// What senders ask is answered from the warehouse, as soon as it has what the collector
// took.
func TestSendersAsk(t *testing.T) {
	a := New(configured(t), discard, false)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Stop(); err != nil {
			t.Error(err)
		}
	}()
	keys := []record.Key{
		{Name: "DEV-1", Kind: record.KeyDevice, Sources: []string{record.SourceKiosk}, Device: "DEV-1"},
		{Name: "portal", Kind: record.KeySource, Sources: []string{record.SourceKiosk}},
	}
	clear := make([]string, len(keys))
	for i := range keys {
		clear[i], keys[i].Hash = collector.NewKey()
	}
	w, err := a.store.get()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.StoreKeys(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
	device, source := clear[0], clear[1]
	until(t, "the keys are known", func() bool {
		_, known := a.keyring.Lookup(collector.HashKey(source))
		return known
	})

	stamp := time.Now().Add(-time.Minute).Format(time.RFC3339)
	stream := map[string]string{"Content-Type": "application/x-ndjson"}
	var lines bytes.Buffer
	for _, seq := range []int{1, 2, 5} { // 4 is refused, 3 never comes
		fmt.Fprintf(&lines, `{"id":"01970a3e-5a00-7c3a-9d52-00000000000%d","level":5,"rated_at":%q,"installation":"I-1","device_seq":%d}`+"\n", seq, stamp, seq)
	}
	fmt.Fprintf(&lines, `{"id":"01970a3e-5a00-7c3a-9d52-000000000004","level":9,"rated_at":%q,"installation":"I-1","device_seq":4}`+"\n", stamp)
	var receipt collector.Receipt
	if status := ask(t, a, http.MethodPost, "ratings", device, lines.String(), stream, &receipt); status != 202 || receipt.Refused != 1 {
		t.Fatalf("%d %+v", status, receipt)
	}
	until(t, "the numbers are in the warehouse", func() bool {
		var status collector.DeviceStatus
		if code := ask(t, a, http.MethodGet, "devices/self", device, "", nil, &status); code != 200 || status.Pending > 0 || len(status.Installations) != 1 {
			return false
		}
		in := status.Installations[0]
		return status.DeviceID == "DEV-1" && in.Installation == "I-1" && in.Received == 4 && in.Highest == 5 && in.Contiguous == 2 &&
			in.MissingCount == 1 && len(in.Missing) == 1 && in.Missing[0] == collector.NumberRange{First: 3, Last: 3}
	})

	batch := fmt.Sprintf(`{"id":"01970a3e-5a00-7c3a-9d52-000000000009","level":5,"rated_at":%q}`+"\n", stamp)
	announcement := fmt.Sprintf(`{"id":"B1","records":"ratings","count":1,"sha256":"%x"}`, sha256.Sum256([]byte(batch)))
	var announced collector.AnnouncementReceipt
	if status := ask(t, a, http.MethodPost, "batches", source, announcement, map[string]string{"Content-Type": "application/json"}, &announced); status != 202 {
		t.Fatalf("%d %+v", status, announced)
	}
	stream["Batch-Id"] = "B1"
	for range 2 {
		if status := ask(t, a, http.MethodPost, "ratings", source, batch, stream, &receipt); status != 202 || receipt.Batch == nil || !receipt.Batch.Complete {
			t.Fatalf("%d %+v", status, receipt)
		}
	}
	until(t, "the batch is in the warehouse", func() bool {
		list, err := a.store.Announcements(t.Context(), record.SourceKiosk, "B1")
		return err == nil && len(list) == 3
	})
	var state collector.BatchState
	if status := ask(t, a, http.MethodGet, "batches/B1", source, "", nil, &state); status != 200 || !state.Everywhere || !state.Complete || len(state.Deliveries) != 2 ||
		state.Deliveries[0].Accepted+state.Deliveries[0].Unattributed != 1 || state.Deliveries[1].Duplicate != 1 {
		t.Errorf("%d %+v", status, state)
	}
}

// until waits for what becomes true by itself.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}
