package config

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Size{
		"0": 0, "1": 1, "17B": 17, "64KiB": 65536, "2 GiB": 2 << 30, "1mib": 1 << 20, "3TiB": 3 << 40,
		"9223372036854775807": math.MaxInt64, "8388607TiB": 8388607 << 40,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "+1", "1.5GiB", "1MB", "1k", "1 Mi B", "9223372036854775808", "8388608TiB", "٣MiB"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("ParseSize(%q) = %d, want an error", text, got)
		}
	}
}

func FuzzParseSize(f *testing.F) {
	for _, s := range []string{"64MiB", "2 GiB", "0", "9223372036854775807", "1TB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseSize(text)
		if err != nil {
			return
		}
		if again, err := ParseSize(got.String()); err != nil || again != got || got < 0 {
			t.Errorf("%q is %d, written %q, read back as %d, %v", text, got, got, again, err)
		}
	})
}

func TestSizeReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := Size(rapid.Int64Min(0).Draw(t, "n")) << rapid.SampledFrom([]int{0, 10, 20, 30}).Draw(t, "unit")
		if want < 0 {
			t.Skip("too large")
		}
		if got, err := ParseSize(want.String()); err != nil || got != want {
			t.Fatalf("%d written %q, read back as %d, %v", want, want, got, err)
		}
	})
}

func TestForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		key       string
		good, bad []string
	}{
		{
			"listen",
			[]string{":8080", "0.0.0.0:0", "[::1]:80", "[::]:65535", "host-1.example:1"},
			[]string{"", "8080", "host", "host:65536", "host:-1", "host:http", "a b:1", "http://a:1", "-a:1", "::1:80"},
		},
		{
			"public_base_url",
			[]string{"", "http://a", "https://a.example:8443", "https://[::1]:8443/"},
			[]string{"a.example", "ftp://a", "https://", "https://a/b", "https://a?x", "https://a#", "https://u@a", "https://a:0", "https://a b", "https:a"},
		},
		{
			"base_path",
			[]string{"", "/a", "/a/b-c_d.e", "/~x"},
			[]string{"/", "a", "/a/", "//a", "/../a", "/a b", "/a?b", "/.", "/政务"},
		},
		{
			"trusted_proxies",
			[]string{"", "10.0.0.0/8", "10.0.0.1 , 10.0.0.2", "fd00::/8,::1", "::ffff:10.0.0.1"},
			[]string{"10.0.0.1/8", "0.0.0.0/0", "::/0", "proxy", "10.0.0.1,", "10.0.0.1,10.0.0.1", "fe80::1%eth0", strings.Repeat("10.0.0.1,", 65)},
		},
		{
			"timezone",
			[]string{"Asia/Shanghai", "UTC", "America/Sao_Paulo"},
			[]string{"", "Local", "Asia/Beijing2", "../etc/passwd", "+08:00"},
		},
		{
			"roles",
			[]string{"collector", "dashboard, aggregator"},
			[]string{"", ",", "collector,collector", "Collector", "collector,,dashboard"},
		},
		{
			"clickhouse.address",
			[]string{"", "db:9000", "db1:9000,db2:9000"},
			[]string{"db", ":9000", "db:0", "db:9000,", "tcp://db:9000"},
		},
		{
			"clickhouse.tls",
			[]string{"true", "false"},
			[]string{"", "yes", "True", "1"},
		},
		{
			"clickhouse.dial_timeout",
			[]string{"100ms", "5m", "1.5s"},
			[]string{"", "5", "99ms", "6m", "-1s", "1d"},
		},
		{
			"clickhouse.max_open_conns",
			[]string{"2", "1000"},
			[]string{"", "1", "1001", "1e2", "99999999999999999999"},
		},
		{
			"aggregator.dirty",
			[]string{"@every 1s", "@hourly", "*/5 * * * *", "0 6 * * MON"},
			[]string{"", "* * * *", "* * * * * *", "@every", "@every x", "TZ=", "CRON_TZ=UTC 0 6 * * *", "60 * * * *", "0 0 31 2 *", "@reboot"},
		},
		{
			"clickhouse.password",
			[]string{"", " blanks matter ", "密码"},
			[]string{"<secret>", "a\nb", "\xff", strings.Repeat("x", 1025)},
		},
	}
	for _, tt := range tests {
		f := knownKeys[tt.key].form
		for _, text := range tt.good {
			if _, err := f.parse(text); err != nil {
				t.Errorf("%s: %q: %v", tt.key, text, err)
			}
		}
		for _, text := range tt.bad {
			if value, err := f.parse(text); err == nil {
				t.Errorf("%s: %q is read as %v, want an error", tt.key, text, value)
			}
		}
	}
}

func TestShortDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 500 * time.Millisecond: "500ms", 10 * time.Second: "10s", 5 * time.Minute: "5m",
		10 * time.Hour: "10h", 90 * time.Minute: "1h30m", 90 * time.Second: "1m30s", time.Hour + time.Second: "1h0m1s",
	} {
		if got := short(d); got != want {
			t.Errorf("short(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"lisen": "listen", "lsiten": "listen", "Listen": "listen", "timezome": "timezone", "clickhous": "clickhouse",
		"clickhouse.adress": "clickhouse.address", "password": "clickhouse.password", "collector.max_memory": "engine.max_memory",
		"log.lvl": "log.level", "": "log",
	} {
		if got := nearest(name, fileNames()); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
	if got := distance(strings.Repeat("x", 1000), ""); got != 64 {
		t.Errorf("distance of a long name is %d, want it bounded at 64", got)
	}
}
