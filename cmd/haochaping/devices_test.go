package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdDeviceList writes a CSV file of devices, so many in each hall: devicelist FILE N PER-HALL.
func cmdDeviceList(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: devicelist FILE N PER-HALL")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	perHall, err := strconv.Atoi(args[2])
	ts.Check(err)
	var b bytes.Buffer
	b.WriteString("name,hall,window,from\n")
	for i := range n {
		fmt.Fprintf(&b, "D-%05d,H-%03d,%d,\n", i+1, i/perHall+1, i%perHall+1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}
