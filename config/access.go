package config

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Access says how people sign in, and what those may who are known elsewhere.
type Access struct {
	SessionIdle time.Duration `mapstructure:"session_idle"` // at most SessionMax
	SessionMax  time.Duration `mapstructure:"session_max"`

	OIDCIssuer           string `mapstructure:"oidc_issuer"` // empty = not offered
	OIDCClientID         string `mapstructure:"oidc_client_id"`
	OIDCClientSecret     Secret `mapstructure:"oidc_client_secret"` // also when it was read from its file; may be empty
	OIDCClientSecretFile string `mapstructure:"oidc_client_secret_file"`
	OIDCGroupsClaim      string `mapstructure:"oidc_groups_claim"`
	OIDCName             string `mapstructure:"oidc_name"`

	CASURL             string `mapstructure:"cas_url"` // empty = not offered
	CASGroupsAttribute string `mapstructure:"cas_groups_attribute"`
	CASName            string `mapstructure:"cas_name"`

	HeaderUser    string         `mapstructure:"header_user"` // empty = not offered; else with HeaderGroups and HeaderProxies
	HeaderGroups  string         `mapstructure:"header_groups"`
	HeaderName    string         `mapstructure:"header_name"`
	HeaderProxies []netip.Prefix `mapstructure:"header_proxies"` // masked

	Rules []AccessRule `mapstructure:"rules"` // in their order, which decides
}

// AccessRule gives the members of a group roles in a scope. Regions and Departments are codes or one "*"; both are
// empty for roles without a scope.
type AccessRule struct {
	Group       string
	Roles       []string // of access.Roles
	Regions     []string
	Departments []string
}

// String is the rule as it is written in the file.
func (r AccessRule) String() string {
	text := "group=" + groupEscapes.Replace(r.Group) + " roles=" + strings.Join(r.Roles, "+")
	if len(r.Regions) > 0 {
		text += " regions=" + strings.Join(r.Regions, "+") + " departments=" + strings.Join(r.Departments, "+")
	}
	return text
}

// groupEscapes writes what would end a group's name.
var groupEscapes = strings.NewReplacer("%", "%25", " ", "%20", ",", "%2C")

const (
	maxRules     = 500
	maxRuleCodes = 200
)

// accessRoles are the roles of people, and those that see nothing of a scope. A test of package app holds them
// against those of package access.
var (
	accessRoles   = []string{"leader", "evaluator", "handler", "operator", "administrator", "auditor"}
	unscopedRoles = []string{"administrator", "auditor"}
)

func accessRules() form {
	return form{
		want: "rules such as group=pj-leaders roles=leader regions=9901+9902 departments=*, with commas between them; in a group's name a blank is %20 and a comma %2C",
		list: true,
		parse: func(s string) (any, error) {
			texts, err := atMost(maxRules, s, func(e string) (string, error) {
				_, err := parseAccessRule(e)
				return e, err
			})
			rules := make([]AccessRule, len(texts))
			for i, text := range texts {
				rules[i], _ = parseAccessRule(text) // was read before
			}
			return rules, err
		},
	}
}

func parseAccessRule(text string) (AccessRule, error) {
	values := map[string]string{}
	for _, field := range strings.Fields(text) {
		name, value, ok := strings.Cut(field, "=")
		switch {
		case !ok || !slices.Contains([]string{"group", "roles", "regions", "departments"}, name):
			return AccessRule{}, errors.New("a rule holds something other than group=, roles=, regions= and departments=")
		case values[name] != "":
			return AccessRule{}, fmt.Errorf("a rule has %s= twice", name)
		case value == "":
			return AccessRule{}, fmt.Errorf("a rule has nothing behind %s=", name)
		}
		values[name] = value
	}
	group, err := url.PathUnescape(values["group"])
	if err != nil || checkText(group, 1, 512) != nil || group != strings.TrimSpace(group) {
		return AccessRule{}, errors.New("the group of a rule is missing, or is no name")
	}
	r := AccessRule{Group: group}
	if r.Roles, err = ruleList("roles", values["roles"]); err != nil {
		return AccessRule{}, err
	}
	scoped := false
	for _, role := range r.Roles {
		if !slices.Contains(accessRoles, role) {
			return AccessRule{}, fmt.Errorf("a rule gives a role that is not %s", choice(accessRoles))
		}
		scoped = scoped || !slices.Contains(unscopedRoles, role)
	}
	if !scoped && values["regions"] == "" && values["departments"] == "" {
		return r, nil
	}
	if r.Regions, err = ruleList("regions", values["regions"]); err != nil {
		return AccessRule{}, err
	}
	r.Departments, err = ruleList("departments", values["departments"])
	return r, err
}

// ruleList reads the words of a rule that have a plus between them.
func ruleList(name, text string) ([]string, error) {
	if text == "" {
		return nil, fmt.Errorf("a rule lacks %s=", name)
	}
	words := strings.Split(text, "+")
	sorted := slices.Sorted(slices.Values(words))
	switch {
	case len(words) > maxRuleCodes:
		return nil, fmt.Errorf("a rule has more than %d %s", maxRuleCodes, name)
	case len(slices.Compact(sorted)) < len(words):
		return nil, fmt.Errorf("a rule has one of its %s twice", name)
	case len(words) > 1 && slices.Contains(words, "*"):
		return nil, fmt.Errorf("a rule has * and others besides in %s=", name)
	case slices.ContainsFunc(words, func(w string) bool {
		return w == "" || len(w) > 64 || strings.ContainsFunc(w, func(c rune) bool { return !unicode.IsPrint(c) || c == '=' })
	}):
		return nil, fmt.Errorf("one of a rule's %s is empty, too long or damaged", name)
	}
	return words, nil
}

