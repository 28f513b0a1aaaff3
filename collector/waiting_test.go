package collector

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

const waitingByChannel = accountYAML + `
queries:
  - name: chats
    help: Live chats.
    group_by: {channel: {field: platform, values: [web]}}
    waiting: {older_than: [1m, 90s]}
`

// desk is an inbox of chats whose records a test writes, and an account that reads it.
type desk struct {
	t       *testing.T
	server  *inboxtest.Server
	account *Account
	process *Process
	logs    *logs
}

// atDesk runs a test with an empty desk, in synthetic time that is late enough for the API.
func atDesk(t *testing.T, yaml string, test func(*desk)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		server := inboxtest.New(inboxtest.PageSize(3))
		d := &desk{t: t, server: server}
		d.open(yaml)
		defer func() { d.account.Close() }()
		test(d)
	})
}

// open opens the account of a configuration, the same process going on.
func (d *desk) open(yaml string) {
	d.t.Helper()
	account, process, lines := openIn(d.t, d.process, d.server, yaml)
	d.account, d.process, d.logs = account, process, lines
}

// reload closes the account after that of another configuration was opened.
func (d *desk) reload(yaml string) {
	d.t.Helper()
	before := d.account
	d.open(yaml)
	before.Close()
}

// write sets the last message of a chat, which is new if there is none of that id.
func (d *desk) write(id, channel, by string, at time.Time) {
	d.record(id, fmt.Sprintf(`{"_id":%q,"platform":[%q],"lastMessage":{"by":%q,"at":%q}}`, id, channel, by, at.UTC().Format(time.RFC3339Nano)))
}

// says writes a last message of now.
func (d *desk) says(id, channel, by string) { d.write(id, channel, by, time.Now()) }

func (d *desk) record(id, record string) {
	raw := json.RawMessage(record)
	if !d.server.Inbox.Update(id, func(c *inboxtest.Contact) { c.Raw = raw }) {
		d.server.Inbox.Add(inboxtest.Contact{ID: id, Raw: raw})
	}
}

func (d *desk) leaves(id string) { d.server.Inbox.Remove(id) }

// scrape scrapes the account and returns the series of its queries on /metrics, without
// prefix and account.
func (d *desk) scrape() map[string]float64 {
	d.t.Helper()
	return exposed(d.t, NewGauges(scrape(d.account)))
}

// exposed returns the series of queries by name and labels. Of a histogram there are the
// count, the sum and the buckets that have observations.
func exposed(t *testing.T, c prometheus.Collector) map[string]float64 {
	t.Helper()
	series := make(map[string]float64)
	for _, family := range gather(t, c) {
		name, ours := strings.CutPrefix(family.GetName(), "botpenguin_inbox_")
		if !ours {
			continue
		}
		for _, m := range family.GetMetric() {
			labels := make(map[string]string)
			for _, pair := range m.GetLabel() {
				if pair.GetName() != "account" {
					labels[pair.GetName()] = pair.GetValue()
				}
			}
			key := name + exposedLabels(labels)
			switch {
			case m.Gauge != nil:
				series[key] = m.GetGauge().GetValue()
			case m.Counter != nil:
				series[key] = m.GetCounter().GetValue()
			case m.Histogram != nil:
				series[key+" count"], series[key+" sum"] = float64(m.GetHistogram().GetSampleCount()), m.GetHistogram().GetSampleSum()
			}
		}
	}
	return series
}

func exposedLabels(labels map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, fmt.Sprintf("%s=%q", name, labels[name]))
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

