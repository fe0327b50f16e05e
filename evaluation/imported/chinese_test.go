package imported

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// Every message of this package has a Chinese sentence, whatever stands in its gaps.
func TestEveryMessageInChinese(t *testing.T) {
	check := func(message string) {
		t.Helper()
		got := Problem{Message: message}.In("zh")
		if strings.HasPrefix(got, "文件无法读取") || !strings.ContainsFunc(got, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || strings.Contains(got, "$") {
			t.Errorf("%q in Chinese: %q", message, got)
		}
		if en := (Problem{Message: message}).In("en"); en != message {
			t.Errorf("%q in English: %q", message, en)
		}
	}
	// What the sources say: the literals that begin a message.
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	literal := regexp.MustCompile(`"((?:is|has|lies|stands|repeats|differs|none of|more than|the header|the workbook has|the file is larger|line %d|%d more|%s: more)[^"]*)"`)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "template.go" || file == "guidance.go" || file == "chinese.go" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			message := regexp.MustCompile(`%[dvws]`).ReplaceAllString(m[1], "7")
			switch {
			case strings.HasSuffix(message, "write ") || strings.HasSuffix(message, "at most ") || strings.HasSuffix(message, "repeats ") ||
				strings.HasSuffix(message, "the column ") || strings.HasSuffix(message, "from "):
				continue // goes on; below
			case strings.HasSuffix(message, ": "):
				message += dayHelp
			}
			found++
			check(message)
		}
	}
	if found < 15 {
		t.Errorf("%d messages found in the sources", found)
	}
	bad := Value{Unit: " x", Indicator: strings.Repeat("x", 201), AsOf: 1, Value: math.NaN(), SE: -1, Attachment: "x"}
	for _, fault := range append(bad.Check(), (&Value{SE: 1}).Check()...) {
		check(fault.Message)
	}
	_, problems := Read(strings.NewReader("单位,指标,截止日期,数值,来原,数值\nA,x,2026-06-30,1,2,3\nA,x,2026-06-30,1\nA,x,2026-06-30,2\n"), CSV)
	taken, refused := ReadChecked(strings.NewReader("unit,indicator,as_of,value\nA,x,2026-06-30,1\nB,x,2026-06-30,1\nA1,x,2026-06-30,3\n"), CSV, func(v *Value) []Fault {
		if v.Unit == "B" {
			return []Fault{{"unit", UnknownUnit}}
		}
		v.Unit = "A1" // two spellings of one unit meet
		return nil
	})
	if len(taken) != 1 || taken[0].Unit != "A1" || len(refused) != 2 || refused[0].Cell != "A3" || refused[0].Found != "B" || refused[1].Cell != "D4" {
		t.Errorf("with rules of one's own: %+v, %+v", taken, refused)
	}
	problems = append(problems, refused...)
	_, more := Read(strings.NewReader("unit,indicator\n"), CSV)
	var rows bytes.Buffer
	rows.WriteString("unit,indicator,as_of,value\n")
	for i := range MaxProblems + 5 {
		fmt.Fprintf(&rows, "u%d,x,2026-06-30,none\n", i)
	}
	_, many := Read(&rows, CSV)
	for _, p := range append(append(problems, more...), many...) {
		check(p.Message)
	}
	if p := many[0]; p.Found != "none" || p.Cell != "D2" {
		t.Errorf("of the first cell: %+v", p)
	}
	if FieldName("as_of", "zh") != "截止日期" || FieldName("as_of", "en") != "as_of" || FieldName("", "zh") != "" {
		t.Error("names of fields")
	}
}
