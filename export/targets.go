package export

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"haochaping/evaluation"
)

var targetHeader = []string{"year", "kind", "unit", "indicator", "name", "target", "document", "set_at", "set_by", "removed"}

// Targets writes targets in a format: table, csv or json. In json the values are numbers in the units of their
// indicators, elsewhere they are written as pages write them; one that removes a target has none.
func Targets(w io.Writer, list []evaluation.Target, indicators []evaluation.TargetIndicator, format, lang string, zone *time.Location) (err error) {
	if format == "json" {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		if list == nil {
			list = []evaluation.Target{}
		}
		err = e.Encode(list)
	} else {
		lines := make([][]string, len(list))
		for i := range list {
			lines[i] = targetCells(&list[i], indicators, lang, zone)
		}
		if format == "csv" {
			err = listingCSV(w, targetHeader, lines)
		} else {
			err = listingTable(w, targetHeader, lines)
		}
	}
	if err != nil {
		return fmt.Errorf("write targets as %s: %w", format, err)
	}
	return nil
}

func targetCells(t *evaluation.Target, indicators []evaluation.TargetIndicator, lang string, zone *time.Location) []string {
	indicator := evaluation.TargetIndicator{ID: t.Indicator, NameEN: t.Indicator, Unit: evaluation.Number}
	if at := slices.IndexFunc(indicators, func(i evaluation.TargetIndicator) bool { return i.ID == t.Indicator }); at >= 0 {
		indicator = indicators[at]
	}
	value := indicator.FormatTarget(t.Value, lang)
	if t.Removed {
		value = ""
	}
	return []string{
		strconv.Itoa(t.Year), string(t.Kind), printable(t.Unit), printable(t.Indicator), printable(indicator.Name(lang)), value, printable(t.Document),
		t.At.In(zone).Format("2006-01-02 15:04:05"), printable(t.By), strconv.FormatBool(t.Removed),
	}
}
