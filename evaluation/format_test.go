package evaluation

import (
	"math"
	"testing"
)

func mustIndicator(t *testing.T, id string) Indicator {
	t.Helper()
	ind, ok := IndicatorByID(id)
	if !ok {
		t.Fatalf("no indicator %s", id)
	}
	return ind
}

func TestFormatValueOfShares(t *testing.T) {
	tests := []struct {
		id      string
		hits, n uint64
		want    string
	}{
		{GoodRate, 1, 1, "100%"},
		{GoodRate, 40_000_000, 40_000_000, "100%"},
		{GoodRate, 39_999_999, 40_000_000, ">99.99%"}, // 99.9999975 %
		{GoodRate, 13_460_453, 13_461_728, "99.99%"},  // 99.99053 %
		{GoodRate, 9_999_999_999, 10_000_000_000, ">99.99%"},
		{GoodRate, 99_995, 100_000, ">99.99%"}, // a half, up, onto the bound
		{GoodRate, 99_994, 100_000, "99.99%"},
		{GoodRate, 9985, 10_000, "99.85%"},
		{GoodRate, 19_997, 20_000, "99.99%"}, // 99.985, half up
		{GoodRate, 0, 7, "0.00%"},
		{GoodRate, 1, 40_000_000, "<0.01%"},
		{GoodRate, 4, 100_000, "<0.01%"},
		{GoodRate, 5, 100_000, "0.01%"}, // half up
		{GoodRate, 1, 3, "33.33%"},
		{BadPer100k, 0, 26_000_000, "0.00"},
		{BadPer100k, 1, 26_000_000, "<0.01"}, // 0.0038
		{BadPer100k, 1275, 13_461_728, "9.47"},
		{BadPer100k, 1, 300, "333.3"},
		{BadPer100k, 1, 26, "3,846"},
		{BadPer100k, 12_963, 31_974, "40,542"},
		{BadPer100k, 5, 5, "100,000"},
		{BadPer100k, 39_999_999, 40_000_000, ">99,999"},
		{Visits, 0, 9, "0.00"},
		{Visits, 1, 9_000_000, "<0.01"},
		{Visits, 12, 9, "1.33"},
	}
	for _, tt := range tests {
		ind := mustIndicator(t, tt.id)
		scale := 1.0
		if ind.Unit == Per100k {
			scale = 100_000
		}
		v := share(tt.hits, tt.n, scale)
		for _, lang := range Languages {
			if got := FormatValue(ind, v, lang); got != tt.want {
				t.Errorf("%s %d/%d in %s: %q, want %q", tt.id, tt.hits, tt.n, lang, got, tt.want)
			}
		}
	}
}

func TestFormatValueOfOtherUnits(t *testing.T) {
	tests := []struct {
		id     string
		number float64
		zh, en string
	}{
		{MedianHandling, 0, "0 秒", "0 s"},
		{MedianHandling, 0.4, "<1 秒", "<1 s"},
		{MedianHandling, 45.2, "45 秒", "45 s"},
		{MedianHandling, 119.6, "120 秒", "120 s"},
		{MedianHandling, 120, "2.0 分钟", "2.0 min"},
		{MedianHandling, 90 * 60, "90.0 分钟", "90.0 min"},
		{MedianHandling, 119.9 * 60, "120 分钟", "120 min"},
		{MedianHandling, 36 * 3600, "36.0 小时", "36.0 h"},
		{MedianHandling, 6.5911 * 86400, "6.6 天", "6.6 d"},
		{MedianHandling, 1234 * 86400, "1,234 天", "1,234 d"},
		{MeanLevel, 3.0323, "3.03", "3.03"},
		{MeanLevel, 5, "5.00", "5.00"},
		{MeanLevel, 4.99999, ">4.99", ">4.99"},
		{MeanLevel, 1, "1.00", "1.00"},
		{MeanLevel, 1.001, "<1.01", "<1.01"},
		{TimeReduction, -0.5, "-50.00%", "-50.00%"},
		{TimeReduction, -0.000001, "0.00%", "0.00%"},
		{TimeReduction, 0.625, "62.50%", "62.50%"},
	}
	for _, tt := range tests {
		ind := mustIndicator(t, tt.id)
		v := Value{Number: tt.number, Known: true}
		if got := FormatValue(ind, v, "zh"); got != tt.zh {
			t.Errorf("%s %v: %q, want %q", tt.id, tt.number, got, tt.zh)
		}
		if got := FormatValue(ind, v, "en"); got != tt.en {
			t.Errorf("%s %v: %q, want %q", tt.id, tt.number, got, tt.en)
		}
	}
}