func gather(t *testing.T, c prometheus.Collector) []*dto.MetricFamily {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// want compares some of the series with what they should be; NaN stands for absent.
func want(t *testing.T, got map[string]float64, want map[string]float64) {
	t.Helper()
	some := make(map[string]float64)
	for name := range want {
		if value, ok := got[name]; ok {
			some[name] = value
		}
	}
	if diff := cmp.Diff(want, some); diff != "" {
		t.Errorf("series (-want +got):\n%s\nof %v", diff, slices.Sorted(maps.Keys(got)))
	}
}

// All series of a query with waiting are there from the first read on, for the groups
// that are present and those that are declared. Who is present then has not entered.
func TestFirstReadWithWaiting(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.says("a", "app", "user")
		d.says("b", "app", "agent")
		time.Sleep(75 * time.Second)
		got := d.scrape()
		all := map[string]float64{}
		for channel, n := range map[string]float64{"app": 1, "web": 0} {
			label := fmt.Sprintf(`{channel=%q}`, channel)
			all["chats"+label] = 2 * n
			all["chats_waiting"+label] = n
			all["chats_waiting_oldest_seconds"+label] = 75 * n
			all[fmt.Sprintf(`chats_waiting_older_than{age="1m",channel=%q}`, channel)] = n
			all[fmt.Sprintf(`chats_waiting_older_than{age="90s",channel=%q}`, channel)] = 0
			all["chats_reply_seconds"+label+" count"] = 0
			all["chats_reply_seconds"+label+" sum"] = 0
			all["chats_entered_total"+label] = 0
			all[fmt.Sprintf(`chats_left_total{channel=%q,waiting="true"}`, channel)] = 0
			all[fmt.Sprintf(`chats_left_total{channel=%q,waiting="false"}`, channel)] = 0
		}
		if diff := cmp.Diff(all, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// A wait starts with the first unanswered message. A customer who writes again, or who
// gets a reply from a bot, has not waited any less. It ends with a reply.
func TestWaitFromFirstUnansweredMessageToReply(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		const oldest, older, waiting, replies = `chats_waiting_oldest_seconds{channel="web"}`, `chats_waiting_older_than{age="1m",channel="web"}`, `chats_waiting{channel="web"}`, `chats_reply_seconds{channel="web"}`
		d.says("a", "web", "agent")
		want(d.t, d.scrape(), map[string]float64{waiting: 0, oldest: 0})
		d.says("a", "web", "user")
		want(d.t, d.scrape(), map[string]float64{waiting: 1, oldest: 0})
		time.Sleep(30 * time.Second)
		d.says("a", "web", "user")
		want(d.t, d.scrape(), map[string]float64{waiting: 1, oldest: 30, older: 0})
		time.Sleep(30 * time.Second)
		d.says("a", "web", "bot")
		want(d.t, d.scrape(), map[string]float64{waiting: 1, oldest: 60, older: 0})
		time.Sleep(time.Second)
		want(d.t, d.scrape(), map[string]float64{waiting: 1, oldest: 61, older: 1})
		time.Sleep(9 * time.Second)
		d.says("a", "web", "agent")
		time.Sleep(20 * time.Second) // the reply took until it was sent, not until it is seen
		want(d.t, d.scrape(), map[string]float64{waiting: 0, oldest: 0, older: 0, replies + " count": 1, replies + " sum": 70})
		want(d.t, d.scrape(), map[string]float64{replies + " count": 1, replies + " sum": 70})
	})
}

// A contact that is first seen with an ignored sender's message does not wait. With the bot
// among the customers, and nobody ignored, it does.
func TestFirstSeenWithABotsMessage(t *testing.T) {
	atDesk(t, waitingByChannel+`
  - {name: with_bots, help: Live chats., waiting: {customer: [user, bot], ignore: []}}`, func(d *desk) {
		d.says("a", "web", "bot")
		time.Sleep(10 * time.Second)
		want(d.t, d.scrape(), map[string]float64{`chats_waiting{channel="web"}`: 0, `with_bots_waiting{}`: 1, `with_bots_waiting_oldest_seconds{}`: 10})
		d.says("a", "web", "agent")
		want(d.t, d.scrape(), map[string]float64{`chats_reply_seconds{channel="web"} count`: 0, `with_bots_reply_seconds{} count`: 1, `with_bots_reply_seconds{} sum`: 10})
	})
}

// A wait ends when the contact leaves the list. left says whether it was waiting when it
// was last seen.
func TestLeavingTheList(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.says("a", "web", "user")
		d.says("b", "web", "agent")
		d.scrape()
		d.leaves("a")
		d.leaves("b")
		d.says("c", "web", "user")
		want(d.t, d.scrape(), map[string]float64{
			`chats{channel="web"}`: 1, `chats_waiting{channel="web"}`: 1, `chats_entered_total{channel="web"}`: 1,
			`chats_left_total{channel="web",waiting="true"}`: 1, `chats_left_total{channel="web",waiting="false"}`: 1,
			`chats_reply_seconds{channel="web"} count`: 0,
		})
	})
}

