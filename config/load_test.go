package config

import (
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/pflag"
)

// load reads a configuration with nothing from the machine around it.
func load(t *testing.T, o Options, args ...string) (*Config, error) {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	flags.SetOutput(io.Discard)
	BindFlags(flags)
	BindServeFlags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatalf("parse flags %q: %v", args, err)
	}
	o.Flags = flags
	if o.Environ == nil {
		o.Environ = []string{}
	}
	return Load(o)
}

func mustLoad(t *testing.T, o Options, args ...string) *Config {
	t.Helper()
	cfg, err := load(t, o, args...)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return cfg
}

// compare looks at what users of the package see.
var compare = cmp.Options{
	cmpopts.IgnoreUnexported(Config{}),
	cmp.Comparer(func(a, b Zone) bool { return a.String() == b.String() }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
}

func defaults(t *testing.T) *Config {
	t.Helper()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return &Config{
		Listen:         "127.0.0.1:8080",
		DataDir:        "./data",
		TrustedProxies: []netip.Prefix{},
		Timezone:       Zone{shanghai},
		Language:       "zh",
		Roles:          Roles{RoleCollector, RoleAggregator, RoleDashboard},
		ClickHouse:     ClickHouse{Address: []string{}, Database: "haochaping", Username: "default", DialTimeout: 5 * time.Second, MaxOpenConns: 10},
		Engine:         Engine{MaxMemory: 2 * GiB},
		Access:         Access{SessionIdle: 30 * time.Minute, SessionMax: 12 * time.Hour, OIDCGroupsClaim: "groups", CASGroupsAttribute: "memberOf", HeaderProxies: []netip.Prefix{}, Rules: []AccessRule{}},
		Collector: Collector{
			SpoolDir: filepath.Join("data", "spool"), SpoolMax: 10 * GiB, MaxBody: MiB,
			ShipInterval: 500 * time.Millisecond, ShipBatch: 20000, RequestTimeout: 30 * time.Second,
			ClockFuture: 5 * time.Minute, ClockPast: 175320 * time.Hour,
			RememberIDs: 90 * 24 * time.Hour, DeviceRate: 20, SourceRate: 2000, RefusedQuota: 20000,
			SilentAfter: 72 * time.Hour, LateAfter: 168 * time.Hour, DoorKeyFile: filepath.Join("data", "door.key"), TokenHash: "sha256",
		},
		Aggregator: Aggregator{Dirty: "@every 1s", MonthItems: "@hourly", Evaluate: "30 5 * * *"},
		Calendar:   Calendar{Hours: []Stretch{{9 * 3600, 12 * 3600}, {13 * 3600, 17 * 3600}}},
		FollowUp:   FollowUp{ContactDays: 1, RectifyDays: 15},
		Edition:    Edition{KeyFile: filepath.Join("data", "edition.key"), CutoffDays: 14, ObjectionDays: 5},
		Dashboard:  Dashboard{CacheEntries: 512, LiveInterval: 2 * time.Second, Direction: "neutral", MapProperty: "code"},
		Log:        Log{Level: slog.LevelInfo, Format: "text"},
	}
}

func TestLoadGood(t *testing.T) {
	t.Parallel()
	urumqi, err := time.LoadLocation("Asia/Urumqi")
	if err != nil {
		t.Fatal(err)
	}
	full := &Config{
		Listen:         ":443",
		DataDir:        "/var/lib/haochaping",
		PublicBaseURL:  "https://pingjia.example.cn",
		BasePath:       "/haochaping",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.1.7/32")},
		Timezone:       Zone{urumqi},
		Language:       "en",
		Roles:          Roles{RoleCollector, RoleDashboard},
		ClickHouse: ClickHouse{
			Address: []string{"db1.example:9440", "[::1]:9440"}, Database: "ratings", Username: "writer", Password: "012345",
			TLS: true, CAFile: "/etc/haochaping/ca.pem", DialTimeout: 90 * time.Second, MaxOpenConns: 20,
		},
		Engine: Engine{MaxMemory: 2 * GiB},
		TLS:    TLS{CertFile: "cert.pem", KeyFile: "key.pem"},
		Access: Access{
			SessionIdle: 15 * time.Minute, SessionMax: 8 * time.Hour,
			OIDCIssuer: "https://id.example.cn/realms/gov", OIDCClientID: "haochaping", OIDCClientSecret: "012345",
			OIDCGroupsClaim: "realm_access.roles", OIDCName: "省统一身份认证",
			CASURL: "https://cas.example.cn/cas", CASGroupsAttribute: "groups", CASName: "市统一认证",
			HeaderUser: "X-Portal-User", HeaderGroups: "X-Portal-Groups", HeaderName: "办公门户",
			HeaderProxies: []netip.Prefix{netip.MustParsePrefix("10.1.0.7/32")},
			Rules: []AccessRule{
				{Group: "pj-leaders", Roles: []string{"leader"}, Regions: []string{"9901"}, Departments: []string{"*"}},
				{Group: "CN=pj 处长,OU=100%", Roles: []string{"evaluator", "handler"}, Regions: []string{"9901", "9902"}, Departments: []string{"D1"}},
				{Group: "pj-audit", Roles: []string{"auditor"}},
			},
		},
		Collector: Collector{
			SpoolDir: "/spool", SpoolMax: TiB, MaxBody: 2 * MiB,
			ShipInterval: 100 * time.Millisecond, ShipBatch: 500, RequestTimeout: time.Minute,
			ClockFuture: 10 * time.Minute, ClockPast: 87660 * time.Hour,
			RememberIDs: 90 * 24 * time.Hour, DeviceRate: 20, SourceRate: 2000, RefusedQuota: 20000,
			SilentAfter: 72 * time.Hour, LateAfter: 168 * time.Hour, DoorKeyFile: filepath.Join("/var/lib/haochaping", "door.key"), TokenHash: "sha256",
		},
		Aggregator: Aggregator{Dirty: "@every 5s", MonthItems: "15 2 * * *", Evaluate: "@daily"},
		Calendar:   Calendar{Hours: []Stretch{{8 * 3600, 24 * 3600}}},
		FollowUp:   FollowUp{ContactDays: 3, RectifyDays: 10, WorkingDays: true},
		Edition:    Edition{Publisher: "示例省政务服务局", KeyFile: "/keys/edition.key", CutoffDays: 20, ObjectionDays: 7},
		Dashboard:  Dashboard{Title: "示例省政务服务好差评", CacheEntries: 64, LiveInterval: 5 * time.Second, Direction: "red-up", MapFile: "/maps/99.json", MapApproval: "示例S(2026)001号", MapProperty: "adcode"},
		Log:        Log{Level: slog.LevelWarn, Format: "json"},
	}
	want := map[string]*Config{
		"good.full.yaml":    full,
		"good.empty.yaml":   defaults(t),
		"good.comment.yaml": defaults(t),
		"good.section.yaml": defaults(t),
	}
	for _, name := range testFiles(t, "good.*.yaml") {
		t.Run(name, func(t *testing.T) {
			got := mustLoad(t, Options{File: filepath.Join("testdata", name)})
			if diff := cmp.Diff(want[name], got, compare); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
		})
	}
}

func testFiles(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("files %s: %v, %v", pattern, paths, err)
	}
	for i, p := range paths {
		paths[i] = filepath.Base(p)
	}
	return paths
}

