package scoring

import (
	"strings"
	"testing"
)

func TestReasonText(t *testing.T) {
	tests := []struct {
		reason Reason
		zh, en string
	}{
		{Reason{}, "", ""},
		{Reason{Code: TooFew, N: 7, Minimum: 1000}, "样本不足（7 条，少于 1,000 条），只列出，不排名。", "Too small a sample (7, fewer than 1,000): listed, not ranked."},
		{Reason{Code: NoData}, "没有数据，不等于 0；只列出，不排名。", "No data, which is not 0: listed, not ranked."},
		{Reason{Code: NoImport}, "没有导入数值，不等于 0；只列出，不排名。", "No value was imported, which is not 0: listed, not ranked."},
		{Reason{Code: Unattributed}, "待归属的记录，不属于任何单位；只列出，不排名。", "Unattributed records, which belong to no unit: listed, not ranked."},
	}
	for _, tt := range tests {
		if got := ReasonText(tt.reason, "zh"); got != tt.zh {
			t.Errorf("%s in zh: %q, want %q", tt.reason.Code, got, tt.zh)
		}
		if got := ReasonText(tt.reason, "en"); got != tt.en {
			t.Errorf("%s in en: %q, want %q", tt.reason.Code, got, tt.en)
		}
	}
}

func TestComparisonText(t *testing.T) {
	const chance = "差距在偶然范围内，不能说明 甲 好于 乙。"
	for _, p := range []float64{0.501, 0.9, 0.9499} {
		if got := ComparisonText(p, "甲", "乙", "zh"); got != chance {
			t.Errorf("P %v: %q", p, got)
		}
		if got := ComparisonText(1-p, "乙", "甲", "zh"); got != chance {
			t.Errorf("P %v, the other way round: %q", p, got)
		}
	}
	if got := ComparisonText(0.02, "甲", "乙", "zh"); got != "乙 好于 甲，差距超出偶然范围（概率 0.980）。" {
		t.Errorf("P 0.02: %q", got)
	}
	if got := ComparisonText(1, "A", "B", "en"); !strings.HasSuffix(got, "(probability >0.999).") {
		t.Errorf("P 1: %q", got)
	}
}
