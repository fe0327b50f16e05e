package fileimport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"haochaping/record"
)

// The encodings of text files.
const (
	UTF8    = "utf-8"
	UTF8BOM = "utf-8 with BOM"
	GB18030 = "gb18030"
)

// sniffed is how much of a file decides on its encoding.
const sniffed = 1 << 20

// FileError says why a file as a whole cannot be read, and where.
type FileError struct {
	Line   int64 // 0 = no line in particular
	Reason string
}

// Error names the line, if there is one.
func (e *FileError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return e.Reason
}

// lines reads the lines of a text and decodes them.
type lines struct {
	r       *bufio.Reader
	decoder *encoding.Decoder // nil = UTF-8
	line    int64             // last read, from 1
	offset  int64             // bytes before the next line, unpacked
}

// openText finds out the encoding. wanted is that of the mapping, "" = find out.
func openText(r *bufio.Reader, wanted string) (*lines, string, error) {
	sample, err := r.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", fmt.Errorf("read the file: %w", err)
	}
	whole := errors.Is(err, io.EOF)
	l := &lines{r: r}
	if bytes.HasPrefix(sample, []byte("\xff\xfe")) || bytes.HasPrefix(sample, []byte("\xfe\xff")) {
		return nil, "", &FileError{Reason: "the file is UTF-16: save it as UTF-8"}
	}
	if i := bytes.IndexByte(sample, 0); i >= 0 {
		return nil, "", &FileError{Line: lineAt(sample, i), Reason: fmt.Sprintf("a zero byte (byte %d): the file is no text, or UTF-16; save it as UTF-8", i+1)}
	}
	name := wanted
	bom := bytes.HasPrefix(sample, []byte("\ufeff"))
	switch {
	case bom && wanted != GB18030:
		if _, err := r.Discard(len("\ufeff")); err != nil {
			return nil, "", fmt.Errorf("read the file: %w", err)
		}
		l.offset, name = int64(len("\ufeff")), UTF8BOM
	case wanted == "":
		if name, err = detect(sample, whole); err != nil {
			return nil, "", err
		}
	}
	if name == GB18030 {
		l.decoder = simplifiedchinese.GB18030.NewDecoder()
	}
	return l, name, nil
}

// lineAt is the line of a place in a text, from 1.
func lineAt(text []byte, place int) int64 {
	return int64(bytes.Count(text[:place], []byte("\n"))) + 1
}

// detect decides between UTF-8 and GB18030. It is certain or it refuses: text of
// another encoding can be valid GB18030 and mean nothing, so GB18030 is believed
// only where nearly all its characters are everyday ones, which Latin-1, Big5 and
// Shift-JIS do not look like.
func detect(sample []byte, whole bool) (string, error) {
	multi, broken, first := countUTF8(sample, whole)
	if broken == 0 || multi >= 10*broken {
		return UTF8, nil // broken bytes are refused with their rows
	}
	everyday, odd, invalid := countGB18030(sample, whole)
	if everyday >= 4 && everyday >= 9*odd+20*invalid {
		return GB18030, nil
	}
	return "", &FileError{Line: lineAt(sample, first), Reason: fmt.Sprintf(
		"byte %d (%#02x) is not UTF-8, and the text does not look like GB18030: save the file as UTF-8, or say encoding: in the mapping", first+1, sample[first])}
}

// countUTF8 counts characters of more than one byte and bytes that are none.
func countUTF8(sample []byte, whole bool) (multi, broken, first int) {
	first = -1
	for i := 0; i < len(sample); {
		r, size := utf8.DecodeRune(sample[i:])
		switch {
		case size > 1:
			multi++
		case r == utf8.RuneError:
			if !whole && !utf8.FullRune(sample[i:]) {
				return multi, broken, first
			}
			if broken++; first < 0 {
				first = i
			}
		}
		i += size
	}
	return multi, broken, first
}

