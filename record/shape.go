package record

import (
	"encoding/json"
	"fmt"
)

// Redacted is the shape of a submitted JSON text without its content: names of
// known fields stay, every string becomes its length, every long number its number
// of digits. Bytes that are no JSON become their length only.
func Redacted(raw []byte) string {
	const limit = 16 << 10
	var v any
	if len(raw) > limit || json.Unmarshal(raw, &v) != nil {
		return fmt.Sprintf(`{"bytes":%d}`, len(raw))
	}
	b, err := json.Marshal(redact(v, 0))
	if err != nil {
		return fmt.Sprintf(`{"bytes":%d}`, len(raw))
	}
	return string(b)
}

// RedactedEncoded is what Redacted returns for an encoded record.
func RedactedEncoded(kind Kind, payload []byte) string {
	r, err := Decoded(kind, payload)
	if err != nil {
		return fmt.Sprintf(`{"bytes":%d}`, len(payload))
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Sprintf(`{"bytes":%d}`, len(payload))
	}
	return Redacted(text)
}

func redact(v any, depth int) any {
	if depth > 8 {
		return "…"
	}
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("text of %d", len([]rune(v)))
	case float64:
		if v >= 1e6 || v <= -1e6 {
			return "long number"
		}
		return v
	case []any:
		out := make([]any, 0, min(len(v), 50))
		for _, e := range v[:min(len(v), 50)] {
			out = append(out, redact(e, depth+1))
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, e := range v {
			if knownFields[name] {
				out[name] = redact(e, depth+1)
			}
		}
		if len(out) < len(v) {
			out["unknown_fields"] = len(v) - len(out)
		}
		return out
	default:
		return v
	}
}
