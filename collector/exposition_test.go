package collector

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

const allFeatures = accountYAML + `
    dimensions:
      channel:
        WEBSITE: {_botWebsite: [64f0c0ffee00000000000001]}
        WHATSAPP: {_botWhatsapp: [64f0c0ffee00000000000002]}
dimensions:
  status:
    open: {status: [OPEN]}
    closed: {status: [CLOSED]}
queries:
  - name: users
    help: All contacts.
  - name: by_both
    help: Contacts by channel and status.
    by: [channel, status]
    labels: {team: support}
  - name: waiting
    help: Contacts that wait.
    filter: {lastMessageBy: [user]}
    group_by:
      channel: {field: platform, values: [FACEBOOK, WEBSITE]}
    oldest: lastMessage.at
  - name: oldest_only
    help: Contacts that wait.
    filter: {lastMessageBy: [user]}
    oldest: lastMessage.at
`

// filled is a small inbox with known contacts.
func filled(t *testing.T, options ...inboxtest.Option) *inboxtest.Server {
	t.Helper()
	server := inboxtest.New(append(options, inboxtest.PageSize(2))...)
	time.Sleep(24 * time.Hour) // synthetic time begins in 2000, and no time before that is believed
	now := time.Now()
	bots := func(c inboxtest.Channel, id string) map[inboxtest.Channel][]string {
		return map[inboxtest.Channel][]string{c: {id}}
	}
	server.Inbox.Add(
		inboxtest.Contact{Status: "OPEN", Platform: []inboxtest.Channel{inboxtest.Website}, Bots: bots(inboxtest.Website, inboxtest.WebsiteBot),
			LastMessage: inboxtest.Message{By: inboxtest.ByUser, At: now.Add(-90 * time.Second)}},
		inboxtest.Contact{Status: "OPEN", Platform: []inboxtest.Channel{inboxtest.Website, inboxtest.Whatsapp}, Bots: bots(inboxtest.Whatsapp, inboxtest.WhatsappBot),
			LastMessage: inboxtest.Message{By: inboxtest.ByUser, At: now.Add(-30 * time.Second)}},
		inboxtest.Contact{Status: "CLOSED", Platform: []inboxtest.Channel{inboxtest.Whatsapp}, Bots: bots(inboxtest.Whatsapp, inboxtest.WhatsappBot),
			LastMessage: inboxtest.Message{By: inboxtest.ByAgent, At: now.Add(-10 * time.Second)}},
		inboxtest.Contact{Status: "CLOSED", LastMessage: inboxtest.Message{By: inboxtest.ByUser, At: now.Add(time.Hour)}},
		inboxtest.Contact{Status: "REVIEW"},
	)
	return server
}

