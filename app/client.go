package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"haochaping/calendar"
	"haochaping/config"
	"haochaping/record"
)

// Client calls the commands of a running server, or of rooms started for it.
type Client struct {
	http *http.Client
	own  *App // started for this client; nil with a running server
	zone *time.Location
}

// Connect finds the server that uses the data folder of cfg. Without one it starts the
// same rooms in this process and calls the same handlers. Close ends what it started.
func Connect(ctx context.Context, cfg *config.Config, log *slog.Logger) (*Client, error) {
	path, err := socketPath(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
	c := &Client{http: &http.Client{Transport: &http.Transport{DialContext: dial}}, zone: cfg.Timezone.Location}
	if conn, err := dial(ctx, "", ""); err == nil {
		return c, conn.Close()
	}
	c.own = New(cfg, log, false)
	if err := c.own.startForCommand(ctx); err != nil {
		return nil, err
	}
	if _, err := c.own.store.get(); err != nil {
		return nil, errors.Join(errors.New("ClickHouse cannot be reached: check clickhouse.address and that it runs"), c.own.Stop())
	}
	return c, nil
}

// Close stops what Connect started.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	if c.own == nil {
		return nil
	}
	return c.own.Stop()
}

// call sends in as JSON and reads the answer into out, an io.Writer or a pointer.
func (c *Client) call(ctx context.Context, name string, in, out any) (err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://control/"+name, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if res.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
		return errors.Join(errors.New(strings.TrimSpace(string(text))), err)
	}
	if w, ok := out.(io.Writer); ok {
		_, err = io.Copy(w, res.Body)
		return err
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// ImportDirectory delivers directory entries.
func (c *Client) ImportDirectory(ctx context.Context, in *DirectoryImport) (report DirectoryReport, err error) {
	err = c.call(ctx, "directory", in, &report)
	return report, err
}

// Insert stores a batch of accepted records; it may be repeated with the same token.
// A server that goes away in between is waited for.
func (c *Client) Insert(ctx context.Context, b *record.Batch, token string) error {
	var err error
	for pause := 200 * time.Millisecond; pause < 10*time.Second; pause *= 2 {
		if err = c.call(ctx, "insert", &InsertCall{Token: token, Batch: *b}, &nothing{}); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(pause):
		}
	}
	return err
}

// Aggregate restates the given days, or all dirty ones for an empty range. It returns
// how many were restated.
func (c *Client) Aggregate(ctx context.Context, days calendar.Range) (n int, err error) {
	err = c.call(ctx, "aggregate", days, &n)
	return n, err
}

// StoreSource adds or replaces a source.
func (c *Client) StoreSource(ctx context.Context, s record.Source) error {
	return c.call(ctx, "store-source", s, &nothing{})
}

// Facts writes facts in a format: table, csv or json.
func (c *Client) Facts(ctx context.Context, in *FactsCall, out io.Writer) error {
	return c.call(ctx, "facts", in, out)
}
