package command

import (
	"sync"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/web"
)

// loader loads the configuration and replaces the current one as a whole.
type loader struct {
	config     Config
	reads      reads
	process    *collector.Process
	successful prometheus.Gauge
	loadedAt   prometheus.Gauge
	logger     log.Logger

	server *web.Server

	mu      sync.Mutex      // held while loading
	current map[string]bool // names of the accounts in the current configuration
}

func newLoader(config Config, process *collector.Process, logger log.Logger) *loader {
	return &loader{
		config:  config,
		reads:   newReads(),
		process: process,
		logger:  logger,
		successful: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "botpenguin_config_last_reload_successful",
			Help: "Whether the last configuration reload attempt was successful.",
		}),
		loadedAt: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "botpenguin_config_last_reload_success_timestamp_seconds",
			Help: "Unix timestamp of the last successful configuration reload.",
		}),
	}
}

// load loads the configuration and passes it to the server. If that fails, the current
// one is kept. Scrapes in flight end with the configuration they started with.
func (l *loader) load() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	cfg, accounts, err := l.config.load(l.reads, l.process, l.logger)
	if err != nil {
		l.successful.Set(0)
		return err
	}
	previous := l.server.Use(&web.Inboxes{YAML: cfg.YAML(), Accounts: accounts})
	l.successful.Set(1)
	l.loadedAt.Set(float64(time.Now().UnixMilli()) / 1000)
	level.Info(l.logger).Log("msg", "loaded the configuration", "accounts", len(accounts))
	l.current = make(map[string]bool)
	for _, account := range accounts {
		l.current[account.Name()] = true
	}
	if previous != nil {
		l.retire(previous.Accounts)
	}
	return nil
}

// reload is load that also logs the errors.
func (l *loader) reload() error {
	err := l.load()
	if err != nil {
		logError(l.logger, "reloading the configuration failed, keeping the current one", err)
	}
	return err
}

// retire closes accounts after their scrapes have ended. Then it removes the metrics of
// those that are not in the current configuration.
func (l *loader) retire(accounts []*collector.Account) {
	for _, account := range accounts {
		go func() {
			account.Retire()
			l.mu.Lock()
			defer l.mu.Unlock()
			if !l.current[account.Name()] {
				l.process.Forget(account.Name())
			}
		}()
	}
}

// close closes the current accounts.
func (l *loader) close() {
	if inboxes := l.server.Use(nil); inboxes != nil {
		closeAll(inboxes.Accounts)
	}
}
