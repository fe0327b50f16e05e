package record

import (
	"reflect"
	"strings"
)

// knownFields are the names of all fields of the wire structs. Only these names
// may be repeated in what is kept of a refused record.
var knownFields = wireFields(RatingInput{}, CaseInput{}, PromptInput{}, FollowUpInput{}, TallyInput{}, Interval{})

func wireFields(structs ...any) map[string]bool {
	names := make(map[string]bool)
	for _, s := range structs {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(s)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				names[name] = true
			}
		}
	}
	return names
}
