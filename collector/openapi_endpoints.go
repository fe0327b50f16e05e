package collector

import (
	"net/http"
	"reflect"
	"strings"
)

// endpointDoc describes one of the endpoints.
type endpointDoc struct {
	method, path, id, summary string
	params                    []param
	body                      reflect.Type // nil = takes none
	example                   object
	status, media             string // of a good answer; media empty = JSON alone
	schema, meaning           string
	answer                    reflect.Type
	problems                  map[string]string // besides those of every address
}

// param is a part of an address.
type param struct{ name, in, doc string }

var endpointDocs = []endpointDoc{
	{
		method: http.MethodGet, path: "devices/{id}", id: "device-status", summary: "Ask what has arrived of a device, over all collectors",
		params: []param{{"id", "path", "The device of the key that asks, or self"}},
		status: "200", schema: "DeviceStatus", meaning: "What has arrived", answer: reflect.TypeFor[DeviceStatus](),
		problems: map[string]string{"503": "The store that knows this is away"},
	},
	{
		method: http.MethodPost, path: "batches", id: "announce-batch", summary: "Announce a batch of records before it is sent",
		body: reflect.TypeFor[BatchAnnouncement](), example: object{
			"id": "2026-04", "records": "ratings", "count": 1200, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		},
		status: "202", schema: "AnnouncementReceipt", meaning: "The announcement is durable", answer: reflect.TypeFor[AnnouncementReceipt](),
		problems: map[string]string{
			"400": "Not such an object", "408": "The body did not arrive in time", "409": "Announced with other content before", "413": "Too large",
			"415": "Wrong content type or encoding", "422": "A field is not right", "503": "Nothing can be stored at the moment",
		},
	},
	{
		method: http.MethodGet, path: "batches/{id}", id: "batch-state", summary: "Ask what came of an announced batch, over all collectors",
		params: []param{{"id", "path", "The batch, as announced for one of the sources of the key"}},
		status: "200", schema: "BatchState", meaning: "The announcement and the receipts of its deliveries", answer: reflect.TypeFor[BatchState](),
		problems: map[string]string{"404": "No such batch was announced", "503": "The store that knows this is away"},
	},
	{
		method: http.MethodGet, path: "refused", id: "list-refused", summary: "List the records of this key that were refused, late, conflicting or superseded",
		params: []param{
			{"why", "query", "Reasons, separated by commas: refused, conflict, superseded, late, quarantined"},
			{"kind", "query", "Kind of record: rating, case, prompt, follow_up, tally"},
			{"source", "query", "Source that it came from"},
			{"batch_id", "query", "Announced batch that brought it"},
			{"code", "query", "Code of one of its problems"},
			{"field", "query", "Field of one of its problems"},
			{"from", "query", "Received at or after, RFC 3339"},
			{"to", "query", "Received before, RFC 3339"},
			{"replayable", "query", "true = only what can be replayed"},
			{"limit", "query", "Entries of a page, 1 to 1000; default 100"},
			{"after", "query", "What next said on the page before"},
			{"Accept", "header", "text/csv for a table; the next page is then in the header Link"},
		},
		status: "200", media: "text/csv", schema: "RefusedPage", meaning: "A page, the newest first", answer: reflect.TypeFor[RefusedPage](),
		problems: map[string]string{"400": "A parameter is not right", "503": "The store that knows this is away"},
	},
	{
		method: http.MethodPost, path: "refused/replay", id: "replay-refused", summary: "Take refused records of this key that only lacked an entry of a code map",
		body: reflect.TypeFor[ReplayRequest](), example: object{"kind": "rating", "field": "level"},
		status: "200", schema: "Replayed", meaning: "What became of them", answer: reflect.TypeFor[Replayed](),
		problems: map[string]string{
			"400": "Not such an object", "408": "The body did not arrive in time", "413": "Too large",
			"415": "Wrong content type or encoding", "503": "The store that knows this is away",
		},
	},
}

// problemsOfAll are the problems that every address may answer.
var problemsOfAll = map[string]string{
	"401": "No key or an unknown one", "403": "The key may not do this", "429": "Too many requests of this key, or of all, at a time",
	"500": "An error of the installation",
}

// describeEndpoints adds the endpoints to a document.
func describeEndpoints(paths, schemas object) {
	for i := range endpointDocs {
		d := &endpointDocs[i]
		schemas[d.schema] = schemaOf(d.answer, false)
		item, _ := paths[root+d.path].(object)
		if item == nil {
			item = object{}
			paths[root+d.path] = item
		}
		item[strings.ToLower(d.method)] = d.operation(schemas)
	}
}

func (d *endpointDoc) operation(schemas object) object {
	good := object{"application/json": object{"schema": object{"$ref": "#/components/schemas/" + d.schema}}}
	if d.media != "" {
		good[d.media] = object{"schema": object{"type": "string"}}
	}
	responses := object{d.status: object{"description": d.meaning, "content": good}}
	addProblems(responses, problemsOfAll)
	addProblems(responses, d.problems)
	op := object{"operationId": d.id, "summary": d.summary, "responses": responses}
	var params []any
	for _, p := range d.params {
		params = append(params, object{
			"name": p.name, "in": p.in, "description": p.doc, "required": p.in == "path", "schema": object{"type": "string"},
		})
	}
	if params != nil {
		op["parameters"] = params
	}
	if d.body != nil {
		schemas[d.body.Name()] = schemaOf(d.body, true)
		op["requestBody"] = object{"required": true, "content": object{"application/json": object{
			"schema": object{"$ref": "#/components/schemas/" + d.body.Name()}, "example": d.example,
		}}}
	}
	return op
}

func addProblems(responses object, problems map[string]string) {
	for status, meaning := range problems {
		responses[status] = object{
			"description": meaning,
			"content":     object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}},
		}
	}
}
