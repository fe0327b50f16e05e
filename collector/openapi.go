package collector

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"haochaping/record"
)

// object is a JSON object; encoding/json sorts its names.
type object = map[string]any

// wireTypes are the records as senders write them.
var wireTypes = []struct {
	path, schema, summary string
	body                  reflect.Type
	example               object
}{
	{"ratings", "Rating", "Send ratings", reflect.TypeFor[record.RatingInput](), object{
		"id": "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e5f", "answer": "active", "level": 5, "hall": "990102-H1", "window": "07",
		"channel": "tablet", "rated_at": "2026-05-04T09:30:00+08:00",
	}},
	{"cases", "Case", "Send cases and their later states", reflect.TypeFor[record.CaseInput](), object{
		"case_id": "2026-000123", "version": 1, "region": "990102", "department": "99010200GA", "item": "GA-0007",
		"accepted_at": "2026-05-04T09:10:00+08:00", "promised_at": "2026-05-08",
	}},
	{"prompts", "Prompt", "Send service events for which a rating was or should have been asked", reflect.TypeFor[record.PromptInput](), object{
		"id": "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e60", "hall": "990102-H1", "window": "07", "case_id": "2026-000123",
		"served_at": "2026-05-04T09:28:00+08:00", "shown_at": "2026-05-04T09:28:30+08:00",
	}},
	{"follow-ups", "FollowUp", "Send steps in the handling of a rating", reflect.TypeFor[record.FollowUpInput](), object{
		"id": "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e61", "rating_id": "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e5f",
		"step": "contacted", "by": "S-118", "at": "2026-05-05T10:00:00+08:00",
	}},
	{"tallies", "Tally", "Send counts that somebody else made", reflect.TypeFor[record.TallyInput](), object{
		"from": "2026-04-01", "to": "2026-04-30", "region": "990102", "level": 5, "count": 4711,
	}},
}

// openAPIDocument describes the API (OpenAPI 3.1), generated from the structs
// that the handlers decode and encode. url is where the API is reached.
func openAPIDocument(url string) ([]byte, error) {
	schemas := object{
		"Receipt": schemaOf(reflect.TypeFor[Receipt](), false), "Problem": schemaOf(reflect.TypeFor[ProblemDocument](), false),
	}
	paths := object{}
	for _, t := range wireTypes {
		schemas[t.schema] = schemaOf(t.body, true)
		paths[root+t.path] = object{"post": operation(t.path, t.schema, t.summary, t.example)}
	}
	describeEndpoints(paths, schemas)
	paths[root+"openapi.json"] = object{"get": object{
		"operationId": "openapi", "summary": "This document", "security": []any{},
		"responses": object{"200": object{"description": "The document", "content": object{"application/json": object{"schema": object{"type": "object"}}}}},
	}}
	b, err := json.MarshalIndent(object{
		"openapi":  "3.1.0",
		"info":     object{"title": "haochaping", "version": "1", "description": "Sends ratings, cases and what belongs to them. Times are RFC 3339 with an offset. The id of a record is chosen by the sender: sent again, it is not counted again."},
		"servers":  []any{object{"url": url}},
		"security": []any{object{"key": []any{}}},
		"paths":    paths,
		"components": object{
			"schemas":         schemas,
			"securitySchemes": object{"key": object{"type": "http", "scheme": "bearer", "description": "Key of a device or of a source"}},
		},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write openapi document: %w", err)
	}
	return append(b, '\n'), nil
}

func operation(path, schema, summary string, example object) object {
	ref := object{"$ref": "#/components/schemas/" + schema}
	responses := object{"202": object{
		"description": "At least one record was taken and is durable",
		"content": object{"application/json": object{
			"schema": object{"$ref": "#/components/schemas/Receipt"},
			"example": object{
				"receipts": []any{object{"index": 0, "id": "01970a3e-5a00-7c3a-9d52-6f1b2c3d4e5f", "status": StatusAccepted, "kept": true}},
				"accepted": 1, "unattributed": 0, "duplicate": 0, "refused": 0, "conflicts": 0,
			},
		}},
	}}
	addProblems(responses, problemsOfAll)
	addProblems(responses, map[string]string{
		"400": "Not JSON, empty or broken off", "408": "The body did not arrive in time",
		"409": "The id is known with other content, or the batch is not announced like this", "413": "Too large",
		"415": "Wrong content type or encoding", "422": "No record was accepted", "503": "Nothing can be stored at the moment",
	})
	return object{
		"operationId": "send-" + path, "summary": summary,
		"parameters": []any{
			object{"name": "Device-Now", "in": "header", "description": "The sender's clock at sending; corrects times from a clock that is wrong", "schema": object{"type": "string", "format": "date-time"}},
			object{"name": "Content-Encoding", "in": "header", "schema": object{"type": "string", "enum": []any{"gzip", "identity"}}},
			object{"name": batchHeader, "in": "header", "description": "The announced batch that a stream brings; its receipt is part of the answer", "schema": object{"type": "string", "maxLength": 64}},
		},
		"requestBody": object{"required": true, "content": object{
			"application/json": object{
				"schema":  object{"anyOf": []any{ref, object{"type": "array", "items": ref, "minItems": 1, "maxItems": maxRecords}}},
				"example": example,
			},
			"application/x-ndjson": object{"schema": object{"type": "string", "description": "One record as a JSON object on each line, at most " + strconv.Itoa(maxLine) + " bytes"}},
		}},
		"responses": responses,
	}
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	uuidType   = reflect.TypeFor[uuid.UUID]()
	codeType   = reflect.TypeFor[record.Code]()
	momentType = reflect.TypeFor[record.Moment]()
)

// schemaOf describes a type. strict objects take no other fields.
func schemaOf(t reflect.Type, strict bool) object {
	switch {
	case t.Kind() == reflect.Pointer:
		return schemaOf(t.Elem(), strict)
	case t == timeType:
		return object{"type": "string", "format": "date-time"}
	case t == codeType:
		return object{"type": []any{"string", "number"}}
	case t == uuidType:
		return object{"type": "string", "format": "uuid"}
	case t == momentType:
		return object{"type": "string", "anyOf": []any{object{"format": "date-time"}, object{"format": "date"}}}
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Uint8:
		return object{"type": "integer", "minimum": 0, "maximum": 255}
	case reflect.Uint32, reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": schemaOf(t.Elem(), strict)}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": schemaOf(t.Elem(), strict)}
	case reflect.Struct:
		return structSchema(t, strict)
	}
	panic("collector: no schema for " + t.String()) // a wire struct got a field of a new type
}

func structSchema(t reflect.Type, strict bool) object {
	properties := object{}
	required := []any{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue // an embedded struct, whose fields are visible themselves
		}
		property := schemaOf(f.Type, strict)
		addTags(property, f.Tag)
		properties[name] = property
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	s := object{"type": "object", "properties": properties, "required": required}
	if strict {
		s["additionalProperties"] = false
	}
	return s
}

func addTags(property object, tag reflect.StructTag) {
	if doc := tag.Get("doc"); doc != "" {
		property["description"] = doc
	}
	if format := tag.Get("format"); format != "" {
		property["format"] = format
	}
	if values := tag.Get("enum"); values != "" {
		var list []any
		for v := range strings.SplitSeq(values, ",") {
			list = append(list, v)
		}
		property["enum"] = list
	}
	for _, limit := range []string{"maxLength", "maxItems", "minimum", "maximum"} {
		if n, err := strconv.Atoi(tag.Get(limit)); err == nil {
			property[limit] = n
		}
	}
}
