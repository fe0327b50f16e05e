package app

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"haochaping/collector/kiosk"
	"haochaping/config"
	"haochaping/dashboard"
)

// openWeb listens before anything is started that would have to be stopped again for a
// port in use, and starts the loops of the roles.
func (a *App) openWeb(ctx context.Context) error {
	listener, err := listen(ctx, a.cfg.Listen)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	if err := errors.Join(a.mountCollector(mux), a.mountDashboard(mux)); err != nil {
		return errors.Join(err, listener.Close())
	}
	if a.cfg.Roles.Has(config.RoleAggregator) {
		a.spawn("the aggregator", a.aggregator.Run)
	}
	a.mountHealth(mux)
	server := &http.Server{
		Handler:           a.signOn.Middleware(a.behindProxy(mux)), // which needs the true peer
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	if a.endStreams != nil {
		server.RegisterOnShutdown(a.endStreams)
	}
	scheme := "http"
	if a.cfg.TLS.Enabled() {
		certificate, err := newCertificate(a.cfg.TLS.CertFile, a.cfg.TLS.KeyFile, a.log)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: certificate.get, NextProtos: []string{"h2", "http/1.1"}}
		listener = tls.NewListener(listener, server.TLSConfig)
		scheme = "https"
	}
	a.address = scheme + "://" + listener.Addr().String() + a.cfg.BasePath + "/"
	a.serve("the web server", server, listener)
	a.log.Info("listening", "address", a.address)
	return nil
}

// Address is where the web server answers, with scheme and base path.
func (a *App) Address() string { return a.address }

func listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program listens on %s: end it, or choose another address with --listen", address)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("not allowed to listen on %s: choose a port from 1024 on with --listen", address)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// serve runs a server until its turn to stop comes: requests under way are finished.
func (a *App) serve(name string, server *http.Server, l net.Listener) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.die(fmt.Errorf("%s: %w", name, err))
		}
	}()
	a.onStop(name, func(ctx context.Context) error {
		err := server.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, server.Close())
		}
		<-done
		return err
	})
}

func (a *App) mountCollector(mux *http.ServeMux) error {
	if a.collector == nil {
		return nil
	}
	k, err := kiosk.New(kiosk.Options{BasePath: a.cfg.BasePath, Demo: a.demo, Logger: a.log})
	if err != nil {
		return err
	}
	mux.Handle(a.cfg.BasePath+"/api/v1/", http.StripPrefix(a.cfg.BasePath, a.collector.Handler()))
	mux.Handle(a.cfg.BasePath+"/kiosk", k.Handler())
	mux.Handle(a.cfg.BasePath+"/kiosk/", k.Handler())
	return nil
}

func (a *App) mountDashboard(mux *http.ServeMux) error {
	if !a.cfg.Roles.Has(config.RoleDashboard) {
		return nil
	}
	outlines, err := a.openMap()
	if err != nil {
		return err
	}
	lead := newLeads(a)
	a.desk = newEditionDesk(a)
	d, err := dashboard.New(dashboard.Options{
		Gate: a.gate, Door: a.gate, DemoAccounts: a.gate.DemoAccounts(), Recorder: a.gate, Accounts: a.gate, Auditor: a.gate,
		Store: a.store, Evaluator: ranking{a}, Editions: editionPages{a}, Workbench: workbench{a}, Breaks: &breaks{app: a}, Workdays: a.workdays, Directory: a.store.Directory, Logger: a.log,
		Zone: a.cfg.Timezone.Location, BasePath: a.cfg.BasePath, Brand: a.cfg.Dashboard.Title, Demo: a.demo, Live: a.cfg.Dashboard.LiveInterval,
		CacheSize: a.cfg.Dashboard.CacheEntries, Language: a.cfg.Language, Direction: a.cfg.Dashboard.Direction, Map: outlines, MapApproval: a.cfg.Dashboard.MapApproval,
		Outcomes: outcomes{a}, Reviews: reviews{a}, Quality: quality{a}, Findings: lead,
		Indicators: indicatorPages{a}, Targets: targetPages{a}, EditionDesk: a.desk, Evidence: evidence{a}, Refusals: refusals{a},
		SignOn: a.signOn, Providers: a.signOn.Providers(),
	})
	if err != nil {
		return err
	}
	a.spawn("the findings of the overview", lead.run)
	a.spawn("the drawing of editions", a.desk.run)
	a.endStreams = d.EndStreams
	a.onStop("the dashboard", func(context.Context) error { d.Close(); return nil })
	a.spawn("the gate", a.gate.Run)
	mux.Handle("/", a.noteReader(a.gate.Middleware(d.Handler())))
	return nil
}

