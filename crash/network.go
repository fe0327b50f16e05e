package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// network is the bad network between the collectors and their ClickHouse.
type network struct {
	proxy *toxiproxy.Proxy
}

func newNetwork(upstream string) (*network, error) {
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics log past the logger that they are given
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	n := &network{toxiproxy.NewProxy(server, "clickhouse", "127.0.0.1:0", upstream)}
	if err := n.proxy.Start(); err != nil {
		return nil, fmt.Errorf("start the proxy before ClickHouse: %w", err)
	}
	return n, nil
}

func (n *network) address() string { return n.proxy.Listen }

func (n *network) close() { n.proxy.Stop() }

// away takes ClickHouse away until back.
func (n *network) away() { n.proxy.Stop() }

// back tries for a while: the port may still be busy with what was cut.
func (n *network) back() error {
	var err error
	for range 50 {
		if err = n.proxy.Start(); err == nil || errors.Is(err, toxiproxy.ErrProxyAlreadyStarted) {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("bring the proxy before ClickHouse back: %w", err)
}

// toxic is one way in which the network is bad.
type toxic struct {
	fault      string // for the report
	kind       string
	attributes map[string]any
}

// draw chooses a toxic and its direction.
func draw(rng *rand.Rand) (toxic, string) {
	list := []toxic{
		{"slow answers", "latency", map[string]any{"latency": 100 + rng.IntN(1500), "jitter": rng.IntN(300)}},
		{"narrow line", "bandwidth", map[string]any{"rate": 10 + rng.IntN(200)}},
		{"cut in the middle", "limit_data", map[string]any{"bytes": 500 + rng.IntN(200_000)}},
		{"cut in the middle", "limit_data", map[string]any{"bytes": 500 + rng.IntN(5_000)}},
		{"connection reset", "reset_peer", map[string]any{"timeout": rng.IntN(500)}},
		{"half-open", "timeout", map[string]any{"timeout": 0}},
	}
	stream := "upstream"
	if rng.IntN(3) == 0 {
		stream = "downstream"
	}
	return list[rng.IntN(len(list))], stream
}

// poison makes the network bad for a while.
func (n *network) poison(ctx context.Context, t toxic, stream string, d time.Duration) error {
	text, err := json.Marshal(map[string]any{"name": "toxic", "type": t.kind, "stream": stream, "toxicity": 1.0, "attributes": t.attributes})
	if err != nil {
		return err
	}
	if _, err := n.proxy.Toxics.AddToxicJson(strings.NewReader(string(text))); err != nil {
		return fmt.Errorf("make the network bad (%s): %w", t.kind, err)
	}
	sleep(ctx, d)
	removing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := n.proxy.Toxics.RemoveToxic(removing, "toxic"); err != nil {
		return fmt.Errorf("make the network good again (%s): %w", t.kind, err)
	}
	return nil
}

// sleep waits and says whether it was waited to the end.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
