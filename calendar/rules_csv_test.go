package calendar

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseWorkdays(t *testing.T) {
	want := []WorkdayRule{
		{day("2027-01-01"), false, "元旦"}, {day("2027-02-14"), true, "春节"}, {day("2027-10-01"), false, ""},
	}
	for name, text := range map[string]string{
		"English": "date,working,name\n2027-01-01,no,元旦\n2027-02-14,YES,春节\n2027-10-01,0,\n",
		"Chinese": "\ufeff名称,日期,上班\r\n元旦,2027-01-01,否\r\n春节, 2027-02-14 ,是\r\n\r\n,2027-10-01,放假\r\n",
		"no name": "date,working,name\n2027-01-01,false,元旦\n2027-02-14,1,春节\n2027-10-01,no\n",
	} {
		got, err := ParseWorkdays(strings.NewReader(text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestParseWorkdaysErrors(t *testing.T) {
	text := "date,working,name\n" +
		"2027-02-30,no,x\n" +
		"2027-01-01,maybe,元旦\n" +
		"2027-01-04,no,one\n" +
		"2027-01-04,yes,two\n" +
		"2051-01-01,no,far\n" +
		"2027-01-05,no," + strings.Repeat("长", maxRuleName+1) + "\n" +
		"2027-01-06,no,\"two\nlines\"\n" +
		"2027-01-07,n\"o,x\n" +
		"2027-10-02,yes,国庆节\n"
	rules, err := ParseWorkdays(strings.NewReader(text))
	if err == nil || rules != nil {
		t.Fatalf("%v, %v", rules, err)
	}
	for _, want := range []string{
		"line 2: read day \"2027-02-30\"", "line 3: working is \"maybe\"", "line 5: 2027-01-04 is on line 4 already",
		"line 6: 2051-01-01: working days can be known from 2000 to 2050", "line 7: name", "line 8: name", "line 10: bare",
		"line 11: 2027-10-02 is a statutory holiday (国庆节) and cannot be worked",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	for name, text := range map[string]string{"empty": "", "no working": "date,name\n", "no date": "working\n"} {
		if _, err := ParseWorkdays(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%s: %v", name, err)
		}
	}
	many := "date,working\n" + strings.Repeat("x,y\n", 1000)
	if _, err := ParseWorkdays(strings.NewReader(many)); err == nil || strings.Count(err.Error(), "\n") != maxBadLines {
		t.Errorf("a thousand bad lines: %v", err)
	}
}

func FuzzParseWorkdays(f *testing.F) {
	f.Add([]byte("date,working,name\n2027-01-01,no,元旦\n"))
	f.Add([]byte("日期,上班\n\"2027-01-01\",是"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := ParseWorkdays(bytes.NewReader(text))
		if err != nil && rules != nil {
			t.Fatal("rules beside an error")
		}
		BuiltIn().With(rules)
	})
}