func TestLoadBad(t *testing.T) {
	t.Parallel()
	for _, name := range testFiles(t, "bad.*.yaml") {
		t.Run(name, func(t *testing.T) {
			want, ok := badFiles[name]
			if !ok {
				t.Fatalf("no expected problems for %s", name)
			}
			_, err := load(t, Options{File: filepath.Join("testdata", name)})
			if diff := cmp.Diff(want, problems(t, err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

// problems returns the problems of an InvalidError without the folder of the
// test files.
func problems(t *testing.T, err error) []string {
	t.Helper()
	var invalid *InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("error is %v, want an *InvalidError", err)
	}
	list := make([]string, len(invalid.Problems))
	for i, p := range invalid.Problems {
		list[i] = strings.ReplaceAll(p, "testdata"+string(filepath.Separator), "")
		if !strings.Contains(err.Error(), p) {
			t.Errorf("the error does not name the problem %q", p)
		}
	}
	return list
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "c.yaml")
	write(t, file, "listen: file:1\nlog:\n  level: warn\ncollector:\n  ship_batch: 7\n")
	env := []string{"HAOCHAPING_LISTEN=env:2", "HAOCHAPING_LOG_LEVEL=error"}
	tests := []struct {
		name      string
		file      string
		env       []string
		args      []string
		listen    string
		level     slog.Level
		shipBatch int
		origin    string // of listen
	}{
		{"default", "testdata/good.empty.yaml", nil, nil, "127.0.0.1:8080", slog.LevelInfo, 20000, "default"},
		{"file", file, nil, nil, "file:1", slog.LevelWarn, 7, "file " + file + ":1"},
		{"env over file", file, env, nil, "env:2", slog.LevelError, 7, "env HAOCHAPING_LISTEN"},
		{"flag over env", file, env, []string{"--listen=flag:3"}, "flag:3", slog.LevelError, 7, "flag --listen"},
		{"nested flag over file", file, nil, []string{"--log-level=debug"}, "file:1", slog.LevelDebug, 7, "file " + file + ":1"},
		{"empty variable", file, []string{"HAOCHAPING_LISTEN="}, nil, "file:1", slog.LevelWarn, 7, "file " + file + ":1"},
		{"file by flag", "", []string{"HAOCHAPING_CONFIG=/nowhere"}, []string{"--config", file}, "file:1", slog.LevelWarn, 7, "file " + file + ":1"},
		{"file by variable", "", []string{"HAOCHAPING_CONFIG=" + file}, nil, "file:1", slog.LevelWarn, 7, "file " + file + ":1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := mustLoad(t, Options{File: tt.file, Environ: tt.env}, tt.args...)
			if cfg.Listen != tt.listen || cfg.Log.Level != tt.level || cfg.Collector.ShipBatch != tt.shipBatch {
				t.Errorf("listen %q, level %v, ship batch %d; want %q, %v, %d",
					cfg.Listen, cfg.Log.Level, cfg.Collector.ShipBatch, tt.listen, tt.level, tt.shipBatch)
			}
			if got := cfg.origins["listen"]; got != tt.origin {
				t.Errorf("listen comes from %q, want %q", got, tt.origin)
			}
		})
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Not parallel: it changes the working directory.
func TestSearchedFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "haochaping.yaml", "listen: here:1\n")
	if cfg := mustLoad(t, Options{}); cfg.Listen != "here:1" {
		t.Errorf("listen is %q, want the one of ./haochaping.yaml", cfg.Listen)
	}
}

// Every key is reached through its variable, also those that the file lacks.
func TestEnvironmentReachesEveryKey(t *testing.T) {
	t.Parallel()
	for _, k := range keys {
		text := k.fallback
		if text == "" {
			text = map[string]string{
				"public_base_url": "https://a.example", "base_path": "/a", "trusted_proxies": "10.0.0.0/8", "clickhouse.address": "a:1,b:2",
				"access.oidc_issuer": "https://a.example", "access.cas_url": "https://a.example", "access.header_proxies": "10.0.0.1",
				"access.rules":       "group=g roles=leader regions=* departments=*",
				"clickhouse.cluster": "shards", "collector.contact_key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
			}[k.path]
		}
		if text == "" {
			text = "some-text"
		}
		environ := []string{k.env() + "=" + text}
		section, _, _ := strings.Cut(k.path, ".")
		if section == "clickhouse" && k.path != "clickhouse.address" {
			environ = append(environ, "HAOCHAPING_CLICKHOUSE_ADDRESS=a:1", "HAOCHAPING_CLICKHOUSE_TLS=true")
		}
		if section == "access" {
			for name, text := range map[string]string{
				"PUBLIC_BASE_URL": "https://a.example", "ACCESS_OIDC_ISSUER": "https://a.example", "ACCESS_OIDC_CLIENT_ID": "c", "ACCESS_CAS_URL": "https://a.example",
				"ACCESS_HEADER_USER": "u", "ACCESS_HEADER_GROUPS": "g", "ACCESS_HEADER_PROXIES": "10.0.0.1", "ACCESS_RULES": "group=g roles=auditor",
			} {
				if envPrefix+name != k.env() {
					environ = append(environ, envPrefix+name+"="+text)
				}
			}
		}
		switch k.path {
		case "tls.cert_file":
			environ = append(environ, "HAOCHAPING_TLS_KEY_FILE=k")
		case "dashboard.map_file":
			environ = append(environ, "HAOCHAPING_DASHBOARD_MAP_APPROVAL=S1")
		case "dashboard.map_approval":
			environ = append(environ, "HAOCHAPING_DASHBOARD_MAP_FILE=m")
		case "tls.key_file":
			environ = append(environ, "HAOCHAPING_TLS_CERT_FILE=c")
		case "clickhouse.password_file", "access.oidc_client_secret_file":
			file := filepath.Join(t.TempDir(), "p")
			write(t, file, "pw\r\nignored\n")
			environ[0] = k.env() + "=" + file
		}
		cfg := mustLoad(t, Options{File: "testdata/good.empty.yaml", Environ: environ})
		if got, want := cfg.origins[k.path], "env "+k.env(); got != want {
			t.Errorf("%s comes from %q, want %q", k.path, got, want)
		}
		if k.path == "access.oidc_client_secret_file" && cfg.Access.OIDCClientSecret.Reveal() != "pw" {
			t.Error("the client's secret is not the first line of its file")
		}
		if k.path == "clickhouse.password_file" && cfg.ClickHouse.Password.Reveal() != "pw" {
			t.Error("the password is not the first line of its file")
		}
	}
}

func TestLoadEnvironmentProblems(t *testing.T) {
	t.Parallel()
	_, err := load(t, Options{
		File: "testdata/good.empty.yaml",
		Environ: []string{
			"PATH=/bin", "HAOCHAPING_CLICKHOUSE_ADDR3SS=hunter2", "HAOCHAPING_CHECKDATA=x", "haochaping_listen=x",
			"HAOCHAPING_LISTEN=a@b", "HAOCHAPING_CLICKHOUSE_PASSWORD=\thunter2",
		},
		IgnoreEnv: []string{"HAOCHAPING_CHECKDATA"},
	}, "--roles=", "--log-level=")
	want := []string{
		`environment: unknown variable "HAOCHAPING_CLICKHOUSE_ADDR3SS"; the nearest known one is HAOCHAPING_CLICKHOUSE_ADDRESS`,
		`environment: unknown variable "haochaping_listen"; the nearest known one is HAOCHAPING_LISTEN`,
		`env HAOCHAPING_LISTEN: listen: it is not a host and a port with a colon between them; write host:port, such as 127.0.0.1:8080 or [::1]:8080`,
		`flag --roles: roles is "": it is empty; write one or more of collector, aggregator, dashboard with commas between them`,
		`env HAOCHAPING_CLICKHOUSE_PASSWORD: clickhouse.password: it holds a control character; write one line of at most 1024 characters, and not the placeholder <secret>`,
		`flag --log-level: log.level is "": there is no such choice; write debug, info, warn or error`,
	}
	if diff := cmp.Diff(want, problems(t, err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestLoadMissingFile(t *testing.T) {
	t.Parallel()
	_, err := load(t, Options{}, "--config", "testdata/nowhere.yaml")
	want := []string{"read configuration file: open nowhere.yaml: no such file or directory; name a file that exists and may be read"}
	if diff := cmp.Diff(want, problems(t, err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	o := Options{File: "testdata/good.empty.yaml", Defaults: map[string]string{"data_dir": "/demo"}}
	if cfg := mustLoad(t, o); cfg.DataDir != "/demo" || cfg.Collector.SpoolDir != filepath.Join("/demo", "spool") {
		t.Errorf("data directory %q, spool %q; want both below /demo", cfg.DataDir, cfg.Collector.SpoolDir)
	}
	if cfg := mustLoad(t, o, "--data-dir=/flag"); cfg.DataDir != "/flag" {
		t.Errorf("data directory is %q, want that of the flag", cfg.DataDir)
	}
	o.Defaults = map[string]string{"data": "x"}
	if _, err := load(t, o); err == nil || !strings.Contains(err.Error(), `"data"`) {
		t.Errorf("error of an unknown default is %v, want one that names it", err)
	}
}

// FuzzParseFile looks for files that the reader cannot cope with.
func FuzzParseFile(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		settings, _ := parseFile("f", data)
		for path, s := range settings {
			k, ok := knownKeys[path]
			if !ok {
				t.Fatalf("setting %q is not a key", path)
			}
			_, _ = k.form.parse(s.text) // must not panic
		}
	})
}
