// Package config says how this installation runs. It reads one YAML file, the
// HAOCHAPING_ environment variables and the command line's flags, in rising
// order of precedence over complete defaults.
//
// It promises that nothing is taken in silence: a key it does not know, a key
// written twice, a value of the wrong form and a pair of settings that
// contradict each other are all reported, together and with their places. It
// never prints a secret, in output or in an error.
package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"time"
	_ "time/tzdata" // a bare container has no zone files
)

// Config is the effective configuration. It is read once by [Load] and not
// changed afterwards. The text of every key is in [Example].
type Config struct {
	Listen         string         `mapstructure:"listen"`          // host:port; port 0 lets the system choose
	DataDir        string         `mapstructure:"data_dir"`        // never empty
	PublicBaseURL  string         `mapstructure:"public_base_url"` // scheme://host[:port] without a path, or empty
	BasePath       string         `mapstructure:"base_path"`       // empty, or "/x" without a slash at the end
	TrustedProxies []netip.Prefix `mapstructure:"trusted_proxies"` // masked
	Timezone       Zone           `mapstructure:"timezone"`        // the one zone of all periods
	Language       string         `mapstructure:"language"`        // zh or en
	Roles          Roles          `mapstructure:"roles"`           // at least one, none twice
	ClickHouse     ClickHouse     `mapstructure:"clickhouse"`
	Engine         Engine         `mapstructure:"engine"`
	TLS            TLS            `mapstructure:"tls"`
	Access         Access         `mapstructure:"access"`
	Collector      Collector      `mapstructure:"collector"`
	Aggregator     Aggregator     `mapstructure:"aggregator"`
	Calendar       Calendar       `mapstructure:"calendar"`
	FollowUp       FollowUp       `mapstructure:"follow_up"`
	Edition        Edition        `mapstructure:"edition"`
	Dashboard      Dashboard      `mapstructure:"dashboard"`
	Log            Log            `mapstructure:"log"`

	file    string            // the file that was read, or empty
	origins map[string]string // key → where its value came from
}

// ClickHouse names a server or cluster of one's own.
type ClickHouse struct {
	Address      []string      `mapstructure:"address"` // host:port each; none means the embedded engine
	Database     string        `mapstructure:"database"`
	Username     string        `mapstructure:"username"`
	Password     Secret        `mapstructure:"password"` // also when it was read from PasswordFile
	PasswordFile string        `mapstructure:"password_file"`
	TLS          bool          `mapstructure:"tls"`
	CAFile       string        `mapstructure:"ca_file"` // PEM; empty means the system's authorities
	DialTimeout  time.Duration `mapstructure:"dial_timeout"`
	MaxOpenConns int           `mapstructure:"max_open_conns"`
	Cluster      string        `mapstructure:"cluster"`       // empty = plain tables
	InsertQuorum int           `mapstructure:"insert_quorum"` // replicas; 0 = the majority
}

// Embedded reports whether the product starts an engine of its own.
func (c ClickHouse) Embedded() bool { return len(c.Address) == 0 }

// Engine describes the embedded ClickHouse; it matters only while no
// ClickHouse address is configured.
type Engine struct {
	Library   string `mapstructure:"library"`    // path of libchdb, or empty to look for it
	Binary    string `mapstructure:"binary"`     // path of a clickhouse program, or empty
	MaxMemory Size   `mapstructure:"max_memory"` // of the child process
}

// TLS names the certificate with which the product serves HTTPS itself. Both
// files are given or neither.
type TLS struct {
	CertFile string `mapstructure:"cert_file"`
	KeyFile  string `mapstructure:"key_file"`
}

// Enabled reports whether the product serves HTTPS itself.
func (t TLS) Enabled() bool { return t.CertFile != "" }

