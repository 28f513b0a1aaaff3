package collector

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/botpenguin-exporter/botpenguin_exporter/queue"
)

// Counters are the counters of a group as of a read. They must not be changed.
type Counters struct {
	Labels      map[string]string // without the label account
	Created     time.Time         // when all of them were 0
	Replies     *dto.Histogram    // in seconds
	Entered     int               // contacts that have joined the group
	LeftWaiting int               // contacts that have left it while they waited
	Left        int               // other contacts that have left it
}

// groupCounters count what happens in a group.
type groupCounters struct {
	created time.Time
	replies prometheus.Histogram
	shown   *dto.Histogram // replies as exposed; nil if there are new ones
	entered int
	left    queue.Left
}

func newGroupCounters(created time.Time) *groupCounters {
	return &groupCounters{created: created, replies: prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:                        "reply_seconds", // as little shown as its help
		Buckets:                     []float64{60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400},
		NativeHistogramBucketFactor: 1.1,
		// From a second to a week: more than that lowers the resolution, and resets nothing.
		NativeHistogramZeroThreshold:   1,
		NativeHistogramMaxBucketNumber: 160,
	})}
}

// add counts what has happened between two reads.
func (c *groupCounters) add(entered int, left queue.Left, replies []time.Duration) {
	c.entered += entered
	c.left.Waiting += left.Waiting
	c.left.Answered += left.Answered
	for _, after := range replies {
		c.replies.Observe(after.Seconds())
		c.shown = nil
	}
}

// expose returns the counters as they are now.
func (c *groupCounters) expose(labels map[string]string) Counters {
	if c.shown == nil {
		var metric dto.Metric
		if err := c.replies.Write(&metric); err != nil {
			panic(err) // a histogram without labels always encodes
		}
		c.shown = metric.GetHistogram()
		c.shown.CreatedTimestamp = timestamppb.New(c.created)
	}
	return Counters{Labels: labels, Created: c.created, Replies: c.shown, Entered: c.entered, LeftWaiting: c.left.Waiting, Left: c.left.Answered}
}

// histogramMetric is a histogram as of a read.
type histogramMetric struct {
	desc      *prometheus.Desc
	labels    []*dto.LabelPair
	histogram *dto.Histogram
}

// Desc implements prometheus.Metric.
func (m histogramMetric) Desc() *prometheus.Desc { return m.desc }

// Write implements prometheus.Metric.
func (m histogramMetric) Write(out *dto.Metric) error {
	out.Label, out.Histogram = m.labels, m.histogram
	return nil
}