// signOnServer is the address of a provider: without encryption anybody on the way could say who somebody is.
func signOnServer() form {
	return form{
		want: "https:// with a host and a path if need be, such as https://id.example.cn/realms/gov; http:// only for 127.0.0.1 and the like",
		parse: func(s string) (any, error) {
			if s == "" {
				return s, nil
			}
			u, err := url.Parse(s)
			switch {
			case err != nil || u.Opaque != "" || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
				return nil, errors.New("it is not an address that begins with https://")
			case u.User != nil:
				return nil, errors.New("it holds a user name")
			case strings.ContainsAny(s, "?#") || checkText(s, 1, 1024) != nil:
				return nil, errors.New("it has more than a host and a path, or is too long")
			case u.Scheme == "http" && !onThisMachine(u.Hostname()):
				return nil, errors.New("its answers could be forged without https")
			}
			port := u.Port()
			if port == "" {
				port = "443"
			}
			return s, checkHostPort(net.JoinHostPort(u.Hostname(), port), 1, false)
		},
	}
}

func onThisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}

var headerPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,63}$`)

// otherHeaders mean something to the product already.
var otherHeaders = []string{"authorization", "cookie", "host", "origin", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}

func headerName() form {
	return form{
		want: "the name of a header of letters, digits and -, such as X-Portal-User, or nothing",
		parse: func(s string) (any, error) {
			switch {
			case s != "" && !headerPattern.MatchString(s):
				return nil, errors.New("it is not such a name")
			case slices.Contains(otherHeaders, strings.ToLower(s)):
				return nil, errors.New("that header has another meaning")
			}
			return s, nil
		},
	}
}

// completeAccess refuses ways to sign on that are half configured, and what would have no effect.
func (c *Config) completeAccess(complain func(key, format string, args ...any)) {
	a := &c.Access
	if a.SessionIdle > a.SessionMax {
		complain("access.session_idle", "%s is longer than access.session_max (%s), so it would have no effect; lower it or raise session_max", short(a.SessionIdle), short(a.SessionMax))
	}
	ways := []struct {
		main   string
		on     bool
		parts  []string // must be given with main
		others []string // may be given with main
		public bool     // the provider sends browsers back to the public address
	}{
		{"access.oidc_issuer", a.OIDCIssuer != "", []string{"access.oidc_client_id"}, []string{
			"access.oidc_client_secret", "access.oidc_client_secret_file", "access.oidc_groups_claim", "access.oidc_name",
		}, true},
		{"access.cas_url", a.CASURL != "", nil, []string{"access.cas_groups_attribute", "access.cas_name"}, true},
		{"access.header_user", a.HeaderUser != "", []string{"access.header_groups", "access.header_proxies"}, []string{"access.header_name"}, false},
	}
	any := false
	for _, way := range ways {
		any = any || way.on
		for _, part := range way.parts {
			if way.on && !c.given(part) {
				complain(way.main, "given without %s; set it, or remove %s", part, way.main)
			}
		}
		for _, part := range slices.Concat(way.parts, way.others) {
			if !way.on && c.given(part) {
				complain(part, "given without %s, so it would have no effect; set %s or remove it", way.main, way.main)
			}
		}
		if way.on && way.public && c.PublicBaseURL == "" {
			complain(way.main, "given without public_base_url, to which people are sent back; set public_base_url")
		}
	}
	if any && len(a.Rules) == 0 {
		complain("access.rules", "it is empty, so that nobody could sign on elsewhere; write a rule such as group=pj-leaders roles=leader regions=9901 departments=*")
	}
	if !any && len(a.Rules) > 0 {
		complain("access.rules", "given without access.oidc_issuer, access.cas_url or access.header_user, so it would have no effect; set one of them or remove the rules")
	}
	if a.HeaderUser != "" && strings.EqualFold(a.HeaderUser, a.HeaderGroups) {
		complain("access.header_groups", "the same header as access.header_user; name another one")
	}
	c.readClientSecret(complain)
}

// given reports whether a key has a value that is not its default.
func (c *Config) given(path string) bool {
	value, err := c.field(path)
	if err != nil {
		return false
	}
	if list, ok := value.([]netip.Prefix); ok {
		return len(list) > 0
	}
	text := fmt.Sprint(value)
	return text != "" && text != knownKeys[path].fallback
}

func (c *Config) readClientSecret(complain func(key, format string, args ...any)) {
	a := &c.Access
	if a.OIDCClientSecretFile == "" || a.OIDCIssuer == "" {
		return
	}
	const key = "access.oidc_client_secret_file"
	if a.OIDCClientSecret != "" {
		complain(key, "given together with access.oidc_client_secret (%s); remove one of them", c.origins["access.oidc_client_secret"])
		return
	}
	data, err := readBounded(a.OIDCClientSecretFile, maxSecretFile)
	if err != nil {
		complain(key, "%v; name a file that exists and may be read", err)
		return
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	secret := string(bytes.TrimSuffix(line, []byte("\r")))
	if err := checkText(secret, 1, 1024); err != nil {
		complain(key, "the first line of %s is no secret: %v", a.OIDCClientSecretFile, err)
		return
	}
	a.OIDCClientSecret = Secret(secret)
	c.origins["access.oidc_client_secret"] = "file " + a.OIDCClientSecretFile
}
