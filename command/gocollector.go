package command

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// goCollector is client_golang's collector of the Go runtime, without the counter
// go_memstats_alloc_bytes_total. In OpenMetrics that counter and the gauge
// go_memstats_alloc_bytes would be one family of two types, which strict parsers refuse.
type goCollector struct{ prometheus.Collector }

func newGoCollector() goCollector { return goCollector{collectors.NewGoCollector()} }

// Collect implements prometheus.Collector.
func (c goCollector) Collect(ch chan<- prometheus.Metric) {
	all := make(chan prometheus.Metric)
	go func() {
		defer close(all)
		c.Collector.Collect(all)
	}()
	for metric := range all {
		if !strings.Contains(metric.Desc().String(), `"go_memstats_alloc_bytes_total"`) {
			ch <- metric
		}
	}
}
