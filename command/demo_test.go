package command

import (
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// The demo shows its agents by their names, but names of the configuration win, and other
// labels and accounts are left alone.
func TestNameAgents(t *testing.T) {
	t.Parallel()
	cfg, err := config.Parse("test.yml", []byte(`
accounts:
  - {name: acme, url: "http://a", authorization: {credentials: simulated-token}}
  - {name: zenith, url: "http://z", authorization: {credentials: simulated-token}}
queries:
  - name: chats
    help: Chats.
    group_by: {agent: {field: _agentAssigned, names: {63e4d5c6b7a8000000000001: Boss, none: unassigned}}, channel: platform}
`), ".", nil)
	if err != nil {
		t.Fatal(err)
	}
	nameAgents(cfg.Accounts[0])
	ids := inboxtest.Agents(2)
	agent, channel := cfg.Accounts[0].Queries[0].GroupBy[0], cfg.Accounts[0].Queries[0].GroupBy[1]
	if agent.Names[ids[0]] != "Boss" || agent.Names["none"] != "unassigned" || agent.Names[ids[1]] == "" || channel.Names != nil {
		t.Errorf("names %v, %v", agent.Names, channel.Names)
	}
	if other := cfg.Accounts[1].Queries[0].GroupBy[0]; len(other.Names) != 2 {
		t.Errorf("of the other account: %v", other.Names)
	}
}
