package config

import (
	"strings"
	"time"
)

// key is one setting. Values are text until form reads them, whatever they
// come from: a password of digits in the file stays as it was written.
type key struct {
	path     string // as in the file, sections joined with dots
	fallback string // the default, as one would write it in the environment
	form     form
	flag     string // the command line's flag, or empty
	doc      string // for people who write the file; wrapped on printing
}

// env returns the name of the key's environment variable.
func (k key) env() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(k.path, ".", "_"))
}

const (
	envPrefix = "HAOCHAPING_"
	// envFile names the file as --config does; it is no key of the file.
	envFile = envPrefix + "CONFIG"
)

// keys holds every setting in the order of the printed file. Each has a
// default, so that viper knows it, and a field of Config; a test compares the
// two lists.
var keys = []key{
	{
		"listen", "127.0.0.1:8080", hostPort(), "listen",
		"Address and port on which the product serves pages and the API. Port 0 lets the system choose. The default is reachable from this machine only; use :8080 for all networks.",
	},
	{
		"data_dir", "./data", text(1, 1024), "data-dir",
		"Directory for everything that is kept here: the spool of accepted records, the embedded engine's tables and log, the control socket. One process at a time.",
	},
	{
		"public_base_url", "", baseURL(), "",
		"How people and devices reach the product from outside, such as https://pingjia.example.cn, without a path. Used wherever a full address is written. Empty: the address of the request.",
	},
	{
		"base_path", "", basePath(), "",
		"Path below which a proxy shows the product, such as /haochaping. The proxy passes the path on unchanged. Empty: the root.",
	},
	{
		"trusted_proxies", "", prefixes(), "",
		"Networks or single addresses of the proxies whose X-Forwarded-For and X-Forwarded-Proto headers are believed, such as [10.0.0.0/8, 192.168.1.7]. Empty: nobody's.",
	},
	{
		"timezone", "Asia/Shanghai", zone(), "",
		"The one time zone of days, months and all other periods. Stored figures depend on it: it is chosen before the first record.",
	},
	{
		"language", "zh", oneOf("zh", "en"), "",
		"Language of pages and exports for readers whose browser asks for neither Chinese nor English: zh or en.",
	},
	{
		"roles", "collector,aggregator,dashboard", roles(), "roles",
		"What this process does: collector (takes records in), aggregator (computes the figures), dashboard (shows them). One machine does all three.",
	},

	{
		"clickhouse.address", "", hostPorts(), "",
		"Native-protocol addresses (host:port, usually port 9000, or 9440 with TLS) of a ClickHouse of one's own; several are replicas of the same data and are tried in turn. Empty: the product starts an engine of its own and keeps the tables in data_dir.",
	},
	{
		"clickhouse.database", "haochaping", database(), "",
		"Database that holds the product's tables; it is created if it is missing.",
	},
	{
		"clickhouse.username", "default", text(1, 128), "",
		"Name under which to log in to a ClickHouse of one's own.",
	},
	{
		"clickhouse.password", "", secret(), "",
		"Password for it. Better not written here: use password_file or the environment.",
	},
	{
		"clickhouse.password_file", "", text(0, 1024), "",
		"File whose first line is the password, such as a container's secret. Instead of password.",
	},
	{
		"clickhouse.tls", "false", boolean(), "",
		"Whether the connection to ClickHouse is encrypted and the server's certificate checked.",
	},
	{
		"clickhouse.ca_file", "", text(0, 1024), "",
		"PEM file with the authorities that may have signed the server's certificate. Empty: those of the system.",
	},
	{
		"clickhouse.dial_timeout", "5s", duration(100*time.Millisecond, 5*time.Minute), "",
		"How long one attempt to connect may take.",
	},
	{
		"clickhouse.max_open_conns", "10", integer(2, 1000), "",
		"Connections that this process keeps open at most, to the embedded engine as well.",
	},
	{
		"clickhouse.cluster", "", optional(database()), "",
		"Name of the cluster (as in ClickHouse's remote_servers) on which the product makes replicated tables. Empty: plain tables on one server. Chosen before the first record.",
	},
	{
		"clickhouse.insert_quorum", "0", integer(0, 100), "",
		"On a cluster: how many replicas must have written a batch to disk before the spool forgets it; 0 is the majority.",
	},

	{
		"engine.library", "", text(0, 1024), "",
		"Path of the embedded engine's library (libchdb.so, libchdb.dylib). Empty: the one that came with the product.",
	},
	{
		"engine.binary", "", text(0, 1024), "",
		"Path of a clickhouse program to run instead of the library. Empty: one on the PATH, else the library. Not together with library.",
	},
	{
		"engine.max_memory", "2GiB", size(512*MiB, 4*TiB), "",
		"Memory that the embedded engine may take. Queries that need more are refused; the service itself is not affected.",
	},

	{
		"tls.cert_file", "", text(0, 1024), "",
		"PEM file with the certificate chain for serving HTTPS without a proxy. Changed files are taken up without a restart. Empty: plain HTTP.",
	},
	{
		"tls.key_file", "", text(0, 1024), "",
		"PEM file with the certificate's private key. Given together with cert_file or not at all.",
	},

	{
		"access.session_idle", "30m", duration(time.Minute, 24*time.Hour), "",
		"A session ends when nothing was asked in it for so long.",
	},
	{
		"access.session_max", "12h", duration(5*time.Minute, 30*24*time.Hour), "",
		"A session ends after so long, whatever is asked in it.",
	},
	{
		"access.oidc_issuer", "", signOnServer(), "",
		"Address of an OpenID provider, as it stands in its tokens, at which people sign on. It sends them back to public_base_url + base_path + /sign-in/oidc/callback. Empty: not offered.",
	},
	{
		"access.oidc_client_id", "", text(0, 256), "",
		"Name under which the provider knows this installation.",
	},
	{
		"access.oidc_client_secret", "", secret(), "",
		"Secret for it. Better not written here: use oidc_client_secret_file or the environment. Empty: a public client, with PKCE alone.",
	},
	{
		"access.oidc_client_secret_file", "", text(0, 1024), "",
		"File whose first line is the secret. Instead of oidc_client_secret.",
	},
	{
		"access.oidc_groups_claim", "groups", text(1, 256), "",
		"Claim of the id token that lists a person's groups; dots lead into objects, such as realm_access.roles.",
	},
	{
		"access.oidc_name", "", text(0, 40), "",
		"What the button on the sign-in page says. Empty: words of the product.",
	},
	{
		"access.cas_url", "", signOnServer(), "",
		"Root of a CAS 3.0 server at which people sign on, such as https://cas.example.cn/cas. It sends them back to public_base_url + base_path + /sign-in/cas/callback. Empty: not offered.",
	},
	{
		"access.cas_groups_attribute", "memberOf", text(1, 256), "",
		"Attribute that the CAS server gives once for each of a person's groups.",
	},
	{
		"access.cas_name", "", text(0, 40), "",
		"What the button on the sign-in page says. Empty: words of the product.",
	},
	{
		"access.header_user", "", headerName(), "",
		"Header in which a portal that has signed people on passes on their name, such as X-Portal-User. The portal has to remove what clients send in it. Empty: not offered.",
	},
	{
		"access.header_groups", "", headerName(), "",
		"Header in which the portal passes on their groups, with commas between them.",
	},
	{
		"access.header_name", "", text(0, 40), "",
		"What the button on the sign-in page says. Empty: words of the product.",
	},
	{
		"access.header_proxies", "", prefixes(), "",
		"Networks or single addresses of the portal itself. Whoever connects from there is believed to be anybody; from everybody else the two headers are removed.",
	},
	{
		"access.rules", "", accessRules(), "",
		"What people may who sign on elsewhere: a list of rules such as group=pj-leaders roles=leader+handler regions=9901+9902 departments=*. Roles are leader, evaluator, handler, operator, administrator, auditor; regions hold all below them; * is all. Blanks in a group's name are written %20, commas %2C. Who is in no such group is not let in.",
	},

	{
		"collector.spool_dir", "", text(0, 1024), "",
		"Directory of the spool: records that were accepted and are not yet in ClickHouse. A disk that keeps its promises (fsync), no network share. Empty: spool below data_dir.",
	},
	{
		"collector.spool_max", "10GiB", size(64*MiB, 16*TiB), "",
		"Largest size of the spool. When ClickHouse is away for so long that it is full, senders are told to keep their records and try again.",
	},
	{
		"collector.max_body", "1MiB", size(64*KiB, 64*MiB), "",
		"Largest body of a request with a JSON object or array. Streams of lines (NDJSON) are not bounded by it.",
	},
	{
		"collector.ship_interval", "500ms", duration(10*time.Millisecond, time.Minute), "",
		"How long accepted records may wait for others before they are shipped to ClickHouse together.",
	},
	{
		"collector.ship_batch", "20000", integer(1, 1_000_000), "",
		"Number of records that are shipped at once at most; so many waiting records are shipped without further delay.",
	},
	{
		"collector.request_timeout", "30s", duration(time.Second, 10*time.Minute), "",
		"How long a request with records may take, from its first byte to the answer.",
	},
	{
		"collector.clock_future", "5m", duration(0, 24*time.Hour), "",
		"How far a record's time may lie in the future before it is refused. Clocks differ.",
	},
	{
		"collector.clock_past", "175320h", duration(24*time.Hour, 50*8766*time.Hour), "",
		"How far a record's time may lie in the past before it is refused; 8760h is a year. Imports of older records need more.",
	},

	{
		"collector.remember_ids", "2160h", duration(90*24*time.Hour, 10*8766*time.Hour), "",
		"How long the id of an accepted record is remembered at the door, so that a repeat is known as one; 2160h are 90 days, the least. Later repeats are found by ClickHouse.",
	},
	{
		"collector.device_rate", "20", integer(0, 1_000_000), "",
		"Requests that the key of one device may send a second, on average; a burst may be five times as many. 0: no limit.",
	},
	{
		"collector.source_rate", "2000", integer(0, 1_000_000), "",
		"Requests that the key of one source may send a second, on average; a burst may be five times as many. 0: no limit.",
	},
	{
		"collector.refused_quota", "20000", integer(0, 100_000_000), "",
		"Refused records that are kept of one key a day. Past it they are answered and counted as before, but not kept one by one. 0: no limit.",
	},
	{
		"collector.silent_after", "72h", duration(time.Minute, 365*24*time.Hour), "",
		"A device that has sent nothing for so long is listed as silent.",
	},
	{
		"collector.late_after", "168h", duration(time.Hour, 10*8766*time.Hour), "",
		"A record that arrives so long after its day is listed as late on the desk. It is counted all the same.",
	},
	{
		"collector.door_key_file", "", text(0, 1024), "",
		"File with the 32 bytes that content hashes and rater tokens are keyed with. Several collectors of one installation need the same. Empty: door.key below data_dir, made at the first start.",
	},
	{
		"collector.token_hash", "sha256", oneOf("sha256", "sm3"), "",
		"Hash of the keyed tokens that stand for raters: sha256, or sm3 (GB/T 32905). Chosen before the first record: tokens of two hashes never match.",
	},
	{
		"collector.contact_key", "", optional(key32()), "",
		"Public key (X25519, base64) that contacts left for a reply are sealed with at the door; haochaping contact-key makes a pair. The private half stays elsewhere. Empty: a contact is refused.",
	},

	{
		"aggregator.dirty", "@every 1s", schedule(), "",
		"When to look for days whose records changed and compute their figures anew: a cron line of five fields, or @every and a duration. Finding nothing is cheap.",
	},
	{
		"aggregator.month_items", "@hourly", schedule(), "",
		"When to compute the monthly figures by item anew, for the months that changed. This reads raw records.",
	},
	{
		"aggregator.evaluate", "30 5 * * *", schedule(), "",
		"When to look which evaluations are due: monthly ones of the schemes in force, and revisions of editions that late data has changed. A missed time is caught up at the next one.",
	},

	{
		"calendar.hours", "09:00-12:00,13:00-17:00", officeHours(), "",
		"Office hours of a working day, for handling times in working time: stretches HH:MM-HH:MM in rising order. Stored figures depend on it: after a change run haochaping aggregate over the period.",
	},

	{
		"follow_up.contact_days", "1", integer(0, 365), "",
		"Days within which whoever gave a bad rating is to be contacted, from the day of the rating.",
	},
	{
		"follow_up.rectify_days", "15", integer(1, 365), "",
		"Days within which a bad rating is to be rectified, from the day of the rating.",
	},
	{
		"follow_up.working_days", "false", boolean(), "",
		"Whether these are working days of the calendar. Without it they are natural days.",
	},

	{
		"edition.publisher", "", text(0, 120), "",
		"Who publishes editions, as it stands on them, such as the name of the office. Empty: the title of the installation.",
	},
	{
		"edition.key_file", "", text(0, 1024), "",
		"File with the Ed25519 key that signs editions. Empty: edition.key in data_dir, made at the first publication.",
	},
	{
		"edition.cutoff_days", "14", integer(0, 90), "",
		"Days after the end of a period until its edition is drawn up; what arrives later leads to a revision.",
	},
	{
		"edition.objection_days", "5", integer(0, 60), "",
		"Working days for which units may object to a draft.",
	},

	{
		"dashboard.title", "", text(0, 60), "",
		"Name of this installation at the head of pages and exports. Empty: the product's own name in the reader's language.",
	},
	{
		"dashboard.cache_entries", "512", integer(1, 100_000), "",
		"Number of query results kept in memory for pages. They are valid until the figures change.",
	},
	{
		"dashboard.live_interval", "2s", duration(time.Second, 10*time.Minute), "",
		"How often an open page asks for newer figures.",
	},
	{
		"dashboard.direction", "neutral", oneOf("neutral", "red-up"), "",
		"Colours of the arrows beside changes: neutral (blue, and grey for what may be chance) or red-up (红涨绿跌: rises red, falls green). Arrow, sign and word stand there either way.",
	},
	{
		"dashboard.map_file", "", text(0, 1024), "",
		"GeoJSON file (a FeatureCollection) with the regions as areas, for a map on the overview. None is shipped. Empty: no map.",
	},
	{
		"dashboard.map_approval", "", text(0, 60), "",
		"审图号: number under which the authority approved that map, such as GS(2024)1234号. It is printed on the map; without it the file is refused.",
	},
	{
		"dashboard.map_property", "code", text(1, 60), "",
		"Property of each feature in which the code of its region stands, as in the directory.",
	},

	{
		"log.level", "info", level(), "log-level",
		"Least important messages to write: debug, info, warn or error.",
	},
	{
		"log.format", "text", oneOf("text", "json"), "",
		"Form of the log on standard error: text for people, json for machines.",
	},
}

// knownKeys and sections index keys for the checks of the file.
var knownKeys, sections = index(keys)

func index(list []key) (map[string]key, map[string]bool) {
	byPath, secs := make(map[string]key, len(list)), map[string]bool{}
	for _, k := range list {
		byPath[k.path] = k
		if section, _, ok := strings.Cut(k.path, "."); ok {
			secs[section] = true
		}
	}
	return byPath, secs
}
