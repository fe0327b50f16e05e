package collector

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"haochaping/collector/spool"
)

func badJSON() []badInput {
	return []badInput{
		{what: "an object that breaks off", body: `{"id":"` + secret, status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "an array that breaks off behind a good record", body: "[" + rating(idA, "") + ",{", status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "a comma too many", body: with(`,"level"`, `,,"level"`), status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "single quotes", body: strings.ReplaceAll(rating(idA, ""), `"`, `'`), status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "a comment behind the object", body: rating(idA, "") + "// " + secret, status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "two objects without an array", body: rating(idA, "") + rating(idB, ""), status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "a text instead of an object", body: `"` + secret + `"`, status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "null", body: `null`, status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "XML", body: `<rating id="` + secret + `"/>`, status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "numbers in the array", body: "[7,null]", status: 422, code: "refused", why: "malformed", kept: 2},
		{what: "an empty body", body: "", status: 400, code: "empty"},
		{what: "blanks alone", body: " \r\n\t", status: 400, code: "empty"},
		{what: "an empty array", body: "[]", status: 400, code: "empty"},
		{what: "an empty object", body: "{}", status: 422, code: "refused", field: "id", why: "missing", kept: 1},
		{what: "a stream of empty lines", body: "\n\n", more: ndjson, status: 400, code: "empty"},
		{what: "a line of a stream that is no JSON", body: "{\n", more: ndjson, status: 422, code: "refused", why: "malformed", kept: 1},
		{what: "a JSON array as a stream", body: "[" + rating(idA, "") + "]", more: ndjson, status: 422, code: "refused", why: "malformed", kept: 1},
		{what: "one bad record among good ones", body: "[" + rating(idA, "") + `,{"id":"` + idB + `"}]`, status: 202, code: StatusRefused, kept: 1, accepted: 1},
		{what: "10,000 levels of nesting", body: rating(idA, `,"tags":`+strings.Repeat("[", 10_001)+strings.Repeat("]", 10_001)), status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "100 levels of nesting", body: rating(idA, `,"tags":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)), status: 422, code: "refused", field: "tags", why: "malformed", kept: 1},
	}
}

func badText() []badInput {
	return []badInput{
		{what: "a byte order mark before the object, which is passed over", body: "\ufeff" + rating(idA, ""), status: 202, code: StatusAccepted, accepted: 1},
		{what: "a byte order mark before a stream, which is passed over", body: "\ufeff" + rating(idA, ""), more: ndjson, status: 202, code: StatusAccepted, accepted: 1},
		{what: "a byte order mark within the object", body: with(`,"level"`, ",\ufeff\"level\""), status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "bytes that are no UTF-8", body: rating(idA, ",\"comment\":\"\xff"+secret+"\""), status: 422, code: "refused", why: "malformed", kept: 1},
		{what: "text in GBK", body: rating(idA, ",\"comment\":\"\xc4\xe3\xba\xc3\""), status: 422, code: "refused", why: "malformed", kept: 1},
		{what: "half a surrogate pair", body: rating(idA, `,"comment":"\ud800"`), status: 422, code: "refused", field: "comment", why: "malformed", kept: 1},
		{what: "a NUL character", body: rating(idA, `,"comment":"a\u0000b"`), status: 422, code: "refused", field: "comment", why: "invalid", kept: 1},
		{what: "an unescaped NUL byte", body: rating(idA, ",\"comment\":\"a\x00b\""), status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "an escape character", body: rating(idA, `,"hall":"H1\u001b[0m"`), status: 422, code: "refused", field: "hall", why: "invalid", kept: 1},
		{what: "a line feed unescaped in a text", body: rating(idA, ",\"comment\":\"a\nb\""), status: 400, code: "malformed", why: "malformed", kept: 1},
	}
}

func badFields() []badInput {
	return []badInput{
		{what: "an unknown field", body: rating(idA, `,"nope":"`+secret+`"`), status: 422, code: "refused", field: "nope", why: "unknown_field", kept: 1},
		{what: "an unknown field whose name is no name", body: rating(idA, `,"`+secret+`":1`), status: 422, code: "refused", field: "(unprintable name)", why: "unknown_field", kept: 1},
		{what: "a field in other letters", body: with(`"level"`, `"Level"`), status: 422, code: "refused", field: "Level", why: "unknown_field", kept: 1},
		{what: "a field twice", body: rating(idA, `,"level":1`), status: 422, code: "refused", field: "level", why: "malformed", kept: 1},
		{what: "an object instead of a text", body: rating(idA, `,"comment":{"a":"`+secret+`"}`), status: 422, code: "refused", field: "comment", why: "malformed", kept: 1},
		{what: "a text instead of a list", body: rating(idA, `,"tags":"`+secret+`"`), status: 422, code: "refused", field: "tags", why: "malformed", kept: 1},
		{what: "a number instead of true or false", body: rating(idA, `,"test":1`), status: 422, code: "refused", field: "test", why: "malformed", kept: 1},
		{what: "a text instead of a number", body: rating(idA, `,"device_seq":"7"`), status: 422, code: "refused", field: "device_seq", why: "malformed", kept: 1},
		{what: "a word that is none of those allowed", body: rating(idA, `,"object":"`+secret+`"`), status: 422, code: "refused", field: "object", why: "invalid", kept: 1},
		{what: "a code of 65 characters", body: rating(idA, `,"case_id":"`+strings.Repeat("1", 65)+`"`), status: 422, code: "refused", field: "case_id", why: "too_long", kept: 1},
		{what: "a comment of 1,201 characters", body: rating(idA, `,"comment":"`+strings.Repeat("好", 1201)+`"`), status: 422, code: "refused", field: "comment", why: "too_long", kept: 1},
		{what: "21 tags", body: rating(idA, `,"tags":["1"`+strings.Repeat(`,"1"`, 20)+`]`), status: 422, code: "refused", field: "tags", why: "too_long", kept: 1},
		{what: "a contact where none can be sealed", body: rating(idA, `,"contact":"`+secret+`"`), status: 422, code: "refused", field: "contact", why: "contact", kept: 1},
	}
}

func badNumbers() []badInput {
	return []badInput{
		{what: "a negative number", body: rating(idA, `,"device_seq":-1`), status: 422, code: "refused", field: "device_seq", why: "malformed", kept: 1},
		{what: "a fraction", body: rating(idA, `,"device_seq":1.5`), status: 422, code: "refused", field: "device_seq", why: "malformed", kept: 1},
		{what: "a number with an exponent", body: rating(idA, `,"device_seq":1e3`), status: 422, code: "refused", field: "device_seq", why: "malformed", kept: 1},
		{what: "a number past 2^64", body: rating(idA, `,"device_seq":18446744073709551616`), status: 422, code: "refused", field: "device_seq", why: "malformed", kept: 1},
		{what: "a number with a leading zero", body: rating(idA, `,"device_seq":007`), status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "NaN", body: rating(idA, `,"device_seq":NaN`), status: 400, code: "malformed", why: "malformed", kept: 1},
		{what: "assess_number 3", body: rating(idA, `,"assess_number":3`), status: 422, code: "refused", field: "assess_number", why: "invalid", kept: 1},
		{what: "a case whose handling took a negative time", path: "cases", key: "source", body: `{"case_id":"C1","version":1,"accepted_at":"2026-05-04T09:00:00+08:00","handling_seconds":-1}`, status: 422, code: "refused", field: "handling_seconds", why: "invalid", kept: 1},
	}
}

func badTimes() []badInput {
	const good = "2026-05-04T11:59:00+08:00"
	return []badInput{
		{what: "no time", body: `{"id":"` + idA + `","level":5}`, status: 422, code: "refused", field: "rated_at", why: "missing", kept: 1},
		{what: "a time without an offset, where the code map has no such form", body: with(good, "2026-05-04T11:59"), status: 422, code: "refused", field: "rated_at", why: "unmapped", kept: 1},
		{what: "a time with slashes, where the code map has no such form", body: with(good, "2026/05/04 11:59:00"), status: 422, code: "refused", field: "rated_at", why: "unmapped", kept: 1},
		{what: "a text that is no time", body: with(good, secret), status: 422, code: "refused", field: "rated_at", why: "unmapped", kept: 1},
		{what: "a time as a number", body: with(`"`+good+`"`, "1777867140"), status: 422, code: "refused", field: "rated_at", why: "unmapped", kept: 1},
		{what: "the 30th of February", body: with(good, "2026-02-30T11:59:00+08:00"), status: 422, code: "refused", field: "rated_at", why: "time", kept: 1},
		{what: "a time further ahead than collector.clock_future", body: with(good, "2026-05-04T12:06:00+08:00"), status: 422, code: "refused", field: "rated_at", why: "time", kept: 1},
		{what: "the year 2199", body: with(good, "2199-05-04T11:59:00+08:00"), status: 422, code: "refused", field: "rated_at", why: "time", kept: 1},
		{what: "a time further back than collector.clock_past", body: with(good, "1999-05-04T11:59:00+08:00"), status: 422, code: "refused", field: "rated_at", why: "time", kept: 1},
		{what: "a case that is finished before it is accepted", path: "cases", key: "source", body: `{"case_id":"C1","version":1,"accepted_at":"2026-05-04T09:00:00+08:00","finished_at":"2026-05-04T08:00:00+08:00"}`, status: 422, code: "refused", field: "finished_at", why: "time", kept: 1},
	}
}

func badCodes() []badInput {
	return []badInput{
		{what: "a level that the code map lacks", body: with(`:5,`, `:6,`), status: 422, code: "refused", field: "level", why: "unmapped", kept: 1},
		{what: "a level in words", body: with(`:5,`, `:"`+secret+`",`), status: 422, code: "refused", field: "level", why: "unmapped", kept: 1},
		{what: "no level", body: with(`"level":5,`, ``), status: 422, code: "refused", field: "level", why: "missing", kept: 1},
		{what: "a level where nobody answered", body: rating(idA, `,"answer":"unanswered"`), status: 422, code: "refused", field: "level", why: "invalid", kept: 1},
		{what: "a channel that the code map lacks", body: rating(idA, `,"channel":"`+secret+`"`), status: 422, code: "refused", field: "channel", why: "unmapped", kept: 1},
		{what: "a source without a code map", key: "source", body: rating(idA, `,"source":"unmapped"`), status: 422, code: "refused", field: "source", why: "unmapped", kept: 1},
		{what: "a source that the key may not speak for", body: rating(idA, `,"source":"`+secret+`"`), status: 422, code: "refused", field: "source", why: "invalid", kept: 1},
	}
}

func badPlaces() []badInput {
	return []badInput{
		{what: "another device", body: rating(idA, `,"device_id":"DEV-2"`), status: 422, code: "refused", field: "device_id", why: "invalid", kept: 1},
		{what: "another hall", body: rating(idA, `,"hall":"H2"`), status: 422, code: "refused", field: "hall", why: "invalid", kept: 1},
		{what: "another window", body: rating(idA, `,"window":"`+secret+`"`), status: 422, code: "refused", field: "window", why: "invalid", kept: 1},
		{what: "a hall that the directory does not know", key: "source", body: rating(idA, `,"hall":"H9"`), status: 202, code: StatusUnattributed, accepted: 1},
	}
}

func badIDs() []badInput {
	return []badInput{
		{what: "no id", body: with(`"id":"`+idA+`",`, ``), status: 422, code: "refused", field: "id", why: "missing", kept: 1},
		{what: "an id that is no UUID", body: with(idA, secret), status: 422, code: "refused", field: "id", why: "invalid", kept: 1},
		{what: "an id of zeros", body: with(idA, "00000000-0000-0000-0000-000000000000"), status: 422, code: "refused", field: "id", why: "invalid", kept: 1},
		{what: "a UUID in braces", body: with(idA, "{"+idA+"}"), status: 422, code: "refused", field: "id", why: "invalid", kept: 1},
		{
			what: "an id that is known with other content", body: with(":5,", ":1,"), before: func(h *house) { h.send("ratings", h.device, rating(idA, ""), nil) },
			status: 409, code: "conflict", field: "id", why: "conflict", kept: 1, accepted: 1,
		},
		{
			what: "a version of a case that is known with other content", path: "cases", key: "source",
			body: `{"case_id":"C1","version":1,"accepted_at":"2026-05-04T09:00:00+08:00","visits":2}`,
			before: func(h *house) {
				h.send("cases", h.source, `{"case_id":"C1","version":1,"accepted_at":"2026-05-04T09:00:00+08:00"}`, nil)
			},
			status: 409, code: "conflict", field: "version", why: "conflict", kept: 1, accepted: 1,
		},
		{
			what: "the same record again", body: rating(idA, ""), before: func(h *house) { h.send("ratings", h.device, rating(idA, ""), nil) },
			status: 202, code: StatusDuplicate, accepted: 1,
		},
	}
}

func badSizes(t *testing.T) []badInput {
	whole := packed(t, []byte(rating(idA, "")))
	damaged := []byte(whole)
	damaged[len(damaged)-6] ^= 0xff // in its checksum
	bomb := packed(t, bytes.Repeat([]byte(" "), 64<<20))
	stream := header{"Content-Encoding": "gzip", "Content-Type": ndjson["Content-Type"]}
	return []badInput{
		{what: "a body past collector.max_body", body: "[" + strings.Repeat(rating(idA, "")+",", 100_000) + rating(idB, "") + "]", status: 413, code: "too_large"},
		{what: "an array of 10,001 records", body: "[" + strings.Repeat("0,", maxRecords) + "0]", status: 413, code: "too_large"},
		{what: "a line of a stream past 64 KiB", body: `{"id":"` + strings.Repeat("1", maxLine) + "\"}\n", more: ndjson, status: 422, code: "refused", why: "too_long", kept: 1},
		{what: "a packed document that unfolds past the limit", body: bomb, more: gz, status: 413, code: "too_large"},
		{what: "a packed stream that unfolds too far", body: bomb, more: stream, status: 413, code: "too_large"},
		{what: "gzip announced, something else sent", body: secret, more: gz, status: 400, code: "malformed"},
		{what: "gzip that breaks off", body: whole[:40], more: gz, status: 400, code: "incomplete"},
		{what: "gzip with a wrong checksum", body: string(damaged), more: gz, status: 400, code: "malformed"},
		{what: "bytes behind the gzip", body: whole + secret, more: gz, status: 400, code: "malformed"},
		{what: "gzip of which nothing is said", body: whole, status: 415, code: "content_encoding"},
		{what: "a stream in gzip of which nothing is said", body: whole, more: ndjson, status: 415, code: "content_encoding"},
		{what: "gzip in gzip", body: packed(t, []byte(whole)), more: gz, status: 415, code: "content_encoding"},
		{what: "brotli", body: "x", more: header{"Content-Encoding": "br"}, status: 415, code: "content_encoding"},
	}
}

func badKeys() []badInput {
	return []badInput{
		{what: "no key", key: "none", body: rating(idA, ""), status: 401, code: "unauthenticated"},
		{what: "an unknown key", key: "unknown", body: rating(idA, ""), status: 401, code: "unauthenticated"},
		{what: "a key in another scheme", key: "none", body: rating(idA, ""), more: header{"Authorization": "Basic " + secret}, status: 401, code: "unauthenticated"},
		{what: "a revoked key", key: "revoked", body: rating(idA, ""), status: 403, code: "revoked"},
		{what: "a case with the key of a device", path: "cases", body: "{}", status: 403, code: "forbidden"},
		{what: "a device that asks about another", method: http.MethodGet, path: "devices/DEV-2", status: 403, code: "forbidden"},
	}
}

func badForms() []badInput {
	return []badInput{
		{what: "an address that does not exist", path: "rating", body: "{}", status: 404, code: "not_found"},
		{what: "GET where records are sent", method: http.MethodGet, status: 405, code: "method_not_allowed"},
		{what: "PUT", method: http.MethodPut, body: rating(idA, ""), status: 405, code: "method_not_allowed"},
		{what: "no Content-Type", body: "{}", more: header{"Content-Type": ""}, status: 415, code: "content_type"},
		{what: "a form", body: "a=b", more: header{"Content-Type": "application/x-www-form-urlencoded"}, status: 415, code: "content_type"},
		{what: "another charset", body: "{}", more: header{"Content-Type": "application/json; charset=gbk"}, status: 415, code: "content_type"},
	}
}

func badBatches() []badInput {
	announcement := func(change ...string) string {
		return strings.NewReplacer(change...).Replace(`{"id":"B1","records":"ratings","count":1,"sha256":"` + strings.Repeat("0", 64) + `"}`)
	}
	announce := func(h *house) { h.send("batches", h.source, announcement(), nil) }
	stream := header{"Content-Type": ndjson["Content-Type"], batchHeader: "B1"}
	return []badInput{
		{what: "an announcement that is none", path: "batches", key: "source", body: `[]`, status: 400, code: "malformed"},
		{what: "an announcement with an unknown field", path: "batches", key: "source", body: announcement(`"count"`, `"size"`), status: 400, code: "malformed"},
		{what: "an announcement of nothing", path: "batches", key: "source", body: announcement(`:1,`, `:0,`), status: 422, code: "refused", field: "count", why: "invalid"},
		{what: "an announcement with a short hash", path: "batches", key: "source", body: announcement(`0000`, `00`), status: 422, code: "refused", field: "sha256", why: "invalid"},
		{what: "an announcement under an id that is a phone number", path: "batches", key: "source", body: announcement(`B1`, secret), status: 422, code: "refused", field: "id", why: "invalid"},
		{what: "an id announced before with other content", path: "batches", key: "source", body: announcement(`:1,`, `:2,`), before: announce, status: 409, code: "conflict", accepted: 1},
		{what: "records of a batch that nobody announced", key: "source", body: rating(idA, ""), more: stream, status: 409, code: "unannounced", set: func(o *Options) { o.Batches = &shared{} }},
		{what: "a batch sent to another address than announced", path: "cases", key: "source", body: "{}", more: stream, before: announce, status: 409, code: "announced_otherwise", accepted: 1},
		{what: "a batch that is no stream", key: "source", body: rating(idA, ""), more: header{batchHeader: "B1"}, before: announce, status: 415, code: "content_type", accepted: 1},
		{what: "a batch with the key of a device", body: rating(idA, ""), more: stream, before: announce, status: 403, code: "forbidden", accepted: 1},
		{what: "a batch with another number of lines, or other lines", key: "source", body: rating(idA, `,"hall":"H1"`), more: stream, before: announce, status: 202, code: `accepted, "complete": false`, accepted: 3},
		{what: "the state of a batch that nobody announced", method: http.MethodGet, path: "batches/B2", key: "source", status: 404, code: "not_found", set: func(o *Options) { o.Batches = &shared{} }},
	}
}

func badQuestions() []badInput {
	return []badInput{
		{what: "an unknown parameter", method: http.MethodGet, path: "refused?sender=s2", key: "source", status: 400, code: "query", why: "invalid"},
		{what: "a page of 10,000", method: http.MethodGet, path: "refused?limit=10000", key: "source", status: 400, code: "query", field: "limit", why: "invalid"},
		{what: "the desk with the key of a device", method: http.MethodGet, path: "refused", status: 403, code: "forbidden"},
		{what: "a question that only the store can answer, while it is away", method: http.MethodGet, path: "devices/self", status: 503, code: "away", retry: true},
	}
}

func badLoad() []badInput {
	full := func(o *Options) {
		o.Spool = fakeSpool{func([]spool.Entry) ([]spool.Outcome, error) { return nil, fmt.Errorf("append: %w", spool.ErrFull) }}
	}
	broken := func(o *Options) {
		o.Spool = fakeSpool{func([]spool.Entry) ([]spool.Outcome, error) { return nil, spool.ErrFailed }}
	}
	return []badInput{
		{
			what: "more requests than the key may send", body: rating(idB, ""), set: func(o *Options) { o.DeviceRate = 1 },
			before: func(h *house) {
				for range burstFactor {
					h.send("ratings", h.device, rating(idA, ""), nil)
				}
			},
			status: 429, code: "rate_limited", retry: true, accepted: 1,
		},
		{what: "more requests at a time than can be answered", body: rating(idA, ""), before: func(h *house) {
			for range cap(h.c.slots) {
				h.c.slots <- struct{}{}
			}
		}, status: 429, code: "busy", retry: true},
		{
			what: "more refused records than are kept of a key a day: counted only", body: "{}", set: func(o *Options) { o.RefusedQuota = 1 },
			before: func(h *house) { h.send("ratings", h.device, "{}", nil) },
			status: 422, code: "refused", field: "id", why: "missing", kept: 1,
		},
		{what: "a body that stops arriving", slow: true, set: func(o *Options) { o.RequestTimeout = 100 * time.Millisecond }, status: 408, code: "timeout", retry: true},
		{what: "anything while the spool is full", body: rating(idA, ""), set: full, unchecked: true, status: 503, code: "full", retry: true},
		{what: "anything while the disk fails", body: rating(idA, ""), set: broken, unchecked: true, status: 503, code: "unavailable", retry: true},
		{what: "what meets a mistake in the program", body: rating(idA, ""), set: func(o *Options) {
			o.Spool = fakeSpool{func([]spool.Entry) ([]spool.Outcome, error) { panic(secret) }}
		}, unchecked: true, status: 500, code: "internal"},
	}
}
