package collector

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// All metrics of a query with waiting carry its own labels.
func TestWaitingExposition(t *testing.T) {
	atDesk(t, accountYAML+`
dimensions: {status: {open: {status: [OPEN]}, closed: {status: [CLOSED]}}}
queries:
  - name: chats
    help: Live chats.
    by: [status]
    group_by: {channel: {field: platform, values: [web]}}
    labels: {team: support}
    sum: {unread: unreadMessages}
    waiting: {older_than: [5m]}
`, func(d *desk) {
		const expected = `
# HELP botpenguin_inbox_chats Live chats.
# TYPE botpenguin_inbox_chats gauge
botpenguin_inbox_chats{account="acme",channel="web",status="closed",team="support"} 0
botpenguin_inbox_chats{account="acme",channel="web",status="open",team="support"} 0
# HELP botpenguin_inbox_chats_entered_total Contacts that have joined the list or the group. Live chats.
# TYPE botpenguin_inbox_chats_entered_total counter
botpenguin_inbox_chats_entered_total{account="acme",channel="web",status="closed",team="support"} 0
botpenguin_inbox_chats_entered_total{account="acme",channel="web",status="open",team="support"} 0
# HELP botpenguin_inbox_chats_left_total Contacts that have left the list or the group, by whether they were waiting for a reply. Live chats.
# TYPE botpenguin_inbox_chats_left_total counter
botpenguin_inbox_chats_left_total{account="acme",channel="web",status="closed",team="support",waiting="false"} 0
botpenguin_inbox_chats_left_total{account="acme",channel="web",status="closed",team="support",waiting="true"} 0
botpenguin_inbox_chats_left_total{account="acme",channel="web",status="open",team="support",waiting="false"} 0
botpenguin_inbox_chats_left_total{account="acme",channel="web",status="open",team="support",waiting="true"} 0
# HELP botpenguin_inbox_chats_unread Sum of the field unreadMessages over the matching contacts. Live chats.
# TYPE botpenguin_inbox_chats_unread gauge
botpenguin_inbox_chats_unread{account="acme",channel="web",status="closed",team="support"} 0
botpenguin_inbox_chats_unread{account="acme",channel="web",status="open",team="support"} 0
# HELP botpenguin_inbox_chats_waiting Contacts that are waiting for a reply. Live chats.
# TYPE botpenguin_inbox_chats_waiting gauge
botpenguin_inbox_chats_waiting{account="acme",channel="web",status="closed",team="support"} 0
botpenguin_inbox_chats_waiting{account="acme",channel="web",status="open",team="support"} 0
# HELP botpenguin_inbox_chats_waiting_older_than Contacts that have been waiting for a reply for longer than age. Live chats.
# TYPE botpenguin_inbox_chats_waiting_older_than gauge
botpenguin_inbox_chats_waiting_older_than{account="acme",age="5m",channel="web",status="closed",team="support"} 0
botpenguin_inbox_chats_waiting_older_than{account="acme",age="5m",channel="web",status="open",team="support"} 0
# HELP botpenguin_inbox_chats_waiting_oldest_seconds Longest current wait for a reply in seconds, 0 if nobody waits. Live chats.
# TYPE botpenguin_inbox_chats_waiting_oldest_seconds gauge
botpenguin_inbox_chats_waiting_oldest_seconds{account="acme",channel="web",status="closed",team="support"} 0
botpenguin_inbox_chats_waiting_oldest_seconds{account="acme",channel="web",status="open",team="support"} 0
`
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(NewGauges(scrape(d.account)))
		var names []string
		for line := range strings.Lines(expected) {
			if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
				names = append(names, strings.Fields(rest)[0])
			}
		}
		if err := testutil.GatherAndCompare(registry, strings.NewReader(expected), names...); err != nil {
			t.Error(err)
		}
		if problems, err := testutil.GatherAndLint(registry); err != nil || len(problems) > 0 {
			t.Errorf("lint: %v %v", problems, err)
		}
		if n, err := testutil.GatherAndCount(registry, "botpenguin_inbox_chats_reply_seconds"); err != nil || n != 2 {
			t.Errorf("%d histograms, %v", n, err)
		}
		for _, name := range AddedMetrics(d.account.config.Queries[0]) { // what check prints is what is exposed
			if n, err := testutil.GatherAndCount(registry, name.Name); err != nil || n == 0 {
				t.Errorf("no %s, %v", name.Name, err)
			}
		}
	})
}
