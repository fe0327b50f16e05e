package collector

import (
	"encoding/json"
	"net/http"
	"strings"

	"haochaping/record"
)

// endpoint is an address besides those that take records.
type endpoint struct {
	method  string
	path    string // below /api/v1/; a last part {id} stands for any
	devices bool   // whether the key of a device may use it
	without string // what a device is told where it may not
	serve   func(c *Collector, w http.ResponseWriter, r *http.Request, key *record.Key, id string) answer
}

const sourcesOnly = "This address is for the keys of sources, not for those of devices."

// endpoints is filled in by init: what serves them refers to it.
var endpoints []endpoint

func init() { //nolint:gochecknoinits // breaks the cycle of initialization
	endpoints = []endpoint{
		{method: http.MethodGet, path: "devices/{id}", devices: true, without: "This key may not ask about devices.", serve: (*Collector).deviceStatus},
		{method: http.MethodPost, path: "batches", without: sourcesOnly, serve: (*Collector).announce},
		{method: http.MethodGet, path: "batches/{id}", without: sourcesOnly, serve: (*Collector).batchState},
		{method: http.MethodGet, path: "refused", without: sourcesOnly, serve: (*Collector).refusedPage},
		{method: http.MethodPost, path: "refused/replay", without: sourcesOnly, serve: (*Collector).replay},
	}
}

// matches reports whether name is the address, and what stands in place of {id}.
func (e *endpoint) matches(name string) (id string, ok bool) {
	first, hasID := strings.CutSuffix(e.path, "{id}")
	if !hasID {
		return "", name == e.path
	}
	id, ok = strings.CutPrefix(name, first)
	return id, ok && id != ""
}

// endpoint answers a request to one of the endpoints; ok is false for any other address.
func (c *Collector) endpoint(w http.ResponseWriter, r *http.Request, name string) (a answer, ok bool) {
	var methods []string
	for i := range endpoints {
		e := &endpoints[i]
		id, ok := e.matches(name)
		if !ok {
			continue
		}
		if r.Method != e.method {
			methods = append(methods, e.method)
			a = notAllowed(e.path, strings.Join(methods, ", "))
			continue
		}
		a = c.serve(w, r, e, id)
		a.route = e.path
		return a, true
	}
	return a, methods != nil
}

func (c *Collector) serve(w http.ResponseWriter, r *http.Request, e *endpoint, id string) answer {
	key, denied := c.authenticate(r, e.devices, e.without)
	if denied != nil {
		return *denied
	}
	leave, busy := c.enter(key)
	if busy != nil {
		return *busy
	}
	defer leave()
	return e.serve(c, w, r, key, id)
}

// away answers a question that only the warehouse can answer, while it is away.
func away() answer {
	a := problem(http.StatusServiceUnavailable, "away", "The store that knows this cannot be reached at the moment. Ask again later; records are taken meanwhile.")
	a.retryAfter = 15
	return a
}

// said is an answer of one JSON value.
func said(status int, v any) answer {
	text, err := json.Marshal(v)
	if err != nil {
		panic("collector: answer cannot be encoded")
	}
	return answer{status: status, raw: text}
}
