package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// issue writes a new certificate with a serial number and returns its two files.
func issue(t *testing.T, dir string, serial int64) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	return certFile, keyFile
}

// write writes a file whose time of change lies in the test's own time.
func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(name, time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
}

func serial(t *testing.T, c *certificate) int64 {
	t.Helper()
	pair, err := c.get(nil)
	if err != nil {
		t.Fatal(err)
	}
	return pair.Leaf.SerialNumber.Int64()
}

func TestCertificateIsRenewedWithoutRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		certFile, keyFile := issue(t, dir, 1)
		c, err := newCertificate(certFile, keyFile, discard)
		if err != nil {
			t.Fatal(err)
		}
		step := func(when string, want int64) {
			t.Helper()
			time.Sleep(certificateCheck)
			if got := serial(t, c); got != want {
				t.Errorf("%s: the certificate has number %d, want %d", when, got, want)
			}
		}
		step("unchanged", 1)
		issue(t, dir, 2)
		if got := serial(t, c); got != 1 {
			t.Errorf("the files are looked at for every connection: number %d at once", got)
		}
		step("renewed", 2)

		old, err := os.ReadFile(keyFile)
		if err != nil {
			t.Fatal(err)
		}
		issue(t, dir, 3)
		renewed, err := os.ReadFile(keyFile)
		if err != nil {
			t.Fatal(err)
		}
		write(t, keyFile, old)
		step("the certificate alone renewed", 2)
		write(t, keyFile, renewed)
		step("its key too", 3)

		if err := os.Remove(keyFile); err != nil {
			t.Fatal(err)
		}
		step("the key gone", 3)
		write(t, keyFile, []byte("no key"))
		step("the key damaged", 3)
		write(t, keyFile, renewed)
		step("restored", 3)
	})
}

func TestCertificateThatCannotBeReadIsAnError(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := issue(t, dir, 1)
	for _, pair := range [][2]string{{keyFile, certFile}, {certFile, filepath.Join(dir, "nothing")}, {dir, keyFile}} {
		if _, err := newCertificate(pair[0], pair[1], discard); err == nil {
			t.Errorf("%v is taken for a certificate and its key", pair)
		}
	}
}
