package fileimport

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestDecode(t *testing.T) {
	const text = "设备编号,大厅,窗口\nK-1,政务服务中心,三号\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ in, name string }{{text, UTF8}, {"\ufeff" + text, UTF8BOM}, {gb, GB18030}} {
		r, name, err := Decode(strings.NewReader(tt.in))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != text || name != tt.name {
			t.Errorf("%s: %s %q, %v", tt.name, name, got, err)
		}
	}
	if _, _, err := Decode(strings.NewReader("\xff\xfeK\x00")); err == nil {
		t.Error("UTF-16 was taken")
	}
}
