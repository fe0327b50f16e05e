package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/skip2/go-qrcode"

	"haochaping/app"
	"haochaping/calendar"
	"haochaping/config"
	"haochaping/record"
)

// drawn puts the modules that a path covers back into rows of # and spaces.
func drawn(t *testing.T, code qrCode) []string {
	t.Helper()
	rows := make([][]byte, code.Size)
	for i := range rows {
		rows[i] = []byte(strings.Repeat(" ", code.Size))
	}
	x, y := 0, 0
	for _, stroke := range regexp.MustCompile(`[Mmh][^Mmh]+`).FindAllString(code.Path, -1) {
		var n int
		switch _, err := fmt.Sscanf(stroke[1:], "%d", &n); {
		case err != nil:
			t.Fatalf("stroke %q: %v", stroke, err)
		case stroke[0] == 'M':
			x = n
			if _, err := fmt.Sscanf(stroke[1:], "%d %d.5", &n, &y); err != nil {
				t.Fatalf("stroke %q: %v", stroke, err)
			}
		case stroke[0] == 'm':
			x += n
		default:
			for range n {
				rows[y][x] = '#'
				x++
			}
		}
	}
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = string(rows[i])
	}
	return out
}

func TestDrawQR(t *testing.T) {
	const text = "https://pingjia.example.cn/haochaping/kiosk#key=hcp_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	code, err := drawQR(text)
	if err != nil {
		t.Fatal(err)
	}
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	q.DisableBorder = true
	var want []string
	for _, row := range q.Bitmap() {
		var line strings.Builder
		for _, dark := range row {
			if dark {
				line.WriteByte('#')
			} else {
				line.WriteByte(' ')
			}
		}
		want = append(want, line.String())
	}
	if d := cmp.Diff(want, drawn(t, code)); d != "" {
		t.Error(d)
	}
	if code.Size > 49 {
		t.Errorf("%d modules a side are too fine for a card", code.Size)
	}
	if _, err := drawQR(strings.Repeat("x", 5000)); err == nil || strings.Contains(err.Error(), "xxx") {
		t.Errorf("a long text: %v", err)
	}
}

func someDevices(hall string, n int) []app.NewDevice {
	devices := make([]app.NewDevice, n)
	for i := range devices {
		devices[i] = app.NewDevice{
			Key:    record.Key{Name: fmt.Sprintf("K-%s-%03d", hall, i), Hall: hall, Windows: []record.DatedWindow{{Window: "07"}}},
			Places: app.Places{HallName: "政务<大厅>", WindowNames: []string{"七号窗口"}},
		}
	}
	return devices
}

// What is printed: every device once, eight a page, no key in the text, no script, nothing from outside.
func TestSheets(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "sheets")
	today := calendar.MakeDay(2026, 5, 4)
	devices := append(someDevices("H/1", 17), someDevices("..", 1)...)
	devices[3].Key.Windows = append(devices[3].Key.Windows, record.DatedWindow{From: today + 1, Window: "08"}, record.DatedWindow{From: today + 2})
	devices[3].WindowNames = []string{"七号窗口", "", ""}
	keys, halls, err := writeSheets(folder, devices, "https://pingjia.example.cn/kiosk", today, true)
	if err != nil || halls != 2 || len(keys) != 18 {
		t.Fatalf("%d keys in %d halls: %v", len(keys), halls, err)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f.Name(), info.Mode(), err)
		}
	}
	if d := cmp.Diff([]string{"0001-__.html", "0002-H_1.html", "keys.csv"}, names); d != "" {
		t.Error(d)
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder %v, %v", info.Mode(), err)
	}
	b, err := os.ReadFile(filepath.Join(folder, "0002-H_1.html"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for part, n := range map[string]int{
		`<section class="page">`: 3, `<article class="card">`: 17, "密钥只显示一次，扫码后请销毁本页": 17, "七号窗口 · 07": 17,
		"政务&lt;大厅&gt;": 3 + 17 + 1, "<大厅>": 0, "hcp_": 0, "#key=": 0, "<script": 0, "http://": 0, "https://": 0, "src=": 0, "href=": 0, "url(": 0,
		"2026-05-05 起": 1, "ZgotmplZ": 0,
	} {
		if got := strings.Count(text, part); got != n {
			t.Errorf("%d times %s, want %d", got, part, n)
		}
	}
	table, err := os.ReadFile(filepath.Join(folder, "keys.csv"))
	if err != nil || strings.Count(string(table), "hcp_") != 18 {
		t.Errorf("keys.csv: %v", err)
	}
	if _, _, err := writeSheets(folder, devices, "https://pingjia.example.cn/kiosk", today, false); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("a folder was overwritten: %v", err)
	}
}

func TestKioskAddress(t *testing.T) {
	tests := []struct{ public, base, given, want string }{
		{"https://a.example", "", "", "https://a.example/kiosk"},
		{"https://a.example", "/hcp", "https://b.example:8443/", "https://b.example:8443/hcp/kiosk"},
		{"", "", "http://127.0.0.1:8080", "http://127.0.0.1:8080/kiosk"},
		{"", "", "", ""},
		{"", "", "a.example", ""},
		{"", "", "ftp://a.example", ""},
		{"", "", "https://a.example/path", ""},
		{"", "", "https://u:p@a.example", ""},
		{"", "", "https://a.example?x=1", ""},
		{"", "", "https://a.example#x", ""},
	}
	for _, tt := range tests {
		got, err := kioskAddress(&config.Config{PublicBaseURL: tt.public, BasePath: tt.base}, tt.given)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
	}
}
