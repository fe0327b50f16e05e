package dashboard

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// live tells an open page whether its figures are still the newest.
func (d *Dashboard) live(w http.ResponseWriter, r *http.Request) error {
	g, stale, err := d.facts.current(r.Context())
	if err != nil {
		return fmt.Errorf("%w: %w", errUnavailable, err)
	}
	body, err := json.Marshal(struct {
		Generation uint64 `json:"generation"`
		DataTime   int64  `json:"data_time"`
		Records    uint64 `json:"records"`
		Stale      bool   `json:"stale"`
	}{g.Number, g.DataTime, g.Records, stale})
	if err != nil {
		return fmt.Errorf("write the generation: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	send(w, r, http.StatusOK, body)
	return nil
}
