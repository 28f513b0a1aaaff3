package collector

import (
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

const unreadByAgent = accountYAML + `
queries:
  - name: chats
    help: Live chats.
    group_by: {agent: {field: agent, values: [a3, none], names: {a1: Asha, a2: Asha, a3: Bela, none: unassigned}}}
    sum: {unread: unreadMessages, visits: visits}
  - name: all
    help: Live chats.
    sum: {unread: unreadMessages}
`

// Sums are those of each group; names are shown in place of values, declared ones
// included, and values of the same name are summed.
func TestSumsAndNames(t *testing.T) {
	atDesk(t, unreadByAgent, func(d *desk) {
		d.record("a", `{"_id":"a","agent":"a1","unreadMessages":3,"visits":0.5}`)
		d.record("b", `{"_id":"b","agent":["a2","a1"],"unreadMessages":4}`)
		d.record("c", `{"_id":"c","agent":"a9"}`)
		d.record("d", `{"_id":"d","unreadMessages":"many","visits":1}`)
		want(d.t, d.scrape(), map[string]float64{
			`chats{agent="Asha"}`: 2, `chats_unread{agent="Asha"}`: 7, `chats_visits{agent="Asha"}`: 0.5,
			`chats{agent="Bela"}`: 0, `chats_unread{agent="Bela"}`: 0, `chats_visits{agent="Bela"}`: 0,
			`chats{agent="a9"}`: 1, `chats_unread{agent="a9"}`: 0, `chats_visits{agent="a9"}`: 0,
			`chats{agent="unassigned"}`: 1, `chats_unread{agent="unassigned"}`: 0, `chats_visits{agent="unassigned"}`: 1,
			`all{}`: 4, `all_unread{}`: 7,
		})
		if got := d.scrape(); len(got) != 4*3+2 {
			t.Errorf("%v", got)
		}
	})
}

// The sum over no contacts is 0. If contacts match and none has a number, the query fails.
func TestSumOfNothing(t *testing.T) {
	atDesk(t, unreadByAgent, func(d *desk) {
		want(d.t, d.scrape(), map[string]float64{`all{}`: 0, `all_unread{}`: 0, `chats_unread{agent="Bela"}`: 0})
		d.record("a", `{"_id":"a","unreadMessages":"3","visits":1}`)
		const text = "none of 1 contacts has a number in the field unreadMessages, which sum names"
		for _, result := range scrape(d.account).Results {
			if err := result.Err(); inbox.ReasonOf(err) != inbox.Decode || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v", result.Query.Name, err)
			}
		}
	})
}

// Two agents of the same name are one group: moving between them is no departure.
func TestWaitingWithNames(t *testing.T) {
	atDesk(t, strings.Replace(unreadByAgent, "sum: {unread: unreadMessages, visits: visits}", "waiting: {}", 1), func(d *desk) {
		d.record("a", `{"_id":"a","agent":"a1","lastMessage":{"by":"user","at":"2000-01-02T00:00:00Z"},"unreadMessages":1}`)
		d.scrape()
		d.record("a", `{"_id":"a","agent":"a2","lastMessage":{"by":"agent","at":"2000-01-02T00:00:30Z"},"unreadMessages":1}`)
		want(d.t, d.scrape(), map[string]float64{
			`chats_reply_seconds{agent="Asha"} sum`: 30, `chats_left_total{agent="Asha",waiting="true"}`: 0, `chats_entered_total{agent="Asha"}`: 0, `chats_entered_total{agent="Bela"}`: 0,
		})
	})
}