// A failed or incomplete read changes nothing and forgets nothing; the counters stay while
// it fails.
func TestFailedReadsChangeNothing(t *testing.T) {
	for name, hook := range map[string]inboxtest.Hook{
		"all pages":       respond(http.StatusInternalServerError, "{}"),
		"the second page": only(func(call inboxtest.Call) bool { return call.Body()["page"] == 2.0 }, respond(http.StatusInternalServerError, "{}")),
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, waitingByChannel, func(d *desk) {
				for n := range 5 { // two pages
					d.says(fmt.Sprint(n), "web", "user")
				}
				d.scrape()
				d.leaves("4")
				want(d.t, d.scrape(), map[string]float64{`chats_left_total{channel="web",waiting="true"}`: 1})
				d.leaves("3")
				d.says("0", "web", "agent")
				d.says("5", "web", "user")
				d.server.Intercept(hook)
				for range 3 {
					time.Sleep(time.Minute)
					got := d.scrape()
					want(d.t, got, map[string]float64{
						`chats_left_total{channel="web",waiting="true"}`: 1, `chats_entered_total{channel="web"}`: 0, `chats_reply_seconds{channel="web"} count`: 0,
					})
					for _, gauge := range []string{`chats{channel="web"}`, `chats_waiting{channel="web"}`, `chats_waiting_oldest_seconds{channel="web"}`} {
						if value, there := got[gauge]; there {
							t.Errorf("%s %v of a failed read", gauge, value)
						}
					}
				}
				d.server.Intercept(nil)
				want(d.t, d.scrape(), map[string]float64{
					`chats{channel="web"}`: 4, `chats_waiting_oldest_seconds{channel="web"}`: 180,
					`chats_left_total{channel="web",waiting="true"}`: 2, `chats_entered_total{channel="web"}`: 1, `chats_reply_seconds{channel="web"} count`: 1,
				})
			})
		})
	}
}

// A contact that moves to another group leaves one and enters the other. Its wait goes on
// there, and a reply counts in the group in which the contact is seen then.
func TestMovingToAnotherGroup(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.says("a", "web", "user")
		d.says("b", "app", "user")
		d.scrape()
		time.Sleep(10 * time.Second)
		d.write("a", "app", "user", time.Now().Add(-10*time.Second))
		want(d.t, d.scrape(), map[string]float64{
			`chats_waiting{channel="web"}`: 0, `chats_waiting{channel="app"}`: 2, `chats_waiting_oldest_seconds{channel="app"}`: 10,
			`chats_left_total{channel="web",waiting="true"}`: 1, `chats_entered_total{channel="app"}`: 1,
		})
		d.says("a", "web", "agent")
		want(d.t, d.scrape(), map[string]float64{
			`chats_left_total{channel="app",waiting="true"}`: 1, `chats_entered_total{channel="web"}`: 1,
			`chats_reply_seconds{channel="web"} count`: 1, `chats_reply_seconds{channel="web"} sum`: 10, `chats_reply_seconds{channel="app"} count`: 0,
		})
	})
}

// The wait of a contact that one read misses goes on; it has left and entered.
func TestContactThatOneReadMisses(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.says("a", "web", "user")
		began := time.Now()
		d.scrape()
		d.leaves("a")
		time.Sleep(10 * time.Second)
		d.scrape()
		d.write("a", "web", "user", began)
		want(d.t, d.scrape(), map[string]float64{
			`chats_waiting_oldest_seconds{channel="web"}`: 10, `chats_left_total{channel="web",waiting="true"}`: 1, `chats_entered_total{channel="web"}`: 1,
		})
	})
}

// Without a sender or a readable time, or with an older one than was seen, nothing changes.
func TestUnreadableMessagesChangeNothing(t *testing.T) {
	for name, message := range map[string]string{
		"no message":       `null`,
		"no sender":        `{"at":"2000-01-03T00:00:00Z"}`,
		"a sender in JSON": `{"by":{"name":"agent"},"at":"2000-01-03T00:00:00Z"}`,
		"no time":          `{"by":"agent"}`,
		"a strange time":   `{"by":"agent","at":"now"}`,
		"an older time":    `{"by":"agent","at":"2000-01-01T12:00:00Z"}`,
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, waitingByChannel, func(d *desk) {
				d.says("a", "web", "user")
				d.scrape()
				d.record("a", `{"_id":"a","platform":["web"],"lastMessage":`+message+`}`)
				time.Sleep(10 * time.Second)
				want(d.t, d.scrape(), map[string]float64{
					`chats{channel="web"}`: 1, `chats_waiting{channel="web"}`: 1, `chats_waiting_oldest_seconds{channel="web"}`: 10, `chats_reply_seconds{channel="web"} count`: 0,
				})
			})
		})
	}
}

