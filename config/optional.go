package config

import (
	"encoding/base64"
	"errors"
)

// optional allows an empty value besides.
func optional(f form) form {
	return form{
		want: f.want + ", or nothing",
		parse: func(s string) (any, error) {
			if s == "" {
				return "", nil
			}
			return f.parse(s)
		},
	}
}

// key32 is a key of 32 bytes in base64.
func key32() form {
	return form{
		want: "32 bytes in base64",
		parse: func(s string) (any, error) {
			if b, err := base64.StdEncoding.DecodeString(s); err != nil || len(b) != 32 {
				return nil, errors.New("it is not 32 bytes in base64")
			}
			return s, nil
		},
	}
}
