package fileimport

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func sheet(t testing.TB, rows [][]any, date1904 bool) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if date1904 {
		if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &date1904}); err != nil {
			t.Fatal(err)
		}
	}
	for i, cells := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestXLSX(t *testing.T) {
	header := []any{"时间", "评价", "大厅", "意见", ""}
	at := time.Date(2026, 5, 1, 23, 30, 0, 0, time.UTC)
	day := time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC)
	file := sheet(t, [][]any{
		header,
		{at, 5, "一号", "好"},
		{day, "4", "二号"},
		{},
		{"20260503", 3, "三号", "文字"},
		{20260503, 3, "四号"},
		{day, 5, "五号", "x", "", "beyond"},
		{"#N/A", 5, "六号"},
	}, false)
	sink, result, refused := load(t, plainMapping, "表.xlsx", file)
	var got []string
	for i := range sink.all.Ratings {
		r := &sink.all.Ratings[i]
		got = append(got, r.Hall+" "+r.RatedAt.Format(time.RFC3339)+" "+r.EventDay.String()+fmt.Sprint(" ", r.Level))
	}
	slices.Sort(got)
	want := []string{
		"一号 2026-05-01T23:30:00+08:00 2026-05-01 5", "三号 2026-05-03T00:00:00+08:00 2026-05-03 3",
		"二号 2026-05-02T00:00:00+08:00 2026-05-02 4", "四号 2026-05-03T00:00:00+08:00 2026-05-03 3",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if result.Refused != 2 || result.Format != formatXLSX || !strings.Contains(refused, "\n7,rating,malformed") || !strings.Contains(refused, "8,rating,time") {
		t.Errorf("%+v\n%s", result, refused)
	}
	old := sheet(t, [][]any{header, {day, 5, "一号"}}, true)
	sink, _, _ = load(t, plainMapping, "a.xlsx", old)
	if got := sink.all.Ratings[0].EventDay.String(); got != "2026-05-02" {
		t.Errorf("1904 dates: %s", got)
	}
}
