package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"
	slgk "github.com/tjhop/slog-gokit"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/web"
)

const (
	// drainTime is how long scrapes under way may go on after a SIGTERM. Kubernetes
	// kills after 30 s, Docker after 10 s unless told otherwise; scrapes last 10 s by
	// default.
	drainTime = 14 * time.Second
	// closeTime is how long their answers may take to be sent after that.
	closeTime = time.Second
)

// Serve is how to serve.
type Serve struct {
	Config  Config
	Web     web.Options // without Registry and Logger
	Toolkit *toolkit.FlagConfig
	Logger  log.Logger
	Ready   func(address net.Addr) // called for each address listened on; may be nil
}

// Run serves until ctx ends, then lets the scrapes under way end. It returns nil
// then, or why it could not serve.
func (s Serve) Run(ctx context.Context) error {
	logger := log.With(s.Logger, "ts", log.DefaultTimestampUTC)
	metrics := collector.NewMetrics()
	cfg, accounts, err := s.Config.load(metrics, logger)
	if err != nil {
		return err
	}
	defer closeAll(accounts)
	s.Web.Registry, s.Web.Logger = newRegistry(metrics, time.Now()), logger
	handler := web.New(s.Web)
	handler.Use(&web.Inboxes{YAML: cfg.YAML(), Accounts: accounts})
	level.Info(logger).Log("msg", "starting botpenguin_exporter", "version", version.Info(), "accounts", len(accounts))
	return s.serve(ctx, handler, logger)
}

func newRegistry(metrics *collector.Metrics, loaded time.Time) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	successful := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "botpenguin_config_last_reload_successful",
		Help: "Whether the last attempt to load the configuration succeeded.",
	})
	when := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "botpenguin_config_last_reload_success_timestamp_seconds",
		Help: "When the configuration in force was loaded, in seconds since 1970.",
	})
	successful.Set(1)
	when.Set(float64(loaded.UnixMilli()) / 1000)
	registry.MustRegister(
		metrics, successful, when,
		versioncollector.NewCollector("botpenguin_exporter"),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return registry
}

// serve listens until ctx ends, drains, and closes.
func (s Serve) serve(ctx context.Context, handler *web.Server, logger log.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      10 * time.Minute, // beyond any scrape: for clients that do not read
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		BaseContext: func(listener net.Listener) context.Context {
			if s.Ready != nil {
				s.Ready(listener.Addr())
			}
			return context.Background()
		},
	}
	ended := make(chan error, 1)
	go func() { ended <- toolkit.ListenAndServe(server, s.Toolkit, slogger(s.Logger)) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	level.Info(logger).Log("msg", "shutting down: answering the scrapes under way")
	draining, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	handler.Drain(draining)
	closing, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if err := server.Shutdown(closing); err != nil {
		server.Close()
	}
	if err := <-ended; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	level.Info(logger).Log("msg", "stopped")
	return nil
}

// slogger is a logger for exporter-toolkit. Its lines have a time of their own, which
// is given the name that it has in ours.
func slogger(logger log.Logger) *slog.Logger {
	return slog.New(slgk.NewGoKitHandler(log.LoggerFunc(func(keyvals ...any) error {
		for i := 0; i+1 < len(keyvals); i += 2 {
			if t, ok := keyvals[i+1].(time.Time); ok && keyvals[i] == slog.TimeKey {
				keyvals[i], keyvals[i+1] = "ts", t.UTC()
			}
		}
		return logger.Log(keyvals...)
	}), nil))
}
