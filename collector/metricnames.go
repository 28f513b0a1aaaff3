package collector

import "github.com/botpenguin-exporter/botpenguin_exporter/config"

// MetricName returns the name of a query's metric.
func MetricName(q *config.Query) string { return "botpenguin_inbox_" + q.Name }

// Endings of the metrics that a query has besides its own.
const (
	oldestSeconds        = "_oldest_seconds"
	waiting              = "_waiting"
	waitingOlderThan     = "_waiting_older_than"
	waitingOldestSeconds = "_waiting_oldest_seconds"
	replySeconds         = "_reply_seconds"
	enteredTotal         = "_entered_total"
	leftTotal            = "_left_total"
)

// AddedMetric is a metric that a query has besides its own.
type AddedMetric struct {
	Name string `json:"name"`
	Text string `json:"text,omitempty"` // where it comes from, for people
}

// AddedMetrics returns the metrics that a query has besides its own.
func AddedMetrics(q *config.Query) []AddedMetric {
	name := MetricName(q)
	var all []AddedMetric
	if q.Oldest != "" {
		all = append(all, AddedMetric{name + oldestSeconds, "from the contact field " + q.Oldest})
	}
	for _, sum := range q.Sums {
		all = append(all, AddedMetric{name + "_" + sum.Name, "the sum of the contact field " + sum.Field})
	}
	w := q.Waiting
	if w == nil {
		return all
	}
	all = append(all, AddedMetric{name + waiting, "from the contact fields " + w.By + " and " + w.At})
	if len(w.OlderThan) > 0 {
		all = append(all, AddedMetric{name + waitingOlderThan, "with the label age: " + ages(w.OlderThan)})
	}
	return append(all,
		AddedMetric{name + waitingOldestSeconds, ""},
		AddedMetric{name + replySeconds, "a histogram, on /metrics only"},
		AddedMetric{name + enteredTotal, "on /metrics only"},
		AddedMetric{name + leftTotal, "with the label waiting: true, false; on /metrics only"},
	)
}

func ages(thresholds []config.Threshold) string {
	text := ""
	for i, t := range thresholds {
		if i > 0 {
			text += ", "
		}
		text += t.Text
	}
	return text
}
