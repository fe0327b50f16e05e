package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/csv"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// cmdCertify writes cert.pem and key.pem of a new certificate for 127.0.0.1: certify SERIAL.
func cmdCertify(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: certify SERIAL")
	}
	serial, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		ts.Check(os.WriteFile(ts.MkAbs(name), pem.EncodeToMemory(block), 0o600))
	}
}

// cmdSerial connects to the server, trusting one certificate alone, until the server's has
// the serial number, 15 s at most: serial NUMBER FILE.
func cmdSerial(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serial NUMBER FILE")
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM([]byte(ts.ReadFile(args[1]))) {
		ts.Fatalf("%s holds no certificate", args[1])
	}
	var err error
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if err = checkSerial(ts.Getenv("ADDRESS"), trusted, args[0]); err == nil {
			return
		}
	}
	ts.Fatalf("not within 15 s: %v", err)
}

func checkSerial(address string, trusted *x509.CertPool, want string) error {
	conn, err := tls.Dial("tcp", address, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: trusted})
	if err != nil {
		return err
	}
	got := conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
	if err := conn.Close(); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the certificate has the number %s", got)
	}
	return nil
}

// cmdEncode writes a file in GB18030: encode FROM TO.
func cmdEncode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: encode FROM TO")
	}
	text, err := simplifiedchinese.GB18030.NewEncoder().String(ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// cmdWorkbook writes a CSV file as a workbook: workbook FROM TO.
func cmdWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: workbook FROM TO")
	}
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	book := excelize.NewFile()
	for i, row := range rows {
		ts.Check(book.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &row))
	}
	ts.Check(book.SaveAs(ts.MkAbs(args[1])))
	ts.Check(book.Close())
}

// cmdDamage flips one bit in the middle of the largest of the files that a pattern names,
// and back when it is called again.
func cmdDamage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage PATTERN")
	}
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	best, size := "", int64(0)
	for _, f := range files {
		info, err := os.Stat(f)
		ts.Check(err)
		if info.Size() > size {
			best, size = f, info.Size()
		}
	}
	if best == "" {
		ts.Fatalf("no file is called %s", args[0])
	}
	b, err := os.ReadFile(best)
	ts.Check(err)
	b[size/2] ^= 0x10
	ts.Check(os.WriteFile(best, b, 0o600))
}
