package oracle

import (
	"fmt"

	"haochaping/record"
)

// Falsify breaks a promise in the evidence, to show that the oracle sees it: lose takes
// away a stored record, double counts one twice, forget leaves a day out of the facts,
// alter stores another level, hush takes a refusal off the desk. "" changes nothing.
func (e *Evidence) Falsify(how string) error {
	stored := &e.Stored
	if how != "" && (len(stored.Ratings) == 0 || len(stored.Refused) == 0 || len(e.Days) == 0) {
		return fmt.Errorf("falsify the evidence (%s): there is too little of it", how)
	}
	switch how {
	case "":
	case "lose":
		stored.Ratings = stored.Ratings[1:]
	case "double":
		e.Days[0].Levels[4]++
	case "forget":
		e.Days = e.Days[1:]
	case "alter":
		for i := range stored.Ratings {
			if r := &stored.Ratings[i]; r.Answer == record.AnswerActive {
				r.Level = r.Level%5 + 1
				break
			}
		}
	case "hush":
		stored.Refused, e.Desk = stored.Refused[:0], e.Desk[:0]
	default:
		return fmt.Errorf("falsify the evidence: %q is no way to do it", how)
	}
	return nil
}
