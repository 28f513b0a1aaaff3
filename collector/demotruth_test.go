package collector

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/life"
)

const bothWays = accountYAML + `
queries:
  - {name: users, help: Live chats., filter: {isLiveChatActive: true}, waiting: {older_than: []}}
  - {name: bots, help: Live chats., filter: {isLiveChatActive: true}, waiting: {customer: [user, bot], ignore: [], older_than: []}}
`

// truth is the simulation's own record of who waits.
type truth struct {
	since    map[string]time.Time // by contact
	waits    int                  // that have begun
	replies  int
	waited   time.Duration // until the replies
	left     int           // while they waited
	departed int           // at all
}

func (tr *truth) record(m life.Message) {
	since, waits := tr.since[m.Contact]
	switch {
	case m.By == inboxtest.ByUser && !waits:
		tr.since[m.Contact] = m.At
		tr.waits++
	case m.By == inboxtest.ByAgent && waits:
		tr.replies++
		tr.waited += m.At.Sub(since)
		delete(tr.since, m.Contact)
	case m.By == "":
		tr.departed++
		if waits {
			tr.left++
			delete(tr.since, m.Contact)
		}
	}
}

// Ten minutes of the demo, next to its own record of every message. What the exporter sees
// is never more than what was; docs/metrics.md has the shares that it misses.
func TestWaitsOfTheDemo(t *testing.T) {
	t.Parallel()
	for _, interval := range []time.Duration{time.Second, 5 * time.Second, 15 * time.Second} {
		t.Run(interval.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { compareWithTruth(t, interval) })
		})
	}
}

func compareWithTruth(t *testing.T, interval time.Duration) {
	const tick = 500 * time.Millisecond
	time.Sleep(1000 * 24 * time.Hour) // contacts are up to 400 days old
	server := inboxtest.New(inboxtest.PageSize(100), inboxtest.KeepCalls(0))
	tr := &truth{since: make(map[string]time.Time)}
	simulation := life.New(server.Inbox, life.Options{Record: tr.record})
	for _, c := range server.Inbox.Select(func(c inboxtest.Contact) bool { return c.LiveChatActive && c.LastMessage.By != inboxtest.ByAgent }) {
		tr.since[c.ID] = c.LastMessage.At
	}
	account, _, _ := open(t, server, bothWays)
	defer account.Close()
	exposed(t, NewGauges(scrape(account)))
	atFirst := len(tr.since)
	*tr = truth{since: tr.since}
	var got map[string]float64
	for began, next := time.Now(), time.Now().Add(interval); time.Since(began) < 10*time.Minute; {
		time.Sleep(tick)
		simulation.Step(time.Now())
		if time.Now().Before(next) {
			continue
		}
		next = next.Add(interval)
		got = exposed(t, NewGauges(scrape(account)))
		// With the bot among the customers, who waits is known exactly.
		if got["bots_waiting{}"] != float64(len(tr.since)) {
			t.Errorf("%v wait, want %d", got["bots_waiting{}"], len(tr.since))
		}
		if entered, left := got["bots_entered_total{}"], got[`bots_left_total{waiting="true"}`]+got[`bots_left_total{waiting="false"}`]; left > float64(tr.departed) || entered == 0 && tr.departed > 20 {
			t.Errorf("%v entered, %v left, but only %d have", entered, left, tr.departed)
		}
	}
	for _, query := range []string{"users", "bots"} {
		replies, left := got[query+"_reply_seconds{} count"], got[query+`_left_total{waiting="true"}`]
		// Who gets a reply and leaves between two scrapes is seen to leave while waiting.
		if replies > float64(tr.replies) || replies+left > float64(tr.replies+tr.left) {
			t.Errorf("%s: %v replies of %d, %v left of %d", query, replies, tr.replies, left, tr.left)
		}
		seen := replies + left + got[query+"_waiting{}"]
		all := float64(tr.waits + atFirst)
		t.Logf("every %s, %s: %.0f of %.0f waits seen, %.1f %% missed; %.0f of %d replies, after %.1f s on average instead of %.1f s; %.0f of %d left waiting; %.0f entered, %.0f of %d left",
			interval, query, seen, all, 100*(1-seen/all), replies, tr.replies, got[query+"_reply_seconds{} sum"]/replies, tr.waited.Seconds()/float64(tr.replies),
			left, tr.left, got[query+"_entered_total{}"], left+got[query+`_left_total{waiting="false"}`], tr.departed)
	}
}
