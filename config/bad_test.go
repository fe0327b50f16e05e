package config

// badFiles gives the problems of every testdata/bad.*.yaml.
var badFiles = map[string][]string{
	"bad.access.yaml": {
		`access.session_idle (file bad.access.yaml:2): 24h is longer than access.session_max (12h), so it would have no effect; lower it or raise session_max`,
		`access.oidc_client_id (file bad.access.yaml:3): given without access.oidc_issuer, so it would have no effect; set access.oidc_issuer or remove it`,
		`access.oidc_client_secret (file bad.access.yaml:4): given without access.oidc_issuer, so it would have no effect; set access.oidc_issuer or remove it`,
		`access.cas_url (file bad.access.yaml:5): given without public_base_url, to which people are sent back; set public_base_url`,
		`access.header_user (file bad.access.yaml:6): given without access.header_proxies; set it, or remove access.header_user`,
		`access.rules (default): it is empty, so that nobody could sign on elsewhere; write a rule such as group=pj-leaders roles=leader regions=9901 departments=*`,
		`access.header_groups (file bad.access.yaml:7): the same header as access.header_user; name another one`,
	},
	"bad.accessvalues.yaml": {
		`bad.accessvalues.yaml:2: access.session_idle is "30": its unit is missing; write a duration from 1m to 24h with its unit, such as 90s, 5m or 1h30m`,
		`bad.accessvalues.yaml:3: access.oidc_issuer is "http://id.example.cn": its answers could be forged without https; write https:// with a host and a path if need be, such as https://id.example.cn/realms/gov; http:// only for 127.0.0.1 and the like`,
		`bad.accessvalues.yaml:4: access.oidc_client_secret: it is the placeholder; write one line of at most 1024 characters, and not the placeholder <secret>`,
		`bad.accessvalues.yaml:5: access.cas_url: it holds a user name; write https:// with a host and a path if need be, such as https://id.example.cn/realms/gov; http:// only for 127.0.0.1 and the like`,
		`bad.accessvalues.yaml:6: access.header_user is "Cookie": that header has another meaning; write the name of a header of letters, digits and -, such as X-Portal-User, or nothing`,
		`bad.accessvalues.yaml:7: access.header_groups is "X Portal": it is not such a name; write the name of a header of letters, digits and -, such as X-Portal-User, or nothing`,
		`bad.accessvalues.yaml:8: access.header_proxies is "0.0.0.0/0": a network of all addresses would let everybody forge the headers; write networks or addresses with commas between them, such as 10.0.0.0/8,192.168.1.7`,
		`bad.accessvalues.yaml:9: access.rules is "group=a roles=root regions=* departments=*": a rule gives a role that is not leader, evaluator, handler, operator, administrator or auditor; write rules such as group=pj-leaders roles=leader regions=9901+9902 departments=*, with commas between them; in a group's name a blank is %20 and a comma %2C`,
	},
	"bad.alias.yaml": {
		`bad.alias.yaml: a value begins with * and is taken for a reference; put the value in quotes`,
	},
	"bad.anchor.yaml": {
		`bad.anchor.yaml:1: key listen uses a YAML reference (& or *); write the value itself, in quotes if it begins with such a character`,
		`bad.anchor.yaml:2: key data_dir has a YAML tag; write the value without it, in quotes if it begins with an exclamation mark`,
	},
	"bad.clickhouse.yaml": {
		`clickhouse.ca_file (file bad.clickhouse.yaml:5): given while clickhouse.tls is false; set clickhouse.tls to true or remove ca_file`,
		`clickhouse.password_file (file bad.clickhouse.yaml:4): given together with clickhouse.password (file bad.clickhouse.yaml:3); remove one of them`,
	},
	"bad.documents.yaml": {
		`bad.documents.yaml: the file holds more than one document; remove the lines with --- and what does not belong here`,
	},
	"bad.duplicate.yaml": {
		`bad.duplicate.yaml:4: key "listen" is already in line 1; remove one of them`,
		`bad.duplicate.yaml:5: key "log" is already in line 2; remove one of them`,
	},
	"bad.list.yaml": {
		`bad.list.yaml:1: the file is not a list of keys with values; begin with a line such as listen: 127.0.0.1:8080`,
	},
	"bad.pairs.yaml": {
		`collector.max_body (file bad.pairs.yaml:11): 32MiB is more than a quarter of collector.spool_max (64MiB); lower it or raise spool_max`,
		`tls.cert_file (file bad.pairs.yaml:2): given without tls.key_file; HTTPS needs both files, set or remove both`,
		`dashboard.map_file (file bad.pairs.yaml:13): given without dashboard.map_approval; a map is shown with its 审图号 alone, write the number that stands on the map`,
		`engine.binary (file bad.pairs.yaml:5): given together with engine.library (file bad.pairs.yaml:4); remove one of them`,
		`clickhouse.password (file bad.pairs.yaml:8): given without clickhouse.address, so it would have no effect; set clickhouse.address or remove it`,
		`clickhouse.tls (file bad.pairs.yaml:7): given without clickhouse.address, so it would have no effect; set clickhouse.address or remove it`,
	},
	"bad.passwordfile.yaml": {
		`clickhouse.password_file (file bad.passwordfile.yaml:3): open nowhere: no such file or directory; name a file that exists and may be read`,
	},
	"bad.shape.yaml": {
		`bad.shape.yaml:1: listen takes one value here, not a list or a section; write host:port, such as 127.0.0.1:8080 or [::1]:8080`,
		`bad.shape.yaml:2: data_dir has no value; remove the line or write one line of 1 to 1024 characters`,
		`bad.shape.yaml:3: tls is a section, not a key; write its keys below it, indented`,
		`bad.shape.yaml:5: an element of clickhouse.address is not a single word`,
		`bad.shape.yaml:7: clickhouse.password takes one value here, not a list or a section; write one line of at most 1024 characters, and not the placeholder <secret>`,
		`bad.shape.yaml:9: log.level takes one value here, not a list or a section; write debug, info, warn or error`,
	},
	"bad.syntax.yaml": {
		`bad.syntax.yaml: not readable as YAML near line 2: mapping values are not allowed in this context`,
	},
	"bad.unknown.yaml": {
		`bad.unknown.yaml:1: unknown key "lisen"; the nearest known key is listen`,
		`bad.unknown.yaml:3: unknown key "clickhouse.adress"; the nearest known key is clickhouse.address`,
		`bad.unknown.yaml:4: unknown key "clickhouse.pasword"; the nearest known key is clickhouse.password`,
		`bad.unknown.yaml:5: unknown key "password"; the nearest known key is clickhouse.password`,
		`bad.unknown.yaml:6: unknown key "clickhous"; the nearest known key is clickhouse`,
		`bad.unknown.yaml:8: key clickhouse.tls is written with a dot; write clickhouse: and below it, indented, tls:`,
	},
	"bad.values.yaml": {
		`bad.values.yaml:1: listen is "8080": it is not a host and a port with a colon between them; write host:port, such as 127.0.0.1:8080 or [::1]:8080`,
		`bad.values.yaml:2: public_base_url: it holds a user name; write http:// or https:// with a host, a port if need be, and no path, such as https://pingjia.example.cn`,
		`bad.values.yaml:3: base_path is "haochaping/": it is not such a path; write a path that begins with a slash and does not end with one, of letters, digits, -, _, ~ and dots, such as /haochaping`,
		`bad.values.yaml:4: trusted_proxies is "10.0.0.1/8": an element has bits set behind its prefix; the network would be 10.0.0.0/8; write networks or addresses with commas between them, such as 10.0.0.0/8,192.168.1.7`,
		`bad.values.yaml:5: timezone is "Local": it does not name a zone; write the name of a time zone, such as Asia/Shanghai`,
		`bad.values.yaml:6: language is "fr": there is no such choice; write zh or en`,
		`bad.values.yaml:7: roles is "collector,colector": there is no such role; write one or more of collector, aggregator, dashboard with commas between them`,
		`bad.values.yaml:9: clickhouse.address: it is not a host and a port with a colon between them; write host:port, several with commas between them, such as db1:9000,db2:9000`,
		`bad.values.yaml:10: clickhouse.database is "my-db": it is not such a name; write a name of letters, digits and underscores that does not begin with a digit`,
		`bad.values.yaml:11: clickhouse.password: it is the placeholder; write one line of at most 1024 characters, and not the placeholder <secret>`,
		`bad.values.yaml:12: clickhouse.tls is "yes": it is neither true nor false; write true or false`,
		`bad.values.yaml:13: clickhouse.dial_timeout is "30": its unit is missing; write a duration from 100ms to 5m with its unit, such as 90s, 5m or 1h30m`,
		`bad.values.yaml:14: clickhouse.max_open_conns is "1.5": it is not a whole number; write a whole number from 2 to 1000`,
		`bad.values.yaml:16: engine.max_memory is "2GB": its unit is none of B, KiB, MiB, GiB, TiB; write a size from 512MiB to 4TiB, such as 1GiB`,
		`bad.values.yaml:18: collector.spool_max is "1MiB": it is too small; write a size from 64MiB to 16TiB, such as 128MiB`,
		`bad.values.yaml:19: collector.ship_batch is "0": it is too small; write a whole number from 1 to 1000000`,
		`bad.values.yaml:21: aggregator.dirty is "@evry 1s": it is not a cron line; write a cron line of five fields such as 15 * * * *, or @hourly, or @every 1s`,
		`bad.values.yaml:22: aggregator.month_items is "0 0 30 2 *": that time never comes; write a cron line of five fields such as 15 * * * *, or @hourly, or @every 1s`,
		`bad.values.yaml:24: dashboard.title is "a\tb": it holds a control character; write one line of at most 60 characters`,
		`bad.values.yaml:26: log.level is "loud": there is no such choice; write debug, info, warn or error`,
	},
}
