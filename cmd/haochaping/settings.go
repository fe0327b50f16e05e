package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

func newConfig() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Print the configuration in force, where each value comes from, secrets hidden",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, _, err := load(c, nil)
			if err != nil {
				return err
			}
			return cfg.Write(c.OutOrStdout())
		},
	}
}

func newHealthcheck() *cobra.Command {
	return &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the server of this configuration whether it lives; for containers",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, _, err := load(c, nil)
			if err != nil {
				return err
			}
			_, port, err := net.SplitHostPort(cfg.Listen)
			if err != nil {
				return fmt.Errorf("read listen: %w", err)
			}
			scheme := "http"
			if cfg.TLS.Enabled() {
				scheme = "https"
			}
			return probe(c.Context(), scheme+"://"+net.JoinHostPort("127.0.0.1", port)+cfg.BasePath+"/livez")
		},
	}
}

// probe asks the server on this machine. Its certificate names the public host, not
// 127.0.0.1, so it is not checked here.
func probe(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // loopback, see above
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	if err := res.Body.Close(); err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answers %s", res.Status)
	}
	return nil
}
