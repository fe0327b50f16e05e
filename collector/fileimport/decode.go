package fileimport

import (
	"bufio"
	"io"
)

// Decode returns a text in UTF-8, without byte order mark, whether it is written in that or in
// GB18030, and its encoding. Bytes that are no character of it come out as U+FFFD, or, in a file of
// UTF-8, as they are.
func Decode(r io.Reader) (text io.Reader, name string, err error) {
	l, name, err := openText(bufio.NewReaderSize(r, sniffed), "")
	if err != nil {
		return nil, "", err
	}
	if l.decoder != nil {
		return l.decoder.Reader(l.r), name, nil
	}
	return l.r, name, nil
}
