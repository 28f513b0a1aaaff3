package collector

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// fleet is a configuration of many accounts.
func fleet(accounts, queries int) string {
	var yaml bytes.Buffer
	yaml.WriteString("accounts:\n")
	for i := range accounts {
		fmt.Fprintf(&yaml, "  - {name: a%d, url: http://inbox.test, authorization: {credentials: simulated-token}, rate_limit: 0}\n", i)
	}
	yaml.WriteString("queries:\n")
	for i := range queries {
		fmt.Fprintf(&yaml, "  - {name: q%d, help: A query., filter: {searchText: x%d}}\n", i, i)
	}
	return yaml.String()
}

// BenchmarkGather measures turning the snapshots of a fleet into a response, per query.
func BenchmarkGather(b *testing.B) {
	cfg, err := config.Parse("test.yml", []byte(fleet(200, 10)), ".", environment)
	if err != nil {
		b.Fatal(err)
	}
	server := inboxtest.New(inboxtest.Contacts(10), inboxtest.KeepCalls(0))
	process := NewProcess()
	var accounts []*Account
	for _, c := range cfg.Accounts {
		a := newAccount(c, noNetwork{server, inboxtest.DefaultToken}, process, log.NewNopLogger())
		defer a.Close()
		accounts = append(accounts, a)
	}
	snapshots := ScrapeAll(accounts, func(a *Account) *Snapshot { return a.Scrape(context.Background(), time.Time{}) })
	b.ReportAllocs()
	for b.Loop() {
		registry := prometheus.NewRegistry()
		registry.MustRegister(NewGauges(snapshots...))
		families, err := registry.Gather()
		if err != nil {
			b.Fatal(err)
		}
		var out bytes.Buffer
		for _, family := range families {
			expfmt.MetricFamilyToText(&out, family)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2000/1000, "us/query")
}