func (a *App) mountHealth(mux *http.ServeMux) {
	base := a.cfg.BasePath
	mux.HandleFunc("GET "+base+"/livez", func(w http.ResponseWriter, _ *http.Request) { answerState(w, nil) })
	mux.HandleFunc("GET "+base+"/readyz", func(w http.ResponseWriter, r *http.Request) {
		answerState(w, a.ready(r.Context(), config.Role(r.URL.Query().Get("role"))))
	})
	metrics := promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{})
	mux.HandleFunc("GET "+base+"/metrics", func(w http.ResponseWriter, r *http.Request) {
		// Figures about devices are not for everybody on the network: a scraper runs beside the service,
		// and a proxy there that nobody named in trusted_proxies speaks for anybody.
		addr, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !addr.Addr().Unmap().IsLoopback() || r.Context().Value(unnamedProxy{}) != nil {
			http.Error(w, "metrics are served on loopback only", http.StatusForbidden)
			return
		}
		metrics.ServeHTTP(w, r)
	})
}

// ready says whether requests of the configured roles can be answered, or those of one of
// them: a proxy that spreads records asks for the collector alone, which is ready without
// ClickHouse, because it accepts into its spool.
func (a *App) ready(ctx context.Context, only config.Role) error {
	asked := func(role config.Role) bool { return a.cfg.Roles.Has(role) && (only == "" || only == role) }
	if only != "" && !asked(only) {
		return errors.New("this process has no such role")
	}
	var errs []error
	if a.collector != nil && asked(config.RoleCollector) {
		errs = append(errs, a.collector.Ready())
	}
	if asked(config.RoleDashboard) || asked(config.RoleAggregator) {
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		w, err := a.store.get()
		if err == nil {
			err = w.Ping(ctx)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// answerState answers a probe. The reason stays in the log of the room it belongs to:
// an error text may hold addresses.
func answerState(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	state := map[string]string{"status": "ok"}
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		state["status"] = "unavailable"
	}
	// A prober that hung up needs no answer.
	_ = json.NewEncoder(w).Encode(state)
}

// behindProxy believes a trusted proxy about the client's address and scheme, and
// nobody else.
func (a *App) behindProxy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !a.trusted(peer.Addr()) {
			if r.Header.Get("X-Forwarded-For") != "" {
				r = r.WithContext(context.WithValue(r.Context(), unnamedProxy{}, true))
			}
			r.Header.Del("X-Forwarded-For")
			r.Header.Del("X-Forwarded-Proto")
			r.Header.Del("X-Forwarded-Host")
			next.ServeHTTP(w, r)
			return
		}
		if client, ok := a.forwardedFor(r.Header.Values("X-Forwarded-For")); ok {
			r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
		}
		next.ServeHTTP(w, r)
	})
}

// unnamedProxy marks requests that came through a proxy which is not to be believed.
type unnamedProxy struct{}

// forwardedFor is the last address in the chain that no trusted proxy vouches for
// itself: everything before it could have been written by the client.
func (a *App) forwardedFor(headers []string) (client netip.Addr, ok bool) {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return client, ok
		}
		client, ok = addr.Unmap(), true
		if !a.trusted(addr) {
			return client, true
		}
	}
	return client, ok
}

func (a *App) trusted(addr netip.Addr) bool {
	for _, p := range a.cfg.TrustedProxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}
