package record

import (
	"slices"
	"strings"
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

// CodeMap translates the codes of one source. Nothing is guessed: a code that is
// not in the map is refused, because the two scales in use (GB/T 39046: 1 = best;
// the common interfaces: 5 = best) cannot be told apart by looking.
type CodeMap struct {
	Name     string             `yaml:"name" json:"name"`
	Levels   map[string]uint8   `yaml:"levels" json:"levels"`     // code → 1 (very dissatisfied) … 5 (very satisfied)
	Channels map[string]Channel `yaml:"channels" json:"channels"` // code → class
}

// MapFiveBest is the preset of the common interface style: 5 = very satisfied.
var MapFiveBest = CodeMap{
	Name:     "five-best",
	Levels:   map[string]uint8{"1": 1, "2": 2, "3": 3, "4": 4, "5": 5},
	Channels: commonChannels(),
}

// MapGBT39046 is the preset of GB/T 39046-2020: 1 = very satisfied.
var MapGBT39046 = CodeMap{
	Name:     "gbt-39046",
	Levels:   map[string]uint8{"1": 5, "2": 4, "3": 3, "4": 2, "5": 1},
	Channels: commonChannels(),
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

func commonChannels() map[string]Channel {
	m := map[string]Channel{"1": ChannelWeb, "2": ChannelMobile, "3": ChannelQR, "4": ChannelTablet, "5": ChannelTerminal}
	for _, c := range Channels {
		m[string(c)] = c
	}
	return m
}

// Check returns what is wrong with the map itself.
func (m CodeMap) Check() Problems {
	var ps Problems
	if m.Name == "" {
		ps.add("name", CodeMissing, "a code map needs a name")
	}
	if len(m.Levels) == 0 {
		ps.add("levels", CodeMissing, "a code map needs levels: say which code is which level, 5 = very satisfied")
	}
	for code, level := range m.Levels {
		if level < 1 || level > 5 {
			ps.add("levels", CodeInvalid, "code %q must map to a level from 1 to 5", code)
		}
	}
	for code, class := range m.Channels {
		if !slices.Contains(Channels, class) {
			ps.add("channels", CodeInvalid, "code %q maps to no known class: use one of %s", code, channelList())
		}
	}
	return ps
}

func (m CodeMap) level(code string) (uint8, bool) {
	l, ok := m.Levels[code]
	return l, ok
}

func (m CodeMap) channel(code string) (Channel, bool) {
	if code == "" {
		return ChannelUnknown, true
	}
	c, ok := m.Channels[code]
	return c, ok
}

func (m CodeMap) levelCodes() string {
	codes := make([]string, 0, len(m.Levels))
	for c := range m.Levels {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	return strings.Join(codes, ", ")
}

func channelList() string {
	names := make([]string, len(Channels))
	for i, c := range Channels {
		names[i] = string(c)
	}
	return strings.Join(names, ", ")
}
