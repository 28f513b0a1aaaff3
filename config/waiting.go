package config

import (
	"slices"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// Waiting says which contacts of a query wait for a reply.
type Waiting struct {
	// By and At are the dotted paths of the sender and the time of the last message.
	By, At string
	// Customer are the senders whose messages wait for a reply, at least one.
	Customer []string
	// Ignore are the senders whose messages neither start nor end a wait. The messages
	// of all others are replies.
	Ignore []string
	// OlderThan are the thresholds of waits, each once, in the order of the configuration.
	OlderThan []Threshold
}

// Threshold is a duration as it is shown in a label.
type Threshold struct {
	Text     string // as configured: 5m
	Duration time.Duration
}

// maxThresholds is how many thresholds a query may have.
const maxThresholds = 10

var waitingKeys = []string{"by", "at", "customer", "ignore", "older_than"}

// waitingLabels are the labels of the series that waiting adds.
var waitingLabels = []string{"age", "waiting", "le"}

// waitingSeries are the endings of the metrics that waiting adds. In OpenMetrics the
// family of a counter has no _total.
var waitingSeries = []string{
	"_waiting", "_waiting_older_than", "_waiting_oldest_seconds", "_reply_seconds",
	"_entered", "_entered_total", "_left", "_left_total",
}

// waiting reads the key waiting of a query.
func waiting(v strictyaml.Value) *Waiting {
	w := &Waiting{By: "lastMessage.by", At: "lastMessage.at", Customer: []string{"user"}, Ignore: []string{"bot"}}
	for _, text := range []string{"1m", "5m", "15m", "1h"} {
		duration, _ := time.ParseDuration(text)
		w.OlderThan = append(w.OlderThan, Threshold{text, duration})
	}
	keys, _ := v.Mapping(waitingKeys...)
	if v, ok := keys.Get("by"); ok {
		w.By = fieldPath(v)
	}
	if v, ok := keys.Get("at"); ok {
		w.At = fieldPath(v)
	}
	if v, ok := keys.Get("customer"); ok {
		w.Customer = distinct(v)
		if v.IsList() && len(w.Customer) == 0 {
			v.Errorf("the list is empty, want at least one sender")
		}
	}
	if v, ok := keys.Get("ignore"); ok {
		w.Ignore = distinct(v)
	}
	w.checkSenders(keys)
	if v, ok := keys.Get("older_than"); ok {
		w.OlderThan = thresholds(v)
	}
	return w
}

// checkSenders reports senders that are customers and ignored.
func (w *Waiting) checkSenders(keys strictyaml.Mapping) {
	list, senders, others := "ignore", w.Ignore, w.Customer
	message := "the sender %s is a customer, too"
	if !keys.Has("ignore") {
		list, senders, others = "customer", w.Customer, w.Ignore
		message = "the sender %s is ignored by default, add ignore: [] to have its messages wait for a reply"
	}
	v, given := keys.Get(list)
	if !given {
		return
	}
	items, _ := v.Items()
	for i, sender := range senders {
		if sender != "" && slices.Contains(others, sender) {
			items[i].Errorf(message, items[i].Quoted())
		}
	}
}

// distinct reads a list of strings that are not empty, each once.
func distinct(v strictyaml.Value) []string {
	texts, _ := v.Strings(strictyaml.Value.NonEmptyText)
	items, _ := v.Items()
	seen := make(map[string]bool, len(items))
	for i, text := range texts {
		if text != "" && seen[text] {
			items[i].Errorf("the value %s is listed twice", items[i].Quoted())
		}
		seen[text] = true
	}
	return texts
}

// thresholds reads older_than.
func thresholds(v strictyaml.Value) []Threshold {
	items, _ := v.Items()
	if len(items) > maxThresholds {
		v.Errorf("has %d thresholds, want at most %d", len(items), maxThresholds)
	}
	var all []Threshold
	for _, item := range items {
		duration, ok := item.Duration()
		if !ok {
			continue
		}
		if duration == 0 {
			item.Errorf("want a duration above 0")
		}
		if i := slices.IndexFunc(all, func(t Threshold) bool { return t.Duration == duration }); i >= 0 {
			item.Errorf("the threshold %s equals %q", item.Quoted(), all[i].Text)
		}
		text, _ := item.Scalar()
		all = append(all, Threshold{text, duration})
	}
	return all
}
