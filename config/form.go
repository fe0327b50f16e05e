package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/robfig/cron/v3"
)

// form is what a key's value looks like. parse gets the text without blanks
// around it; its error says what is wrong and does not repeat the text, which
// may hold a password in the wrong place.
type form struct {
	want   string // completes "write …"
	parse  func(string) (any, error)
	list   bool // the file may give a sequence
	secret bool // neither value nor reason may be shown, and blanks matter
}

// maxList bounds the elements of a list.
const maxList = 64

func text(least, most int) form {
	want := fmt.Sprintf("one line of at most %d characters", most)
	if least > 0 {
		want = fmt.Sprintf("one line of %d to %d characters", least, most)
	}
	return form{want: want, parse: func(s string) (any, error) {
		return s, checkText(s, least, most)
	}}
}

func checkText(s string, least, most int) error {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s):
		return errors.New("it is not UTF-8")
	case strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("it holds a control character")
	case n < least:
		return errors.New("it is empty")
	case n > most:
		return errors.New("it is too long")
	}
	return nil
}

func secret() form {
	return form{
		want:   "one line of at most 1024 characters, and not the placeholder " + hidden,
		secret: true,
		parse: func(s string) (any, error) {
			if s == hidden { // what `haochaping config` prints, used as a file
				return nil, errors.New("it is the placeholder")
			}
			return Secret(s), checkText(s, 0, 1024)
		},
	}
}

func boolean() form {
	return form{want: "true or false", parse: func(s string) (any, error) {
		switch s {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, errors.New("it is neither true nor false")
	}}
}

func integer(least, most int) form {
	return form{
		want: fmt.Sprintf("a whole number from %d to %d", least, most),
		parse: func(s string) (any, error) {
			n, err := strconv.Atoi(s)
			if err != nil {
				return nil, errors.New("it is not a whole number")
			}
			return n, inRange(n, least, most)
		},
	}
}

func size(least, most Size) form {
	return form{
		want: fmt.Sprintf("a size from %v to %v, such as %v", least, most, least*2),
		parse: func(s string) (any, error) {
			n, err := ParseSize(s)
			if err != nil {
				return nil, err
			}
			return n, inRange(n, least, most)
		},
	}
}

func duration(least, most time.Duration) form {
	return form{
		want: fmt.Sprintf("a duration from %s to %s with its unit, such as 90s, 5m or 1h30m", short(least), short(most)),
		parse: func(s string) (any, error) {
			d, err := time.ParseDuration(s)
			if err != nil {
				if _, err := strconv.ParseFloat(s, 64); err == nil {
					return nil, errors.New("its unit is missing")
				}
				return nil, errors.New("it is not a duration")
			}
			return d, inRange(d, least, most)
		},
	}
}

func inRange[N int | Size | time.Duration](n, least, most N) error {
	switch {
	case n < least:
		return errors.New("it is too small")
	case n > most:
		return errors.New("it is too large")
	}
	return nil
}

// short writes a duration without the zero minutes and seconds that
// Duration.String puts at its end.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func oneOf(words ...string) form {
	return form{want: choice(words), parse: func(s string) (any, error) {
		if !slices.Contains(words, s) {
			return nil, errors.New("there is no such choice")
		}
		return s, nil
	}}
}

// choice joins words as in "a, b or c".
func choice(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func level() form {
	levels := []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}
	return form{want: "debug, info, warn or error", parse: func(s string) (any, error) {
		for _, l := range levels {
			if strings.EqualFold(l.String(), s) {
				return l, nil
			}
		}
		return nil, errors.New("there is no such choice")
	}}
}

func zone() form {
	return form{
		want: "the name of a time zone, such as Asia/Shanghai",
		parse: func(s string) (any, error) {
			if s == "" || s == "Local" { // LoadLocation takes both; neither says which zone
				return nil, errors.New("it does not name a zone")
			}
			loc, err := time.LoadLocation(s)
			if err != nil {
				return nil, errors.New("there is no such zone")
			}
			return Zone{loc}, nil
		},
	}
}

// schedule accepts what the aggregator's cron.ParseStandard accepts, except a
// zone of its own: there is one zone for all periods.
func schedule() form {
	return form{
		want: "a cron line of five fields such as 15 * * * *, or @hourly, or @every 1s",
		parse: func(s string) (any, error) {
			if strings.Contains(s, "TZ=") {
				return nil, errors.New("it names a zone of its own, and there is one for all: timezone")
			}
			plan, err := cron.ParseStandard(s)
			if err != nil {
				return nil, errors.New("it is not a cron line")
			}
			if plan.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
				return nil, errors.New("that time never comes")
			}
			return s, nil
		},
	}
}

// hostPort is where to listen: port 0 and an empty host have a meaning there.
func hostPort() form {
	return form{
		want: "host:port, such as 127.0.0.1:8080 or [::1]:8080",
		parse: func(s string) (any, error) {
			return s, checkHostPort(s, 0, true)
		},
	}
}

