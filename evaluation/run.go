package evaluation

import "time"

// Run is one run of a job of the timetable, or several short ones of a kind together.
type Run struct {
	Job      string        `json:"job"`
	Started  time.Time     `json:"started"`  // of the first
	Finished time.Time     `json:"finished"` // of the last
	Took     time.Duration `json:"took_ns"`  // of all together
	Times    int           `json:"times"`    // how many runs these are, 1 or more
	Work     Work          `json:"work"`
	Failure  string        `json:"failure,omitempty"` // '' = done
}

// Work is what a run did.
type Work struct {
	// Periods is how many days × parts or months were counted anew, or how many evaluations were drawn up.
	Periods int `json:"periods"`
	// Rows is how many rows of facts, or how many judged units, that gave.
	Rows uint64 `json:"rows"`
}

// Add adds what another run did.
func (w *Work) Add(more Work) {
	w.Periods += more.Periods
	w.Rows += more.Rows
}
