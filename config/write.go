package config

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// width is the length at which comments are wrapped.
const width = 88

const exampleHead = `The configuration of haochaping: every key with its default.

The file is looked for as ./haochaping.yaml and /etc/haochaping/haochaping.yaml; --config FILE or the variable HAOCHAPING_CONFIG names another one. Keys that are left out keep their defaults; an unknown key is an error.

Each key has an environment variable that outranks the file: HAOCHAPING_ and the key in capitals, sections joined with an underscore, such as HAOCHAPING_CLICKHOUSE_ADDRESS. Lists are written there with commas. The flags --listen, --data-dir, --log-level and --roles outrank both. Relative paths start at the working directory.`

// Example returns a configuration file that documents every key and sets it
// to its default.
func Example() []byte {
	var b bytes.Buffer
	comment(&b, "", exampleHead)
	err := writeKeys(&b, func(k key) (any, string, error) {
		value, err := k.form.parse(k.fallback)
		return value, "", err
	})
	if err != nil {
		panic(err) // a default that is no valid value; every test would see it
	}
	return b.Bytes()
}

// Write writes the effective configuration as YAML: each key with its
// documentation and with where its value came from (default, file, env or
// flag). Secrets that are set appear as <secret>.
func (c *Config) Write(w io.Writer) error {
	var b bytes.Buffer
	head := "The configuration in force; no file was read."
	if c.file != "" {
		head = "The configuration in force, with " + strconv.Quote(c.file) + " read."
	}
	comment(&b, "", head)
	err := writeKeys(&b, func(k key) (any, string, error) {
		value, err := c.field(k.path)
		return value, c.origins[k.path], err
	})
	if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}

// writeKeys writes all keys; value gives a key's value and a remark to stand
// behind it, or none.
func writeKeys(b *bytes.Buffer, value func(key) (any, string, error)) error {
	last := ""
	for _, k := range keys {
		v, remark, err := value(k)
		if err != nil {
			return fmt.Errorf("key %s: %w", k.path, err)
		}
		scalar, err := encode(v)
		if err != nil {
			return fmt.Errorf("key %s: %w", k.path, err)
		}
		section, name, nested := strings.Cut(k.path, ".")
		indent := "  "
		if !nested {
			section, name, indent = "", k.path, ""
		}
		b.WriteByte('\n')
		if section != last {
			b.WriteString(section + ":\n")
			last = section
		}
		comment(b, indent, k.doc)
		b.WriteString(indent + name + ": " + scalar)
		if remark != "" {
			b.WriteString(" # " + printable(remark))
		}
		b.WriteByte('\n')
	}
	return nil
}

// printable keeps a file's odd name within its comment.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

// comment writes text as comment lines of bounded width; newlines stay.
func comment(b *bytes.Buffer, indent, text string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := indent + "#"
		for word := range strings.FieldsSeq(paragraph) {
			if len(line)+1+len(word) > width && line != indent+"#" {
				b.WriteString(line + "\n")
				line = indent + "#"
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
}

// encode writes a value so that the key's form reads it back.
func encode(value any) (string, error) {
	switch v := value.(type) {
	case time.Duration:
		value = short(v)
	case Size:
		value = v.String()
	case Zone:
		value = v.String()
	case slog.Level:
		value = strings.ToLower(v.String())
	case Roles:
		return encodeList(v)
	case []string:
		return encodeList(v)
	case []AccessRule:
		return encodeList(v)
	case []Stretch:
		return encodeList(v)
	case []netip.Prefix:
		return encodeList(v)
	}
	data, err := yaml.Marshal(value)
	return strings.TrimSuffix(string(data), "\n"), err
}

func encodeList[E any](list []E) (string, error) {
	node := yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, e := range list {
		item := yaml.Node{}
		item.SetString(fmt.Sprint(e))
		node.Content = append(node.Content, &item)
	}
	data, err := yaml.Marshal(&node)
	return strings.TrimSuffix(string(data), "\n"), err
}

// field returns the value of a key from the struct, so that what is printed is
// what the program uses.
func (c *Config) field(path string) (any, error) {
	v := reflect.ValueOf(c).Elem()
	for name := range strings.SplitSeq(path, ".") {
		field, ok := taggedField(v, name)
		if !ok {
			return nil, fmt.Errorf("no field is tagged %q", name)
		}
		v = field
	}
	return v.Interface(), nil
}

func taggedField(v reflect.Value, tag string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("mapstructure") == tag {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}