func TestExposition(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		account, metrics, _ := open(t, filled(t), allFeatures)
		defer account.Close()
		s := scrape(account)
		registry := prometheus.NewPedanticRegistry()
		registry.MustRegister(NewGauges(s), metrics)
		// Time stands still here, so that durations are exactly 0.
		want := `
# HELP botpenguin_inbox_by_both Contacts by channel and status.
# TYPE botpenguin_inbox_by_both gauge
botpenguin_inbox_by_both{account="acme",channel="WEBSITE",status="closed",team="support"} 0
botpenguin_inbox_by_both{account="acme",channel="WEBSITE",status="open",team="support"} 1
botpenguin_inbox_by_both{account="acme",channel="WHATSAPP",status="closed",team="support"} 1
botpenguin_inbox_by_both{account="acme",channel="WHATSAPP",status="open",team="support"} 1
# HELP botpenguin_inbox_oldest_only Contacts that wait.
# TYPE botpenguin_inbox_oldest_only gauge
botpenguin_inbox_oldest_only{account="acme"} 3
# HELP botpenguin_inbox_oldest_only_oldest_seconds Age of the oldest matching contact in seconds, 0 if there is none. Contacts that wait.
# TYPE botpenguin_inbox_oldest_only_oldest_seconds gauge
botpenguin_inbox_oldest_only_oldest_seconds{account="acme"} 90
# HELP botpenguin_inbox_users All contacts.
# TYPE botpenguin_inbox_users gauge
botpenguin_inbox_users{account="acme"} 5
# HELP botpenguin_inbox_waiting Contacts that wait.
# TYPE botpenguin_inbox_waiting gauge
botpenguin_inbox_waiting{account="acme",channel="FACEBOOK"} 0
botpenguin_inbox_waiting{account="acme",channel="WEBSITE"} 2
botpenguin_inbox_waiting{account="acme",channel="WHATSAPP"} 1
botpenguin_inbox_waiting{account="acme",channel="none"} 1
# HELP botpenguin_inbox_waiting_oldest_seconds Age of the oldest matching contact in seconds, 0 if there is none. Contacts that wait.
# TYPE botpenguin_inbox_waiting_oldest_seconds gauge
botpenguin_inbox_waiting_oldest_seconds{account="acme",channel="FACEBOOK"} 0
botpenguin_inbox_waiting_oldest_seconds{account="acme",channel="WEBSITE"} 90
botpenguin_inbox_waiting_oldest_seconds{account="acme",channel="WHATSAPP"} 30
botpenguin_inbox_waiting_oldest_seconds{account="acme",channel="none"} 0
# HELP botpenguin_query_doubt Whether the number of the query may answer another question, by reason.
# TYPE botpenguin_query_doubt gauge
botpenguin_query_doubt{account="acme",query="by_both",reason="capped"} 0
botpenguin_query_doubt{account="acme",query="by_both",reason="filter"} 0
botpenguin_query_doubt{account="acme",query="by_both",reason="irregular"} 0
botpenguin_query_doubt{account="acme",query="oldest_only",reason="capped"} 0
botpenguin_query_doubt{account="acme",query="oldest_only",reason="filter"} 0
botpenguin_query_doubt{account="acme",query="oldest_only",reason="irregular"} 0
botpenguin_query_doubt{account="acme",query="users",reason="capped"} 0
botpenguin_query_doubt{account="acme",query="users",reason="filter"} 0
botpenguin_query_doubt{account="acme",query="users",reason="irregular"} 0
botpenguin_query_doubt{account="acme",query="waiting",reason="capped"} 0
botpenguin_query_doubt{account="acme",query="waiting",reason="filter"} 0
botpenguin_query_doubt{account="acme",query="waiting",reason="irregular"} 0
# HELP botpenguin_query_duration_seconds Duration of the query in this scrape in seconds, including the time spent waiting for the rate limit and other queries.
# TYPE botpenguin_query_duration_seconds gauge
botpenguin_query_duration_seconds{account="acme",query="by_both"} 0
botpenguin_query_duration_seconds{account="acme",query="oldest_only"} 0
botpenguin_query_duration_seconds{account="acme",query="users"} 0
botpenguin_query_duration_seconds{account="acme",query="waiting"} 0
# HELP botpenguin_query_errors_total Failed queries by reason.
# TYPE botpenguin_query_errors_total counter
botpenguin_query_errors_total{account="acme",reason="api"} 0
botpenguin_query_errors_total{account="acme",reason="auth"} 0
botpenguin_query_errors_total{account="acme",reason="connection"} 0
botpenguin_query_errors_total{account="acme",reason="decode"} 0
botpenguin_query_errors_total{account="acme",reason="filter"} 0
botpenguin_query_errors_total{account="acme",reason="http_status"} 0
botpenguin_query_errors_total{account="acme",reason="pagination"} 0
botpenguin_query_errors_total{account="acme",reason="rate_limited"} 0
botpenguin_query_errors_total{account="acme",reason="timeout"} 0
botpenguin_query_errors_total{account="acme",reason="too_large"} 0
# HELP botpenguin_query_last_success_timestamp_seconds Unix timestamp at which the query last succeeded completely.
# TYPE botpenguin_query_last_success_timestamp_seconds gauge
botpenguin_query_last_success_timestamp_seconds{account="acme",query="by_both"} 9.467712e+08
botpenguin_query_last_success_timestamp_seconds{account="acme",query="oldest_only"} 9.467712e+08
botpenguin_query_last_success_timestamp_seconds{account="acme",query="users"} 9.467712e+08
botpenguin_query_last_success_timestamp_seconds{account="acme",query="waiting"} 9.467712e+08
# HELP botpenguin_query_success Whether the query succeeded completely in this scrape.
# TYPE botpenguin_query_success gauge
botpenguin_query_success{account="acme",query="by_both"} 1
botpenguin_query_success{account="acme",query="oldest_only"} 1
botpenguin_query_success{account="acme",query="users"} 1
botpenguin_query_success{account="acme",query="waiting"} 1
# HELP botpenguin_results_timestamp_seconds Unix timestamp at which the oldest exposed value of the account was fetched.
# TYPE botpenguin_results_timestamp_seconds gauge
botpenguin_results_timestamp_seconds{account="acme"} 9.467712e+08
# HELP botpenguin_scrape_duration_seconds Duration of running the account's queries in seconds.
# TYPE botpenguin_scrape_duration_seconds gauge
botpenguin_scrape_duration_seconds{account="acme"} 0
# HELP botpenguin_up Whether at least one query of the account returned a result in this scrape.
# TYPE botpenguin_up gauge
botpenguin_up{account="acme"} 1
`
		var names []string
		for _, line := range strings.Split(want, "\n") {
			if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
				names = append(names, strings.Fields(rest)[0])
			}
		}
		if err := testutil.GatherAndCompare(registry, strings.NewReader(want), names...); err != nil {
			t.Error(err)
		}
		problems, err := testutil.GatherAndLint(registry)
		if err != nil || len(problems) > 0 {
			t.Errorf("lint: %v %v", problems, err)
		}
	})
}

