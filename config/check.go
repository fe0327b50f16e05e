package config

import (
	"bytes"
	"fmt"
	"path/filepath"
)

// complete fills in what follows from other keys and returns the
// contradictions between keys, each with what to do about it.
func (c *Config) complete() []string {
	var problems []string
	complain := func(key, format string, args ...any) {
		problems = append(problems, fmt.Sprintf("%s (%s): ", key, c.origins[key])+fmt.Sprintf(format, args...))
	}
	if c.Collector.SpoolDir == "" {
		c.Collector.SpoolDir = filepath.Join(c.DataDir, "spool")
	}
	if c.Collector.DoorKeyFile == "" {
		c.Collector.DoorKeyFile = filepath.Join(c.DataDir, "door.key")
	}
	if c.Edition.KeyFile == "" {
		c.Edition.KeyFile = filepath.Join(c.DataDir, "edition.key")
	}
	for i, h := range c.Calendar.Hours {
		if i > 0 && h.From < c.Calendar.Hours[i-1].To {
			complain("calendar.hours", "%v begins before %v ends; write the stretches in order, without overlap", h, c.Calendar.Hours[i-1])
		}
	}
	if len(c.Calendar.Hours) == 0 {
		complain("calendar.hours", "it is empty; a working day needs one stretch at least, such as 09:00-17:00")
	}
	if c.Collector.MaxBody > c.Collector.SpoolMax/4 {
		complain("collector.max_body", "%v is more than a quarter of collector.spool_max (%v); lower it or raise spool_max", c.Collector.MaxBody, c.Collector.SpoolMax)
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		given, missing := "tls.cert_file", "tls.key_file"
		if c.TLS.CertFile == "" {
			given, missing = missing, given
		}
		complain(given, "given without %s; HTTPS needs both files, set or remove both", missing)
	}
	if (c.Dashboard.MapFile == "") != (c.Dashboard.MapApproval == "") {
		if c.Dashboard.MapApproval == "" {
			complain("dashboard.map_file", "given without dashboard.map_approval; a map is shown with its 审图号 alone, write the number that stands on the map")
		} else {
			complain("dashboard.map_approval", "given without dashboard.map_file; set or remove both")
		}
	}
	if c.Engine.Library != "" && c.Engine.Binary != "" {
		complain("engine.binary", "given together with engine.library (%s); remove one of them", c.origins["engine.library"])
	}
	c.completeClickHouse(complain)
	c.completeAccess(complain)
	return problems
}

// completeClickHouse refuses what would be without effect: somebody who asks
// for an encrypted or protected connection must not go without it unknowingly.
func (c *Config) completeClickHouse(complain func(key, format string, args ...any)) {
	ch := &c.ClickHouse
	if ch.Embedded() {
		for _, given := range []struct {
			key string
			set bool
		}{
			{"clickhouse.password", ch.Password != ""},
			{"clickhouse.password_file", ch.PasswordFile != ""},
			{"clickhouse.tls", ch.TLS},
			{"clickhouse.ca_file", ch.CAFile != ""},
		} {
			if given.set {
				complain(given.key, "given without clickhouse.address, so it would have no effect; set clickhouse.address or remove it")
			}
		}
		return
	}
	if ch.CAFile != "" && !ch.TLS {
		complain("clickhouse.ca_file", "given while clickhouse.tls is false; set clickhouse.tls to true or remove ca_file")
	}
	if ch.PasswordFile == "" {
		return
	}
	if ch.Password != "" {
		complain("clickhouse.password_file", "given together with clickhouse.password (%s); remove one of them", c.origins["clickhouse.password"])
		return
	}
	data, err := readBounded(ch.PasswordFile, maxSecretFile)
	if err != nil {
		complain("clickhouse.password_file", "%v; name a file that exists and may be read", err)
		return
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	password := string(bytes.TrimSuffix(line, []byte("\r")))
	if err := checkText(password, 1, 1024); err != nil {
		complain("clickhouse.password_file", "the first line of %s is no password: %v", ch.PasswordFile, err)
		return
	}
	ch.Password = Secret(password)
	c.origins["clickhouse.password"] = "file " + ch.PasswordFile
}