// Collector bounds what the intake accepts and keeps.
type Collector struct {
	SpoolDir       string        `mapstructure:"spool_dir"` // never empty after Load
	SpoolMax       Size          `mapstructure:"spool_max"`
	MaxBody        Size          `mapstructure:"max_body"`
	ShipInterval   time.Duration `mapstructure:"ship_interval"`
	ShipBatch      int           `mapstructure:"ship_batch"` // records
	RequestTimeout time.Duration `mapstructure:"request_timeout"`
	ClockFuture    time.Duration `mapstructure:"clock_future"`
	ClockPast      time.Duration `mapstructure:"clock_past"`

	RememberIDs  time.Duration `mapstructure:"remember_ids"`
	DeviceRate   int           `mapstructure:"device_rate"`   // requests/s by key; 0 = no limit
	SourceRate   int           `mapstructure:"source_rate"`   // requests/s by key; 0 = no limit
	RefusedQuota int           `mapstructure:"refused_quota"` // refused records kept by key and day; 0 = no limit
	SilentAfter  time.Duration `mapstructure:"silent_after"`
	LateAfter    time.Duration `mapstructure:"late_after"`
	DoorKeyFile  string        `mapstructure:"door_key_file"` // never empty after Load
	TokenHash    string        `mapstructure:"token_hash"`    // sha256 or sm3
	ContactKey   string        `mapstructure:"contact_key"`   // base64 of an X25519 public key, or empty
}

// Aggregator says when the aggregator looks for work. The specifications are
// accepted by cron.ParseStandard and are read in the configured zone.
type Aggregator struct {
	Dirty      string `mapstructure:"dirty"`
	MonthItems string `mapstructure:"month_items"`
	Evaluate   string `mapstructure:"evaluate"`
}

// Calendar sets the working time of a working day.
type Calendar struct {
	Hours []Stretch `mapstructure:"hours"` // at least one, rising, apart
}

// Stretch is a part of a day, in seconds from midnight: 0 ≤ From < To ≤ 86,400.
type Stretch struct{ From, To int }

// String is the stretch as HH:MM-HH:MM.
func (s Stretch) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/3600, s.From/60%60, s.To/3600, s.To/60%60)
}

// FollowUp is the rule for the handling of a bad rating.
type FollowUp struct {
	ContactDays int  `mapstructure:"contact_days"`
	RectifyDays int  `mapstructure:"rectify_days"`
	WorkingDays bool `mapstructure:"working_days"` // days are working days
}

// Edition says how evaluations are published.
type Edition struct {
	Publisher     string `mapstructure:"publisher"`      // may be empty
	KeyFile       string `mapstructure:"key_file"`       // never empty after Load
	CutoffDays    int    `mapstructure:"cutoff_days"`    // natural days after the period
	ObjectionDays int    `mapstructure:"objection_days"` // working days
}

// Dashboard sets what the pages show and how much they remember.
type Dashboard struct {
	Title        string        `mapstructure:"title"`         // empty means the product's own name
	CacheEntries int           `mapstructure:"cache_entries"` // results of queries
	LiveInterval time.Duration `mapstructure:"live_interval"`
	Direction    string        `mapstructure:"direction"`    // neutral or red-up
	MapFile      string        `mapstructure:"map_file"`     // GeoJSON; empty: the overview has no map
	MapApproval  string        `mapstructure:"map_approval"` // 审图号; never empty with a MapFile
	MapProperty  string        `mapstructure:"map_property"` // of a feature, with the code of its region
}

// Log sets the service's own log on standard error.
type Log struct {
	Level  slog.Level `mapstructure:"level"`
	Format string     `mapstructure:"format"` // text or json
}

// Zone is a time zone that was found by its name.
type Zone struct {
	*time.Location
}

// Role is one part of the product's work that a process can take on.
type Role string

// The roles; a process by itself has all of them.
const (
	RoleCollector  Role = "collector"
	RoleAggregator Role = "aggregator"
	RoleDashboard  Role = "dashboard"
)

// Roles is what a process does.
type Roles []Role

// Has reports whether the process has the role.
func (r Roles) Has(role Role) bool { return slices.Contains(r, role) }