// countGB18030 counts everyday characters (the first level of GB 2312, and its
// punctuation), those that speak against GB18030, and bytes that are no character. A
// character beside an ASCII letter speaks against it: it looks like a letter with an
// accent.
func countGB18030(sample []byte, whole bool) (everyday, odd, invalid int) {
	letter := func(i int) bool {
		return i >= 0 && i < len(sample) && (sample[i]|0x20 >= 'a' && sample[i]|0x20 <= 'z')
	}
	for i := 0; i < len(sample); {
		size, ok := gbSize(sample[i:])
		lead := sample[i]
		switch {
		case !ok && !whole && len(sample)-i < 4:
			return everyday, odd, invalid
		case !ok:
			invalid++
		case size == 1:
		case size == 4 || sample[i+1] < 0xa1 || letter(i+size) || i > 0 && letter(i-1) && (i < 2 || sample[i-2] < 0x80):
			odd++
		case lead >= 0xb0 && lead <= 0xd7 || lead >= 0xa1 && lead <= 0xa9:
			everyday++
		}
		i += size
	}
	return everyday, odd, invalid
}

// gbSize is the length of the character at the beginning of a GB18030 text by its
// form; ok is false for a byte that begins none.
func gbSize(b []byte) (size int, ok bool) {
	in := func(i int, low, high byte) bool { return len(b) > i && b[i] >= low && b[i] <= high }
	switch {
	case b[0] < 0x80:
		return 1, true
	case !in(0, 0x81, 0xfe):
		return 1, false
	case in(1, 0x40, 0x7e) || in(1, 0x80, 0xfe):
		return 2, true
	case in(1, 0x30, 0x39) && in(2, 0x81, 0xfe) && in(3, 0x30, 0x39):
		return 4, true
	}
	return 1, false
}

// next reads one line without its end. What is wrong with its bytes is a problem of
// the line; then text is the line with the wrong bytes replaced, for its structure
// only. io.EOF comes after the last line.
func (l *lines) next() (text string, p *record.Problem, err error) {
	raw, err := l.r.ReadSlice('\n')
	if len(raw) == 0 && errors.Is(err, io.EOF) {
		return "", nil, io.EOF
	}
	l.line++
	start := l.offset
	l.offset += int64(len(raw))
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", problem(record.CodeTooLong, "the line is longer than 1 MiB"), l.skip()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", nil, fmt.Errorf("read the file after line %d: %w", l.line, err)
	}
	raw = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	if l.decoder == nil {
		text = string(raw)
		if utf8.ValidString(text) {
			return text, nil, nil
		}
		_, _, at := countUTF8(raw, true)
		return string(bytes.ToValidUTF8(raw, []byte("\ufffd"))), l.broken(at, start, "UTF-8"), nil
	}
	return l.decode(raw, start)
}

func (l *lines) broken(at int, start int64, name string) *record.Problem {
	return problem(record.CodeMalformed, "line %d, byte %d (byte %d of the file) is not %s: correct the byte, nothing is guessed", l.line, at+1, start+int64(at)+1, name)
}

// skip leaves out the rest of a line.
func (l *lines) skip() error {
	for {
		raw, err := l.r.ReadSlice('\n')
		l.offset += int64(len(raw))
		switch {
		case err == nil || errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("read the file in line %d: %w", l.line, err)
		}
	}
}

func (l *lines) decode(raw []byte, start int64) (string, *record.Problem, error) {
	out, err := l.decoder.Bytes(raw)
	if err != nil {
		return "", nil, fmt.Errorf("decode line %d: %w", l.line, err)
	}
	if !bytes.ContainsRune(out, utf8.RuneError) {
		return string(out), nil, nil
	}
	for i := 0; i < len(raw); {
		size, ok := gbSize(raw[i:])
		if !ok {
			return string(out), l.broken(i, start, "GB18030"), nil
		}
		char, err := l.decoder.Bytes(raw[i : i+size])
		if err != nil || bytes.ContainsRune(char, utf8.RuneError) {
			return string(out), l.broken(i, start, "GB18030"), nil
		}
		i += size
	}
	return string(out), nil, nil
}
