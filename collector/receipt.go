package collector

import (
	"encoding/json"
	"strconv"
)

// encode writes a receipt as JSON. That of good records alone, which nearly every
// answer is, is written without looking at types; the text is the same.
func (r *Receipt) encode() ([]byte, error) {
	if r.Batch != nil || r.Omitted != 0 || r.Receipts == nil {
		return json.Marshal(r)
	}
	b := make([]byte, 0, 128+112*len(r.Receipts))
	b = append(b, `{"receipts":[`...)
	for i := range r.Receipts {
		it := &r.Receipts[i]
		if len(it.Problems) > 0 {
			return json.Marshal(r)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"index":`...), int64(it.Index), 10)
		if it.ID != "" {
			b = append(append(append(b, `,"id":"`...), it.ID...), '"') // a UUID: nothing to escape
		}
		b = append(append(b, `,"status":"`...), it.Status...)
		b = append(strconv.AppendBool(append(b, `","kept":`...), it.Kept), '}')
	}
	b = strconv.AppendInt(append(b, `],"accepted":`...), int64(r.Accepted), 10)
	b = strconv.AppendInt(append(b, `,"unattributed":`...), int64(r.Unattributed), 10)
	b = strconv.AppendInt(append(b, `,"duplicate":`...), int64(r.Duplicate), 10)
	b = strconv.AppendInt(append(b, `,"refused":`...), int64(r.Refused), 10)
	b = strconv.AppendInt(append(b, `,"conflicts":`...), int64(r.Conflicts), 10)
	return append(b, '}'), nil
}
