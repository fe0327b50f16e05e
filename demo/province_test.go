package demo

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/directory"
)

func TestProvinceHasItsSize(t *testing.T) {
	for seed := range uint64(5) {
		p := NewProvince(seed)
		dir, problems := p.Directory()
		if len(problems) > 0 {
			t.Fatalf("seed %d: the directory has problems: %v", seed, problems)
		}
		if len(p.Halls) != 900 || len(p.Windows) != 6000 || len(dir.Lines()) != 45 || len(p.Items) < 2000 {
			t.Errorf("seed %d: %d halls, %d windows, %d lines, %d items", seed, len(p.Halls), len(p.Windows), len(dir.Lines()), len(p.Items))
		}
		levels := map[string]int{}
		for _, r := range p.Regions {
			levels[r.LevelName]++
		}
		if levels["省"] != 1 || levels["市"] != 7 || levels["区县"] != 60 || levels["乡镇街道"] < 750 || levels["村社区"] < 4000 {
			t.Errorf("seed %d: regions by level %v", seed, levels)
		}
		for _, r := range dir.Children("9907") {
			if r.LevelName != "乡镇街道" {
				t.Errorf("seed %d: below the city without counties lies %s, a %s", seed, r.Code, r.LevelName)
			}
		}
	}
}

func TestProvinceIsInvented(t *testing.T) {
	p := NewProvince(DefaultSeed)
	for _, r := range p.Regions {
		if !strings.HasPrefix(r.Code, "99") || directory.CanonicalRegion(r.Code) != r.Code {
			t.Errorf("region %s is no short code of the invented province", r.Code)
		}
		if !strings.Contains(r.NameEN, "(demo)") {
			t.Errorf("region %s: %q does not say that it is a demo", r.Code, r.NameEN)
		}
	}
	for _, h := range p.Halls {
		if !strings.HasPrefix(h.Code, "99") {
			t.Errorf("hall %s does not begin with 99", h.Code)
		}
	}
	for _, d := range p.Departments {
		if err := directory.CheckCreditCode(d.Code); err != nil || d.Code[:4] != "1199" {
			t.Errorf("department %s is none of the invented province: %v", d.Code, err)
		}
	}
	for _, i := range p.Items {
		if len(i.Code) != 31 || i.Code[:18] != i.Department {
			t.Errorf("item %s does not begin with its department %s or has not 31 characters", i.Code, i.Department)
		}
	}
}

// TestNoRealName compares with the real division names of the check data.
func TestNoRealName(t *testing.T) {
	root := os.Getenv("HAOCHAPING_CHECKDATA")
	if root == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("HAOCHAPING_CHECKDATA is not set: the names cannot be compared with real ones")
		}
		t.Skip("HAOCHAPING_CHECKDATA is not set: set it to the folder with divisions/")
	}
	published := map[string]bool{}
	for _, name := range []string{"provinces.csv", "cities.csv", "areas.csv", "streets.csv.gz"} {
		readNames(t, filepath.Join(root, "divisions", name), published)
	}
	if len(published) < 30_000 {
		t.Fatalf("only %d real names were read", len(published))
	}
	for seed := range uint64(3) {
		for _, r := range NewProvince(seed).Regions {
			if published[r.Name] || published[strings.TrimSuffix(r.Name, "（演示）")] {
				t.Errorf("region %s has the name of a real place: %s", r.Code, r.Name)
			}
		}
	}
}

func readNames(t *testing.T, path string, names map[string]bool) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatalf("read %s: %v", path, err)
	}
	for _, row := range rows[1:] {
		names[row[1]] = true
	}
}

func TestProvinceFollowsItsSeed(t *testing.T) {
	a, b, c := NewProvince(7), NewProvince(7), NewProvince(8)
	if diff := cmp.Diff(a.Windows, b.Windows) + cmp.Diff(a.Regions, b.Regions) + cmp.Diff(a.Items, b.Items); diff != "" {
		t.Errorf("one seed gave two provinces: %s", diff)
	}
	if cmp.Equal(a.Regions, c.Regions) {
		t.Error("two seeds gave the same regions")
	}
}

// TestCSVIsImportable reads the files back as `directory import` does.
func TestCSVIsImportable(t *testing.T) {
	p := NewProvince(DefaultSeed)
	files := map[string]*bytes.Buffer{}
	for _, kind := range CSVKinds() {
		files[kind] = &bytes.Buffer{}
		if err := p.WriteCSV(kind, files[kind]); err != nil {
			t.Fatal(err)
		}
	}
	regions, _, ps := directory.ReadRegions(files["regions"])
	halls, _, ps2 := directory.ReadHalls(files["halls"])
	windows, ps3 := directory.ReadWindows(files["windows"])
	departments, _, ps4 := directory.ReadDepartments(files["departments"])
	items, _, ps5 := directory.ReadItems(files["items"])
	for _, list := range [][]directory.Problem{ps, ps2, ps3, ps4, ps5} {
		if len(list) > 0 {
			t.Fatalf("the files have problems: %v", list[:min(len(list), 5)])
		}
	}
	for i := range regions {
		if !cmp.Equal(regions[i].Aliases, []string{MarkZH}) {
			t.Fatalf("region %s is not marked %s", regions[i].Code, MarkZH)
		}
		regions[i].Aliases = nil
	}
	diff := cmp.Diff(p.Regions, regions) + cmp.Diff(p.Halls, halls) + cmp.Diff(p.Windows, windows) +
		cmp.Diff(p.Departments, departments) + cmp.Diff(p.Items, items)
	if diff != "" {
		t.Errorf("what was read differs from what was written: %s", diff)
	}
	if err := p.WriteCSV("clerks", io.Discard); err == nil {
		t.Error("an unknown kind was written")
	}
}
