package app

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// answer is what came back: its status, and everything that it tells, in clear.
type answer struct {
	status int
	head   http.Header
	raw    string
	text   string // headers and body, unpacked, with every escape undone
}

// unfinished reports whether a part of a page could not be read in time.
func (a *answer) unfinished() bool {
	return a.status == http.StatusServiceUnavailable || strings.Contains(a.raw, ` class="incident"`) || strings.Contains(a.raw, " data-pending")
}

// changing is what differs from answer to answer.
var changing = regexp.MustCompile(`(?m)^(Date|Server-Timing|Content-Length|Set-Cookie):.*$|/check/[^"/?\s]+|\d+ (s|ms)\b`)

// openAnswer reads all that an answer tells.
func openAnswer(status int, head http.Header, body []byte) (answer, error) {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(head)) {
		fmt.Fprintf(&text, "%s: %s\n", name, strings.Join(head[name], ", "))
	}
	err := unpack(&text, body)
	return answer{status: status, head: head, raw: string(body), text: unescaped(text.String())}, err
}

// unpack writes a body, or the files in it if it is an archive.
func unpack(out *strings.Builder, body []byte) error {
	if !bytes.HasPrefix(body, []byte("PK\x03\x04")) {
		out.Write(body)
		return nil
	}
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return err
	}
	slices.SortFunc(archive.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			return err
		}
		inside, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
		fmt.Fprintf(out, "\n%s\n", file.Name)
		if err := unpack(out, inside); err != nil {
			return err
		}
	}
	return nil
}

var (
	jsonEscape = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)
	pathEscape = regexp.MustCompile(`(%[0-9a-fA-F]{2})+`)
)

// unescaped undoes the escapes of JSON, HTML and addresses, until none is left.
func unescaped(s string) string {
	for range 3 {
		before := s
		s = jsonEscape.ReplaceAllStringFunc(s, func(e string) string {
			n, _ := strconv.ParseUint(e[2:], 16, 16)
			return string(rune(n))
		})
		s = html.UnescapeString(s)
		s = pathEscape.ReplaceAllStringFunc(s, func(e string) string {
			plain, err := url.PathUnescape(e)
			if err != nil || !utf8.ValidString(plain) {
				return e
			}
			return plain
		})
		if s == before {
			break
		}
	}
	return s
}

// without takes out of a text what the asker sent: whole words only, so that what begins with one stays.
func without(text string, sent []string) string {
	for _, word := range sent {
		lower, at := strings.ToLower(text), 0
		if len(lower) != len(text) { // a letter whose small form is longer
			lower = text
		}
		var out strings.Builder
		for {
			i := strings.Index(lower[at:], strings.ToLower(word))
			if i < 0 {
				break
			}
			end := at + i + len(word)
			next, _ := utf8.DecodeRuneInString(text[end:])
			out.WriteString(text[at : at+i])
			if unicode.IsLetter(next) || unicode.IsDigit(next) || next == '-' {
				out.WriteString(text[at+i : end])
			} else {
				out.WriteString("@")
			}
			at = end
		}
		out.WriteString(text[at:])
		text = out.String()
	}
	return text
}

// marks are the letters of the cities that a text tells something of.
func marks(text string) (letters string) {
	lower := strings.ToLower(text)
	for _, s := range []*side{&sideA, &sideB} {
		if strings.Contains(lower, s.word) || strings.Contains(text, s.sign) || strings.Contains(lower, s.review.String()) {
			letters += s.letter
		}
	}
	return letters
}

// around is where a city is told of.
func around(text string, s *side) string {
	for _, mark := range []string{s.word, s.sign, s.review.String()} {
		if i := strings.Index(strings.ToLower(text), mark); i >= 0 {
			return strconv.Quote(strings.ToValidUTF8(text[max(0, i-120):min(len(text), i+120)], ""))
		}
	}
	return ""
}