func TestProbeExpositionHasNoAccountLabel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, filled(t), allFeatures)
		defer account.Close()
		want := `
# HELP botpenguin_inbox_users All contacts.
# TYPE botpenguin_inbox_users gauge
botpenguin_inbox_users 5
# HELP botpenguin_query_success Whether the query succeeded completely in this scrape.
# TYPE botpenguin_query_success gauge
botpenguin_query_success{query="by_both"} 1
botpenguin_query_success{query="oldest_only"} 1
botpenguin_query_success{query="users"} 1
botpenguin_query_success{query="waiting"} 1
# HELP botpenguin_up Whether at least one query of the account returned a result in this scrape.
# TYPE botpenguin_up gauge
botpenguin_up 1
`
		if err := testutil.CollectAndCompare(NewProbeGauges(scrape(account)), strings.NewReader(want),
			"botpenguin_inbox_users", "botpenguin_query_success", "botpenguin_up"); err != nil {
			t.Error(err)
		}
	})
}

// A group that was seen once is exposed as 0 when it is empty.
func TestKnownGroupsStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := filled(t)
		account, _, _ := open(t, server, allFeatures)
		defer account.Close()
		scrape(account)
		for _, c := range server.Inbox.Select(func(c inboxtest.Contact) bool { return c.LastMessage.By == inboxtest.ByUser }) {
			server.Inbox.Update(c.ID, func(c *inboxtest.Contact) { c.LastMessage.By = inboxtest.ByAgent })
		}
		want := `
# HELP botpenguin_inbox_waiting Contacts that wait.
# TYPE botpenguin_inbox_waiting gauge
botpenguin_inbox_waiting{account="acme",channel="FACEBOOK"} 0
botpenguin_inbox_waiting{account="acme",channel="WEBSITE"} 0
botpenguin_inbox_waiting{account="acme",channel="WHATSAPP"} 0
botpenguin_inbox_waiting{account="acme",channel="none"} 0
# HELP botpenguin_inbox_waiting_oldest_seconds Age of the oldest matching contact in seconds, 0 if there is none. Contacts that wait.
# TYPE botpenguin_inbox_waiting_oldest_seconds gauge
botpenguin_inbox_waiting_oldest_seconds{account="acme",channel="FACEBOOK"} 0
botpenguin_inbox_waiting_oldest_seconds{account="acme",channel="WEBSITE"} 0
botpenguin_inbox_waiting_oldest_seconds{account="acme",channel="WHATSAPP"} 0
botpenguin_inbox_waiting_oldest_seconds{account="acme",channel="none"} 0
`
		if err := testutil.CollectAndCompare(NewGauges(scrape(account)), strings.NewReader(want),
			"botpenguin_inbox_waiting", "botpenguin_inbox_waiting_oldest_seconds"); err != nil {
			t.Error(err)
		}
	})
}