func hostPorts() form {
	return form{
		want: "host:port, several with commas between them, such as db1:9000,db2:9000",
		list: true,
		parse: func(s string) (any, error) {
			return elements(s, func(e string) (string, error) { return e, checkHostPort(e, 1, false) })
		},
	}
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$`)

func checkHostPort(s string, leastPort uint64, anyHost bool) error {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return errors.New("it is not a host and a port with a colon between them")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n < leastPort {
		return fmt.Errorf("its port is not a number from %d to 65535", leastPort)
	}
	if host == "" && anyHost || hostName.MatchString(host) {
		return nil
	}
	if _, err := netip.ParseAddr(host); err != nil {
		return errors.New("its host is neither a name nor an address")
	}
	return nil
}

func roles() form {
	all := Roles{RoleCollector, RoleAggregator, RoleDashboard}
	return form{
		want: "one or more of collector, aggregator, dashboard with commas between them",
		list: true,
		parse: func(s string) (any, error) {
			list, err := elements(s, func(e string) (Role, error) {
				if !all.Has(Role(e)) {
					return "", errors.New("there is no such role")
				}
				return Role(e), nil
			})
			if err == nil && len(list) == 0 {
				err = errors.New("it is empty")
			}
			return Roles(list), err
		},
	}
}

func officeHours() form {
	return form{
		want: "stretches of the day with commas between them, such as 09:00-12:00,13:00-17:00",
		list: true,
		parse: func(s string) (any, error) {
			return elements(s, parseStretch)
		},
	}
}

func parseStretch(s string) (Stretch, error) {
	from, to, ok := strings.Cut(s, "-")
	begin, err := parseMinute(from)
	end, err2 := parseMinute(to)
	switch {
	case !ok || err != nil || err2 != nil:
		return Stretch{}, errors.New("an element is not HH:MM-HH:MM")
	case begin >= end:
		return Stretch{}, errors.New("an element ends before it begins")
	}
	return Stretch{begin, end}, nil
}

// parseMinute reads HH:MM, up to 24:00, as seconds from midnight.
func parseMinute(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60*60 + t.Minute()*60, err
}

func prefixes() form {
	return form{
		want: "networks or addresses with commas between them, such as 10.0.0.0/8,192.168.1.7",
		list: true,
		parse: func(s string) (any, error) {
			return elements(s, parsePrefix)
		},
	}
}

func parsePrefix(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil || p.Addr().Is4In6():
		return netip.Prefix{}, errors.New("an element is neither a network nor an address")
	case p.Bits() == 0:
		return netip.Prefix{}, errors.New("a network of all addresses would let everybody forge the headers")
	case p != p.Masked():
		return netip.Prefix{}, fmt.Errorf("an element has bits set behind its prefix; the network would be %v", p.Masked())
	}
	return p, nil
}

// elements reads a list with commas between its elements; the empty text is
// the empty list. An element that is written twice is an error.
func elements[E comparable](s string, read func(string) (E, error)) ([]E, error) {
	return atMost(maxList, s, read)
}

func atMost[E comparable](most int, s string, read func(string) (E, error)) ([]E, error) {
	list := []E{}
	if s == "" {
		return list, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		e, err := read(strings.TrimSpace(part))
		switch {
		case err != nil:
			return nil, err
		case slices.Contains(list, e):
			return nil, errors.New("an element is there twice")
		case len(list) == most:
			return nil, fmt.Errorf("it has more than %d elements", most)
		}
		list = append(list, e)
	}
	return list, nil
}

func baseURL() form {
	return form{
		want: "http:// or https:// with a host, a port if need be, and no path, such as https://pingjia.example.cn",
		parse: func(s string) (any, error) {
			if s == "" {
				return s, nil
			}
			u, err := url.Parse(s)
			switch {
			case err != nil || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https":
				return nil, errors.New("it is not an address that begins with http:// or https://")
			case u.Hostname() == "":
				return nil, errors.New("its host is missing")
			case u.User != nil:
				return nil, errors.New("it holds a user name")
			case u.Path != "" && u.Path != "/":
				return nil, errors.New("it has a path, and that belongs in base_path")
			case strings.ContainsAny(s, "?#"):
				return nil, errors.New("it has more than a host and a port")
			}
			port := u.Port()
			if port == "" {
				port = "443"
			}
			if err := checkHostPort(net.JoinHostPort(u.Hostname(), port), 1, false); err != nil {
				return nil, err
			}
			return strings.TrimSuffix(s, "/"), nil
		},
	}
}

var pathPattern = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*$`)

func basePath() form {
	return form{
		want: "a path that begins with a slash and does not end with one, of letters, digits, -, _, ~ and dots, such as /haochaping",
		parse: func(s string) (any, error) {
			if len(s) > 200 || !pathPattern.MatchString(s) {
				return nil, errors.New("it is not such a path")
			}
			return s, nil
		},
	}
}

var databasePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

func database() form {
	return form{
		want: "a name of letters, digits and underscores that does not begin with a digit",
		parse: func(s string) (any, error) {
			if !databasePattern.MatchString(s) {
				return nil, errors.New("it is not such a name")
			}
			return s, nil
		},
	}
}
