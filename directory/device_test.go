package directory

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"haochaping/calendar"
)

func TestReadDevices(t *testing.T) {
	day := calendar.MakeDay(2026, 5, 4)
	for name, text := range map[string]string{
		"english": "name,hall,window,from\nK-1,H1,07,\nK-1,H1,08,2026-05-04\n\n\"K,2\",H2,,\n",
		"chinese": "\ufeff设备编号,大厅编码,窗口号,起始日期\r\nK-1 ,H1,07,\r\nK-1,H1,08,2026/5/4\r\n\r\n\"K,2\",H2,,\r\n",
		"mixed":   "窗口,Hall,from,设备\n07,H1,,K-1\n08,H1,2026年5月4日,K-1\n,,,\n,H2,,\"K,2\"\n",
	} {
		got, problems := ReadDevices(strings.NewReader(text))
		want := []Device{{"K-1", "H1", "07", 0, 2}, {"K-1", "H1", "08", day, 3}, {"K,2", "H2", "", 0, 5}}
		if d := gocmp.Diff(want, got); d != "" || problems != nil {
			t.Errorf("%s: %v %s", name, problems, d)
		}
	}
}

func TestReadDevicesProblems(t *testing.T) {
	text := strings.Join([]string{
		"name,hall,window,from",
		"K-1,H1,07,",
		"K-1,H1,08,",
		"K-1,H2,08,2026-05-04",
		",H1,,",
		"K-2,,,",
		"K-3,H1," + strings.Repeat("七", 65) + ",",
		"K\x014,H1,,",
		"K-5,H1,01,2026-02-30",
		"K-6,H1",
		"K-\ufffd,H1,,",
	}, "\n")
	_, problems := ReadDevices(strings.NewReader(text))
	want := []string{
		"line 3", "already on line 2",
		"line 4", "stands in hall H1 by line 2",
		"line 5", "is empty",
		"line 6", "is empty",
		"line 7", "more than 64 characters",
		"line 8", "control character",
		"line 9", "no existing date",
		"line 10", "2 cells under 4 columns",
		"line 11", "lost one",
	}
	if len(problems) != len(want)/2 {
		t.Errorf("%d problems: %v", len(problems), problems)
	}
	for i, p := range problems {
		if text := p.String(); !strings.Contains(text, want[2*i]) || !strings.Contains(text, want[2*i+1]) {
			t.Errorf("problem %q, want %s and %s", text, want[2*i], want[2*i+1])
		}
	}
	for _, text := range []string{"", "name,hall\n", "name,window\nK-1,2\n"} {
		if _, problems := ReadDevices(strings.NewReader(text)); !Fatal(problems) {
			t.Errorf("%q is taken: %v", text, problems)
		}
	}
}
