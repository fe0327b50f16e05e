package record

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Channel is the class of the channel on which a rating was given.
type Channel string

// The channel classes. Tablet and Terminal are attended, the others are not.
const (
	ChannelUnknown  Channel = ""
	ChannelWeb      Channel = "web"
	ChannelMobile   Channel = "mobile"
	ChannelQR       Channel = "qr"
	ChannelTablet   Channel = "tablet"
	ChannelTerminal Channel = "terminal"
	ChannelSMS      Channel = "sms"
	ChannelPhone    Channel = "phone"
	ChannelOther    Channel = "other"
)

// Channels lists the known classes in the order in which they are shown.
var Channels = []Channel{
	ChannelTablet, ChannelTerminal, ChannelQR, ChannelMobile, ChannelWeb, ChannelSMS, ChannelPhone, ChannelOther,
}

// CaseKinds lists what a case may be; the first is what a case without a kind is.
var CaseKinds = []string{"case", "inquiry", "complaint", "hotline"}

// CodeMap translates the codes of one source. Nothing is guessed: a code that is
// not in the map is refused, because the two scales in use (GB/T 39046: 1 = best;
// the common interfaces: 5 = best) cannot be told apart by looking.
type CodeMap struct {
	Name     string             `json:"name"`
	Levels   map[string]uint8   `json:"levels"`          // code → 1 (very dissatisfied) … 5 (very satisfied)
	Channels map[string]Channel `json:"channels"`        // code → class
	Kinds    map[string]string  `json:"kinds,omitempty"` // case type → one of CaseKinds; none = the source writes those
	Tags     map[string]string  `json:"tags,omitempty"`  // code → our tag; none = tags stay as sent
	Times    []TimeForm         `json:"times,omitempty"` // ways to write a time besides RFC 3339
}

// MapFiveBest is the preset of the common interface style: 5 = very satisfied.
var MapFiveBest = CodeMap{
	Name:     "five-best",
	Levels:   map[string]uint8{"1": 1, "2": 2, "3": 3, "4": 4, "5": 5},
	Channels: commonChannels(),
	Times:    commonTimes(),
}

// MapGBT39046 is the preset of GB/T 39046-2020: 1 = very satisfied.
var MapGBT39046 = CodeMap{
	Name:     "gbt-39046",
	Levels:   map[string]uint8{"1": 5, "2": 4, "3": 3, "4": 2, "5": 1},
	Channels: commonChannels(),
	Times:    commonTimes(),
}

// Preset returns the bundled code map of that name.
func Preset(name string) (CodeMap, bool) {
	for _, m := range []CodeMap{MapFiveBest, MapGBT39046} {
		if m.Name == name {
			return m, true
		}
	}
	return CodeMap{}, false
}

// PresetNames lists the bundled code maps.
func PresetNames() []string { return []string{MapFiveBest.Name, MapGBT39046.Name} }

// commonChannels are the codes on which interfaces agree, and the classes. 6 and 7
// mean text message, phone or a booking by the system, by interface: never guessed.
func commonChannels() map[string]Channel {
	m := map[string]Channel{"1": ChannelWeb, "2": ChannelMobile, "3": ChannelQR, "4": ChannelTablet, "5": ChannelTerminal}
	for _, c := range Channels {
		m[string(c)] = c
	}
	return m
}

// commonTimes are the ways in which interfaces write times. Their shapes differ.
func commonTimes() []TimeForm {
	forms := make([]TimeForm, 0, 4)
	for _, pattern := range []string{"yyyy-MM-dd HH:mm:ss", "yyyyMMddHHmmss", "YYYYMMDDThhmmss", "yyyy-MM-ddTHH:mm:ss"} {
		f, err := ParseTimeForm(pattern)
		if err != nil {
			panic(err) // a constant of this program
		}
		forms = append(forms, f)
	}
	return forms
}

// StandardTags are the tag codes of the national lists, the present and the retired
// ones, each for itself. The first digit is the level that a tag belongs to.
func StandardTags() map[string]string {
	tags := make(map[string]string)
	for _, r := range [...][2]string{
		{"501", "517"}, {"401", "402"}, {"404", "413"}, {"301", "314"}, {"201", "214"}, {"101", "115"},
	} {
		for code := r[0]; code <= r[1]; code = nextCode(code) {
			tags[code] = code
		}
	}
	return tags
}

