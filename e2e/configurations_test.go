package e2e

import (
	"encoding/json"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// anotherConfiguration has some of the built-in queries, one of them broken down by
// channel and with an additional label, and two accounts with different queries.
const anotherConfiguration = `
accounts:
  - {name: acme, url: "${BOTPENGUIN_URL}", authorization: {credentials: "${BOTPENGUIN_TOKEN}"}}
  - {name: small, url: "${BOTPENGUIN_URL}", authorization: {credentials: "${BOTPENGUIN_TOKEN}"}}
queries:
  - name: users
    help: All contacts.
  - name: live_chats_active
    help: Contacts in an active live chat.
    filter: {isLiveChatActive: true}
    accounts: [acme]
  - name: backlog
    help: Contacts in an active live chat who are waiting for an answer.
    filter: {isLiveChatActive: true, lastMessageBy: [user]}
    group_by: {channel: platform}
    labels: {team: support}
    accounts: [acme]
`

// TestDashboardsAndAlertsWithAnotherConfiguration has two exporters with the same two
// accounts. Nothing may be counted twice, and no expression may fail.
func TestDashboardsAndAlertsWithAnotherConfiguration(t *testing.T) {
	t.Parallel()
	program := exporter(t)
	api := inboxtest.Start(t)
	for _, channel := range []inboxtest.Channel{inboxtest.Website, inboxtest.Whatsapp, inboxtest.Whatsapp} {
		customer := chat(inboxtest.ByUser)
		customer.Platform = []inboxtest.Channel{channel}
		api.Inbox.Add(customer, chat(inboxtest.ByAgent))
	}
	file := programtest.WriteFile(t, "config.yml", anotherConfiguration)
	var exporters []string
	for range 2 {
		exporters = append(exporters, programtest.Start(t, program, environment(api), "--config.file="+file).Address)
	}
	prom := startMonitoring(t, "1s", exporters, ruleFiles)

	prom.awaitValue(t, "count(botpenguin_inbox_backlog)", func(n float64) bool { return n == 4 })
	for name, want := range map[string]float64{
		"Customers waiting for an answer": 3, "Live chats active": 6,
		"Is somebody answering? Share of live chats that wait": .5,
	} {
		prom.awaitValue(t, firstQuery(t, dashboardFiles[0], name), func(v float64) bool { return v == want })
	}
	prom.awaitValue(t, "account:botpenguin_inbox_backlog:sum", func(n float64) bool { return n == 3 })
	for _, e := range expressions(t) {
		for _, chosen := range []choice{everything, {"$account": "(acme|small)", "$channel": "(WEBSITE)"}, {"$account": "small", "$channel": "none"}} {
			prom.series(t, substitute(e.text, chosen)) // an error fails the test
		}
	}
	prom.checkRules(t)
}

// firstQuery returns the first query of a panel, for all accounts and channels.
func firstQuery(t *testing.T, file, title string) string {
	t.Helper()
	for _, p := range loadDashboard(t, file).Panels {
		if p.Title == title {
			return substitute(p.Targets[0].Expr, everything)
		}
	}
	t.Fatalf("%s has no panel %q", file, title)
	return ""
}

// checkRules requires all rules to be loaded and evaluated without errors.
func (p promServer) checkRules(t *testing.T) {
	t.Helper()
	want := 0
	for _, file := range ruleFiles {
		want += len(rules(t, file))
	}
	body, _ := get(t, p.Program, "/api/v1/rules", "application/json")
	var response struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &response); err != nil {
		t.Fatal(err)
	}
	for _, group := range response.Data.Groups {
		for _, rule := range group.Rules {
			if want--; rule.Health != "ok" {
				t.Errorf("%s is %s: %s", rule.Name, rule.Health, rule.LastError)
			}
		}
	}
	if want != 0 {
		t.Errorf("%d rules are not loaded", want)
	}
}
