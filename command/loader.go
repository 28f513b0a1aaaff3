package command

import (
	"strings"
	"sync"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/web"
)

// loader puts configurations into force, one as a whole in the place of another.
type loader struct {
	config     Config
	reads      reads
	process    *collector.Process
	successful prometheus.Gauge
	when       prometheus.Gauge
	logger     log.Logger

	server *web.Server

	mu      sync.Mutex      // one load at a time
	inForce map[string]bool // the accounts that are
}

func newLoader(config Config, logger log.Logger) *loader {
	return &loader{
		config:  config,
		reads:   newReads(),
		process: collector.NewProcess(),
		logger:  logger,
		successful: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "botpenguin_config_last_reload_successful",
			Help: "Whether the last attempt to load the configuration succeeded.",
		}),
		when: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "botpenguin_config_last_reload_success_timestamp_seconds",
			Help: "When the configuration in force was loaded, in seconds since 1970.",
		}),
	}
}

// load loads the configuration and has the server use it. If it is broken, the one in
// force stays. Scrapes under way end with the one that they began with.
func (l *loader) load() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	cfg, accounts, err := l.config.load(l.reads, l.process, l.logger)
	if err != nil {
		l.successful.Set(0)
		return err
	}
	before := l.server.Use(&web.Inboxes{YAML: cfg.YAML(), Accounts: accounts})
	l.successful.Set(1)
	l.when.Set(float64(time.Now().UnixMilli()) / 1000)
	level.Info(l.logger).Log("msg", "loaded the configuration", "accounts", len(accounts))
	l.inForce = make(map[string]bool)
	for _, account := range accounts {
		l.inForce[account.Name()] = true
	}
	if before != nil {
		l.retire(before.Accounts)
	}
	return nil
}

// reload is load with what is wrong in the log.
func (l *loader) reload() error {
	err := l.load()
	if err == nil {
		return nil
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		level.Error(l.logger).Log("msg", "the configuration in force stays, for the new one is broken", "err", line)
	}
	return err
}

// retire lets go of accounts when their scrapes have ended, and then of the metrics of
// those that no configuration has brought back meanwhile.
func (l *loader) retire(accounts []*collector.Account) {
	for _, account := range accounts {
		go func() {
			account.Retire()
			l.mu.Lock()
			defer l.mu.Unlock()
			if !l.inForce[account.Name()] {
				l.process.Metrics.Forget(account.Name())
			}
		}()
	}
}

// close ends everything.
func (l *loader) close() {
	if inboxes := l.server.Use(nil); inboxes != nil {
		closeAll(inboxes.Accounts)
	}
}
