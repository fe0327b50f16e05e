package warehouse

import (
	"fmt"
	"strings"

	"haochaping/calendar"
)

// beyondGap is more seconds than any case can take. Where the calendar lacks days, the working seconds behind the gap
// go on higher by this much for each of them, so that a span over a gap cannot be mistaken for a known one.
const beyondGap = 1 << 33

// baseParams are the parameters of the statements that fill stage_base.
func (w *Warehouse) baseParams(days []calendar.Day) params {
	opens, shuts := make([]string, len(w.hours)), make([]string, len(w.hours))
	for i, h := range w.hours {
		opens[i], shuts[i] = fmt.Sprint(h.From), fmt.Sprint(h.To)
	}
	return params{
		"days": dayArray(days), "zone": w.zone.String(), "beyond": fmt.Sprint(beyondGap),
		"opens": "[" + strings.Join(opens, ",") + "]", "shuts": "[" + strings.Join(shuts, ",") + "]",
	}
}