// A reply never takes less than nothing, whatever the API's clock says.
func TestReplyTimesAreNotNegative(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.write("a", "web", "user", time.Now().Add(time.Hour)) // ahead of ours
		want(d.t, d.scrape(), map[string]float64{`chats_waiting{channel="web"}`: 1, `chats_waiting_oldest_seconds{channel="web"}`: 0})
		d.write("a", "web", "agent", time.Now().Add(time.Hour))
		want(d.t, d.scrape(), map[string]float64{`chats_reply_seconds{channel="web"} count`: 1, `chats_reply_seconds{channel="web"} sum`: 0})
	})
}

// If at least five contacts exist and none has a readable sender and time, the query fails.
func TestNoReadableSender(t *testing.T) {
	for name, message := range map[string]string{
		"no message": `null`, "no sender": `{"at":"2000-01-03T00:00:00Z"}`, "no time": `{"by":"user","at":"yesterday"}`,
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, waitingByChannel, func(d *desk) {
				for n := range 5 {
					if n == 4 {
						want(d.t, d.scrape(), map[string]float64{`chats{channel="web"}`: 4, `chats_waiting{channel="web"}`: 0})
					}
					id := fmt.Sprint(n)
					d.record(id, `{"_id":"`+id+`","platform":["web"],"lastMessage":`+message+`}`)
				}
				const text = "none of 5 contacts has a sender in the field lastMessage.by and a readable time in the field lastMessage.at, which waiting needs"
				if err := scrape(d.account).Results[0].Err(); inbox.ReasonOf(err) != inbox.Decode || !strings.Contains(err.Error(), text) {
					t.Errorf("%v", err)
				}
				want(d.t, d.scrape(), map[string]float64{`chats_entered_total{channel="web"}`: 0}) // it stays
				d.says("0", "web", "user")
				want(d.t, d.scrape(), map[string]float64{`chats{channel="web"}`: 5, `chats_waiting{channel="web"}`: 1, `chats_entered_total{channel="web"}`: 1})
			})
		})
	}
}

// The gauge of a query with waiting is the number of contacts read, also without group_by.
func TestGaugeOfAQueryWithWaiting(t *testing.T) {
	atDesk(t, accountYAML+"queries: [{name: chats, help: Live chats., waiting: {older_than: []}, labels: {team: support}}]", func(d *desk) {
		for n := range 7 {
			d.says(fmt.Sprint(n), "web", "user")
		}
		got := d.scrape()
		want(d.t, got, map[string]float64{
			`chats{team="support"}`: 7, `chats_waiting{team="support"}`: 7, `chats_entered_total{team="support"}`: 0, `chats_left_total{team="support",waiting="true"}`: 0,
		})
		if len(got) != 8 {
			t.Errorf("%v, want no thresholds", got)
		}
	})
}

// A contact in several groups counts in each.
func TestContactInSeveralGroups(t *testing.T) {
	atDesk(t, waitingByChannel, func(d *desk) {
		d.record("a", `{"_id":"a","platform":["web","app"],"lastMessage":{"by":"user","at":"2000-01-02T00:00:00Z"}}`)
		want(d.t, d.scrape(), map[string]float64{`chats_waiting{channel="web"}`: 1, `chats_waiting{channel="app"}`: 1})
		d.record("a", `{"_id":"a","platform":["app"],"lastMessage":{"by":"agent","at":"2000-01-02T00:00:20Z"}}`)
		want(d.t, d.scrape(), map[string]float64{
			`chats_left_total{channel="web",waiting="true"}`: 1, `chats_reply_seconds{channel="app"} sum`: 20, `chats_reply_seconds{channel="web"} count`: 0, `chats_left_total{channel="app",waiting="true"}`: 0,
		})
	})
}
