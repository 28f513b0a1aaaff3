package collector

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

const byTeam = accountYAML + `
queries:
  - {name: by_team, help: By team., group_by: {team: team}}
`

// teams adds contacts, each of a team of its own.
func teams(server *inboxtest.Server, n int) {
	for i := range n {
		server.Inbox.Add(inboxtest.Contact{Raw: json.RawMessage(fmt.Sprintf(`{"_id":"%d","team":"t%d"}`, i, i))})
	}
}

// A read does not go on when it can have no result any more.
func TestReadEndsWithTooManyValues(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.PageSize(50))
	teams(server, 5_000)
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, byTeam)
		defer account.Close()
		err := scrape(account).Results[0].Err()
		const want = "the contacts have more than 100 different values of team: group by a field with fewer, or count by dimensions (by)"
		if inbox.ReasonOf(err) != inbox.TooLarge || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%v", err)
		}
		if n := server.Requests(); n > 5 {
			t.Errorf("%d requests for what the third page shows", n)
		}
	})
	// Who shares the requests is not concerned.
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, byTeam+"  - {name: users, help: All contacts.}")
		defer account.Close()
		if s := scrape(account); s.Results[0].Err() == nil || values(s)["users"] != 5_000 {
			t.Errorf("%v", values(s))
		}
	})
}

// The memory of a read is free again after its run.
func TestMemoryIsReleased(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.PageSize(50))
	teams(server, 100)
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, byTeam)
		defer account.Close()
		account.process.memory = inbox.NewBudget(60_000)
		for n := range 5 {
			if err := scrape(account).Results[0].Err(); err != nil {
				t.Fatalf("scrape %d: %v", n, err)
			}
		}
		account.process.memory = inbox.NewBudget(10_000)
		if err := scrape(account).Results[0].Err(); inbox.ReasonOf(err) != inbox.TooLarge {
			t.Errorf("with less memory: %v", err)
		}
	})
}

// The API may return a token where a label comes from, also before anybody knows that it
// is one.
func TestLabelsShowNoSecret(t *testing.T) {
	t.Parallel()
	server := inboxtest.New()
	for i, team := range []string{"simulated-token", "SIMULATED-TOKEN", "of simulated-token", "a later token", "support"} {
		server.Inbox.Add(inboxtest.Contact{Raw: json.RawMessage(fmt.Sprintf(`{"_id":"%d","team":%q}`, i, team))})
	}
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, byTeam)
		defer account.Close()
		account.process.Know(account.config)
		scrape(account)
		account.process.Secrets.Add("zenith", "token", "a later token")
		const want = `
# HELP botpenguin_inbox_by_team By team.
# TYPE botpenguin_inbox_by_team gauge
botpenguin_inbox_by_team{account="acme",team="<secret>"} 3
botpenguin_inbox_by_team{account="acme",team="of <secret>"} 1
botpenguin_inbox_by_team{account="acme",team="support"} 1
`
		if err := testutil.CollectAndCompare(NewGauges(scrape(account)), strings.NewReader(want), "botpenguin_inbox_by_team"); err != nil {
			t.Error(err)
		}
	})
}