func TestFormatValueOfPlainNumbers(t *testing.T) {
	for number, want := range map[float64]string{0: "0", 0.8567: "0.8567", 12: "12", -3.5: "-3.5", 1234.56789: "1,234.5679", 100: "100"} {
		if got := FormatValue(Indicator{Unit: Number}, Value{Number: number, Known: true}, "zh"); got != want {
			t.Errorf("%v: %q, want %q", number, got, want)
		}
	}
}

func TestNoDataIsNeverZero(t *testing.T) {
	for _, ind := range Indicators() {
		v := ind.Of(&Facts{})
		if v.Known {
			t.Errorf("%s of no facts is known: %+v", ind.ID, v)
		}
		if got := FormatValue(ind, v, "zh"); got != "暂无数据" {
			t.Errorf("%s: %q", ind.ID, got)
		}
		if got := FormatValue(ind, v, "en"); got != "no data" {
			t.Errorf("%s: %q", ind.ID, got)
		}
		if _, _, ok := ind.Interval(v); ok {
			t.Errorf("%s of no facts has an interval", ind.ID)
		}
	}
}

func TestFormatNumber(t *testing.T) {
	tests := []struct {
		x        float64
		decimals int
		want     string
	}{
		{0, 2, "0.00"},
		{-0.001, 2, "0.00"},
		{1.005, 2, "1.01"},
		{2.675, 2, "2.68"},
		{999.995, 2, "1,000.00"},
		{1234567.891, 1, "1,234,567.9"},
		{-1234.5, 0, "-1,235"},
		{123456, 0, "123,456"},
		{1e20, 0, "100,000,000,000,000,000,000"},
	}
	for _, tt := range tests {
		if got := FormatNumber(tt.x, tt.decimals); got != tt.want {
			t.Errorf("%v with %d decimals: %q, want %q", tt.x, tt.decimals, got, tt.want)
		}
	}
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 12_345_678: "12,345,678"} {
		if got := FormatCount(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// The figures are those of table I in R. G. Newcombe, Two-sided confidence intervals for the single proportion
// (1998), method 3, to four decimals.
func TestWilson(t *testing.T) {
	tests := []struct {
		hits, n   uint64
		low, high float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
	}
	for _, tt := range tests {
		low, high, ok := Wilson(tt.hits, tt.n)
		if !ok || math.Abs(low-tt.low) > 0.00005 || math.Abs(high-tt.high) > 0.00005 {
			t.Errorf("%d of %d: %.5f to %.5f, want %.4f to %.4f", tt.hits, tt.n, low, high, tt.low, tt.high)
		}
	}
	if low, high, ok := Wilson(13_461_728, 13_461_728); !ok || low < 0.9999997 || high != 1 {
		t.Errorf("all of many: %v to %v", low, high)
	}
	if _, _, ok := Wilson(2, 1); ok {
		t.Error("more hits than trials have an interval")
	}
	ind := mustIndicator(t, BadPer100k)
	low, high, ok := ind.Interval(share(15, 148, 100_000))
	if !ok || math.Abs(low-6240) > 5 || math.Abs(high-16050) > 5 {
		t.Errorf("bad per 100,000: %v to %v", low, high)
	}
}

func TestRoundGoesByDecimals(t *testing.T) {
	for _, c := range []struct {
		x        float64
		decimals int
		want     float64
	}{
		{1.005, 2, 1.01}, // 1.00499999999999989… as a float
		{89.055, 2, 89.06},
		{2.5, 0, 3},
		{-2.5, 0, -3},
		{0.97175, 4, 0.9718},
		{0.97174999, 4, 0.9717},
		{1e300, 2, 1e300},
		{0, 3, 0},
	} {
		if got := Round(c.x, c.decimals); got != c.want {
			t.Errorf("Round(%v, %d) = %v, want %v", c.x, c.decimals, got, c.want)
		}
	}
}

func TestFormatDurations(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{78.5 * 60, 2 * 3600, "1.3 小时 2.0 小时"}, {46.2 * 3600, 2.1 * 86400, "1.9 天 2.1 天"}, {30, 90, "30 秒 90 秒"}, {60, 100 * 60, "1.0 分钟 100 分钟"},
	} {
		if from, to := FormatDurations(c.low, c.high, "zh"); from+" "+to != c.want {
			t.Errorf("%v to %v: %s %s, want %s", c.low, c.high, from, to, c.want)
		}
	}
}
