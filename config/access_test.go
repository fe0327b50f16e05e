package config

import (
	"strings"
	"testing"
)

func TestAccessRules(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"roles=leader regions=* departments=*":              "the group of a rule is missing, or is no name",
		"group=%0A roles=auditor":                           "the group of a rule is missing, or is no name",
		"group=%zz roles=auditor":                           "the group of a rule is missing, or is no name",
		"group=a":                                           "a rule lacks roles=",
		"group=a roles=leader departments=*":                "a rule lacks regions=",
		"group=a roles=leader regions=*":                    "a rule lacks departments=",
		"group=a roles=auditor regions=*":                   "a rule lacks departments=",
		"group=a roles=auditor+leader":                      "a rule lacks regions=",
		"group=a roles=":                                    "a rule has nothing behind roles=",
		"group=a group=b roles=auditor":                     "a rule has group= twice",
		"group=a roles=auditor scope=*":                     "a rule holds something other than group=, roles=, regions= and departments=",
		"group=a roles=root":                                "a rule gives a role that is not leader, evaluator, handler, operator, administrator or auditor",
		"group=a roles=auditor+auditor":                     "a rule has one of its roles twice",
		"group=a roles=leader regions=*+9901 departments=*": "a rule has * and others besides in regions=",
		"group=a roles=leader regions=9901+ departments=*":  "one of a rule's regions is empty, too long or damaged",
		"group=a roles=auditor,group=a roles=auditor":       "an element is there twice",
		strings.Repeat("group=a roles=auditor,", 3) + "x":   "an element is there twice",
		"group=a roles=leader regions=" + strings.Repeat("9", 65) + " departments=*": "one of a rule's regions is empty, too long or damaged",
	} {
		if _, err := accessRules().parse(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	many := make([]string, maxRules+1)
	for i := range many {
		many[i] = "group=g" + strings.Repeat("x", i) + " roles=auditor"
	}
	if _, err := accessRules().parse(strings.Join(many[:maxRules], ",")); err != nil {
		t.Error(err)
	}
	if _, err := accessRules().parse(strings.Join(many, ",")); err == nil {
		t.Error("any number of rules is accepted")
	}
}

// A rule is printed so that it is read back.
func FuzzAccessRule(f *testing.F) {
	f.Add("group=CN=a%20b%2COU=c%25 roles=leader+auditor regions=9901+9902 departments=*")
	f.Add("group=a roles=auditor")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseAccessRule(text)
		if err != nil || strings.Contains(text, ",") {
			return
		}
		again, err := parseAccessRule(r.String())
		if err != nil || again.String() != r.String() || again.Group != r.Group {
			t.Errorf("%q: %q, %v", text, again, err)
		}
	})
}
