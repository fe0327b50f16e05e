package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdPack opens a pack of evidence, checks every file against its manifest, and leaves the named files in the script's
// folder: pack FILE.zip agrees|differs NAME….
func cmdPack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: pack FILE.zip agrees|differs NAME…")
	}
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { ts.Check(z.Close()) }()
	files := make(map[string][]byte)
	for _, f := range z.File {
		r, err := f.Open()
		ts.Check(err)
		text, err := io.ReadAll(r)
		ts.Check(err)
		files[f.Name] = text
	}
	var m struct {
		Check struct{ Agrees bool }
		Files []struct {
			Name, SHA256 string
			Bytes, Rows  int
		}
	}
	ts.Check(json.Unmarshal(files["manifest.json"], &m))
	if m.Check.Agrees != (args[1] == "agrees") {
		ts.Fatalf("%s", files["manifest.json"])
	}
	if len(m.Files) != len(files)-1 {
		ts.Fatalf("the manifest names %d files of %d", len(m.Files), len(files)-1)
	}
	for _, f := range m.Files {
		text := files[f.Name]
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != f.SHA256 || len(text) != f.Bytes {
			ts.Fatalf("%s is not what the manifest says", f.Name)
		}
		if !strings.HasSuffix(f.Name, ".csv") {
			continue
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll() // which are of equal length
		ts.Check(err)
		if len(rows) != f.Rows+1 {
			ts.Fatalf("%s has %d rows, not %d", f.Name, len(rows)-1, f.Rows)
		}
	}
	for _, name := range args[2:] {
		ts.Check(os.WriteFile(ts.MkAbs(name), files[name], 0o600))
	}
}
