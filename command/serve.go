package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
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

// The shutdown takes at most 15 s: scrapes in flight are canceled after drainTimeout,
// sending their responses may take another closeTimeout, and writing the log another
// flushTimeout. By default a scrape takes at most 10 s, Kubernetes kills after 30 s and
// Docker after 10 s.
const (
	drainTimeout = 12 * time.Second
	closeTimeout = time.Second
)

// pageTimeout is how long sending a request or reading a response may take. Scrapes
// extend it.
const pageTimeout = 30 * time.Second

// Serve configures the exporter.
type Serve struct {
	Config  Config
	Web     web.Options // Run sets Registry, Logger and Reload
	Toolkit *toolkit.FlagConfig
	Log     Log
	Hangups <-chan os.Signal       // each signal reloads the configuration; may be nil
	Ready   func(address net.Addr) // called for each address listened on; may be nil
}

// Run runs the exporter until ctx ends and shuts it down gracefully. It returns nil after
// a shutdown, or an error if it cannot serve, which it has logged. It flushes the log
// before it returns.
func (s Serve) Run(ctx context.Context) error {
	lines := s.Log.queue()
	defer lines.close()
	process := collector.NewProcess()
	plain := s.Log.logger(lines, process.Secrets)
	logger := log.With(plain, "ts", log.DefaultTimestampUTC)
	if err := s.run(ctx, process, plain, logger, lines.dropped); err != nil {
		logError(logger, "the exporter cannot run", err)
		return &ExitError{Code: 1, Err: err, Logged: true}
	}
	return nil
}

// run is Run with a log. plain is logger without timestamps.
func (s Serve) run(ctx context.Context, process *collector.Process, plain, logger log.Logger, dropped prometheus.Counter) error {
	loader := newLoader(s.Config, process, logger)
	s.Web.Registry, s.Web.Logger, s.Web.Reload = newRegistry(loader, dropped), logger, loader.reload
	s.Web.Secrets = process.Secrets
	loader.server = web.New(s.Web)
	if err := loader.load(); err != nil {
		return err
	}
	defer loader.close()
	level.Info(logger).Log("msg", "starting botpenguin_exporter", "version", version.Info())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go reloadOnHangup(ctx, s.Hangups, loader)
	return s.serve(ctx, loader.server, plain, logger)
}

// reloadOnHangup reloads the configuration on each signal until ctx ends.
func reloadOnHangup(ctx context.Context, hangups <-chan os.Signal, l *loader) {
	for {
		select {
		case <-hangups:
			_ = l.reload() // logs the error
		case <-ctx.Done():
			return
		}
	}
}

func newRegistry(l *loader, dropped prometheus.Counter) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		l.process.Metrics, l.successful, l.loadedAt, dropped,
		versioncollector.NewCollector("botpenguin_exporter"),
		newGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return registry
}

// serve listens until ctx ends, drains and closes. plain is logger without timestamps.
func (s Serve) serve(ctx context.Context, handler *web.Server, plain, logger log.Logger) error {
	slogger := slogger(plain)
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       pageTimeout,
		WriteTimeout:      pageTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ConnState:         newConnections(s.Web.MaxRequests).track,
		ErrorLog:          slog.NewLogLogger(slogger.Handler(), slog.LevelWarn),
		BaseContext: func(listener net.Listener) context.Context {
			if s.Ready != nil {
				s.Ready(listener.Addr())
			}
			return context.Background()
		},
	}
	ended := make(chan error, 1)
	go func() { ended <- toolkit.ListenAndServe(server, s.Toolkit, slogger) }()
	select {
	case err := <-ended:
		if network, ok := errors.AsType[*net.OpError](err); ok && network.Op == "listen" {
			return fmt.Errorf("--web.listen-address: %w", err)
		}
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	level.Info(logger).Log("msg", "shutting down, waiting for scrapes in flight")
	drainCtx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	handler.Drain(drainCtx)
	closeCtx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := server.Shutdown(closeCtx); err != nil {
		server.Close()
	}
	if err := <-ended; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	level.Info(logger).Log("msg", "stopped")
	return nil
}

// slogger returns a logger for exporter-toolkit. It renames slog's "time" to "ts".
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
