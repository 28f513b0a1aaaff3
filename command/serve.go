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

	"github.com/botpenguin-exporter/botpenguin_exporter/web"
)

// Serving ends within 15 s of a SIGTERM: scrapes under way are cut short after
// drainTime, their answers may take another closeTime to be sent, and the log another
// flushTime to be written. Kubernetes kills after 30 s, Docker after 10 s unless told
// otherwise; scrapes last 10 s by default.
const (
	drainTime = 12 * time.Second
	closeTime = time.Second
)

// pageTime is how long a client may take to read a page. Scrapes set their own.
const pageTime = 30 * time.Second

// Serve is how to serve.
type Serve struct {
	Config  Config
	Web     web.Options // without Registry, Logger and Reload
	Toolkit *toolkit.FlagConfig
	Log     Log
	Hangups <-chan os.Signal       // each reloads the configuration; may be nil
	Ready   func(address net.Addr) // called for each address listened on; may be nil
}

// Run serves until ctx ends, then lets the scrapes under way end. It returns nil
// then, or why it could not serve. The log is written when it returns, if somebody
// reads it.
func (s Serve) Run(ctx context.Context) error {
	lines := s.Log.queue()
	defer lines.close()
	plain := s.Log.logger(lines)
	logger := log.With(plain, "ts", log.DefaultTimestampUTC)
	loader := newLoader(s.Config, logger)
	s.Web.Registry, s.Web.Logger, s.Web.Reload = newRegistry(loader, lines.dropped), logger, loader.reload
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

// reloadOnHangup reloads at each of hangups, until ctx ends.
func reloadOnHangup(ctx context.Context, hangups <-chan os.Signal, l *loader) {
	for {
		select {
		case <-hangups:
			_ = l.reload() // which has logged what is wrong
		case <-ctx.Done():
			return
		}
	}
}

func newRegistry(l *loader, dropped prometheus.Counter) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		l.process.Metrics, l.successful, l.when, dropped,
		versioncollector.NewCollector("botpenguin_exporter"),
		newGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return registry
}

// serve listens until ctx ends, drains, and closes. Lines of plain have no timestamp.
func (s Serve) serve(ctx context.Context, handler *web.Server, plain, logger log.Logger) error {
	slogger := slogger(plain)
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       pageTime,
		WriteTimeout:      pageTime,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
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
