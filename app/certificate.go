package app

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateCheck is how often the files of the certificate are looked at.
const certificateCheck = 5 * time.Second

// certificate serves a certificate from files and takes a renewed one without a
// restart. A renewal that cannot be read leaves the old one in force.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	stamp   time.Time // newest change of the two files that current was read from
	checked time.Time
}

func newCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("read tls.cert_file and tls.key_file: %w", err)
	}
	return c, nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) < certificateCheck {
		return c.current, nil
	}
	c.checked = time.Now()
	if stamp, err := c.changed(); err == nil && stamp.Equal(c.stamp) {
		return c.current, nil
	}
	if err := c.load(); err != nil {
		c.log.Error("certificate not renewed, the old one stays", "error", err)
	} else {
		c.log.Info("certificate renewed")
	}
	return c.current, nil
}

func (c *certificate) changed() (newest time.Time, err error) {
	for _, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return newest, err
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	return newest, nil
}

func (c *certificate) load() error {
	stamp, err := c.changed()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.current, c.stamp, c.checked = &pair, stamp, time.Now()
	return nil
}