func nextCode(code string) string {
	b := []byte(code)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i]++; b[i] <= '9' {
			break
		}
		b[i] = '0'
	}
	return string(b)
}

// The bounds of a code map, far above any real one.
const (
	maxMapCodes = 2000
	maxMapTimes = 20
	maxCode     = 64 // characters
	maxTag      = 32 // characters
)

// Check returns what is wrong with the map itself.
func (m CodeMap) Check() Problems {
	var ps Problems
	switch {
	case m.Name == "":
		ps.add("name", CodeMissing, "a code map needs a name")
	case !shortText(m.Name, maxCode):
		ps.add("name", CodeInvalid, "a name has at most %d characters and no control characters", maxCode)
	}
	if len(m.Levels) == 0 {
		ps.add("levels", CodeMissing, "a code map needs levels: say which code is which level, 5 = very satisfied")
	}
	for _, code := range checkCodes(&ps, "levels", m.Levels) {
		if level := m.Levels[code]; level < 1 || level > 5 {
			ps.add("levels", CodeInvalid, "code %q must map to a level from 1 to 5", code)
		}
	}
	for _, code := range checkCodes(&ps, "channels", m.Channels) {
		if !slices.Contains(Channels, m.Channels[code]) {
			ps.add("channels", CodeInvalid, "code %q maps to no known class: use one of %s", code, channelList())
		}
	}
	for _, code := range checkCodes(&ps, "kinds", m.Kinds) {
		if !slices.Contains(CaseKinds, m.Kinds[code]) {
			ps.add("kinds", CodeInvalid, "code %q maps to no kind of case: use one of %s", code, strings.Join(CaseKinds, ", "))
		}
	}
	for _, code := range checkCodes(&ps, "tags", m.Tags) {
		if tag := m.Tags[code]; tag == "" || !shortText(tag, maxTag) {
			ps.add("tags", CodeInvalid, "code %q must map to a tag of 1 to %d characters", code, maxTag)
		}
	}
	m.checkTimes(&ps)
	return ps
}

func (m CodeMap) checkTimes(ps *Problems) {
	if len(m.Times) > maxMapTimes {
		ps.add("times", CodeTooLong, "at most %d ways to write a time", maxMapTimes)
		return
	}
	for i, f := range m.Times {
		if f == (TimeForm{}) {
			ps.add("times", CodeMissing, "a way to write a time is a layout such as yyyy-MM-dd HH:mm:ss, or epoch_s or epoch_ms")
			continue
		}
		if f.shadowed() {
			ps.add("times", CodeInvalid, "%s cannot be told from RFC 3339, which is always read", f)
		}
		for _, other := range m.Times[:i] {
			if f.ambiguous(other) {
				ps.add("times", CodeInvalid, "%s and %s cannot be told apart by looking at a time: keep one of them", other, f)
			}
		}
	}
}

// checkCodes checks the codes of a table and returns those to look at, in order.
func checkCodes[V any](ps *Problems, field string, table map[string]V) []string {
	if len(table) > maxMapCodes {
		ps.add(field, CodeTooLong, "at most %d codes", maxMapCodes)
		return nil
	}
	codes := slices.Sorted(maps.Keys(table))
	for _, code := range codes {
		if code == "" || strings.TrimSpace(code) != code || !shortText(code, maxCode) {
			ps.add(field, CodeInvalid, "a code has 1 to %d characters, none of them a control character, and no blanks around it", maxCode)
			return nil
		}
	}
	return codes
}

func shortText(s string, limit int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= limit &&
		strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
}

func (m *CodeMap) level(code string) (uint8, bool) {
	l, ok := m.Levels[code]
	return l, ok
}

func (m *CodeMap) channel(code string) (Channel, bool) {
	if code == "" {
		return ChannelUnknown, true
	}
	c, ok := m.Channels[code]
	return c, ok
}

func (m *CodeMap) levelCodes() string { return someCodes(m.Levels) }

// someCodes lists the codes of a table for a message, as long as they are few.
func someCodes[V any](table map[string]V) string {
	const shown = 20
	codes := slices.Sorted(maps.Keys(table))
	if len(codes) > shown {
		return strings.Join(codes[:shown], ", ") + ", …"
	}
	return strings.Join(codes, ", ")
}

func channelList() string {
	names := make([]string, len(Channels))
	for i, c := range Channels {
		names[i] = string(c)
	}
	return strings.Join(names, ", ")
}
