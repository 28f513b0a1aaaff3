package faults

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// canary is a token that must never be seen. It has what URLs, JSON, and Go's own
// quoting write in another way, and a part of it is as bad as all of it.
const canary = `canary/canary+canary"canary\canary%canary~canary=`

// singing is what of the canary survives every way of writing it.
const singing = "canary"

// stand is the program, and the inboxes behind its accounts acme and zenith.
type stand struct {
	*running
	acme, zenith *inboxtest.Server
}

const standYAML = `
accounts:
  - {name: acme, url: "${ACME}", authorization: {credentials: "${TOKEN}"}, rate_limit: 0, timeout: 1m}
  - {name: zenith, url: "${ZENITH}", authorization: {credentials: "${TOKEN}"}, rate_limit: 0, timeout: 1m}
queries:
  - {name: users, help: All contacts.}
  - {name: online, help: Contacts online., filter: {isOnline: true}}
  - {name: closed, help: Contacts whose conversation is closed., filter: {status: [CLOSED]}}
  - {name: waiting, help: Contacts that wait., filter: {lastMessageBy: [user]}, group_by: {channel: platform}, oldest: lastMessage.at}
`

// newInbox starts an inbox that accepts the canary.
func newInbox(t *testing.T, contacts int) *inboxtest.Server {
	t.Helper()
	return inboxtest.Start(t, inboxtest.Contacts(contacts), inboxtest.PageSize(10), inboxtest.Token(canary))
}

// lastPage is where the query closed ends in the inbox of acme.
const lastPage = 4

// newStand boots the program, which logs everything, on two inboxes.
func newStand(t *testing.T, args ...string) *stand {
	t.Helper()
	s := &stand{acme: newInbox(t, 70), zenith: newInbox(t, 20)}
	s.running = bootStand(t, s.acme.URL, s.zenith.URL, args...)
	return s
}

func bootStand(t *testing.T, acme, zenith string, args ...string) *running {
	t.Helper()
	path := programtest.WriteFile(t, "stand.yml", standYAML)
	env := programtest.Env{"ACME": acme, "ZENITH": zenith, "TOKEN": canary}
	return boot(t, env, append([]string{"--config.file=" + path, "--log.level=debug"}, args...)...)
}

// silent checks that the canary is in nothing that the program says, and that no line
// of its log is endless.
func (r *running) silent(t *testing.T) {
	t.Helper()
	pages := map[string]string{"the log": r.Output()}
	for _, path := range []string{"/probe?account=acme&debug=true", "/config", "/", "/sd", "/-/ready", "/-/healthy", "/debug/pprof/cmdline"} {
		_, pages[path] = r.Get(t, path, timeoutHeader, "0.5")
	}
	for name, page := range pages {
		mute(t, name, page)
	}
	for line := range strings.Lines(r.Output()) {
		if len(line) > 4096 {
			t.Errorf("a line of the log has %d bytes: %.300s…", len(line), line)
		}
	}
}

// mute checks that a text does not hold the canary.
func mute(t *testing.T, name, text string) {
	t.Helper()
	if at := strings.Index(strings.ToLower(text), singing); at >= 0 {
		t.Errorf("%s shows the token: %s", name, text[max(0, at-200):min(len(text), at+200)])
	}
}

// numbers are the gauges of an account whose queries all succeed, by what is in its
// inbox.
func numbers(account string, inbox *inboxtest.Inbox) map[string]float64 {
	count := func(match func(inboxtest.Contact) bool) float64 {
		return float64(inbox.Count(match))
	}
	name := func(query string) string { return fmt.Sprintf("botpenguin_inbox_%s{account=%q}", query, account) }
	all := map[string]float64{
		"botpenguin_up{account=\"" + account + "\"}": 1,
		name("users"):  count(func(inboxtest.Contact) bool { return true }),
		name("online"): count(func(c inboxtest.Contact) bool { return c.Online }),
		name("closed"): count(isClosed),
	}
	for _, query := range []string{"users", "online", "closed", "waiting"} {
		all[fmt.Sprintf("botpenguin_query_success{account=%q,query=%q}", account, query)] = 1
	}
	for _, channel := range inboxtest.Channels() {
		n := count(func(c inboxtest.Contact) bool { return waits(c) && slices.Contains(c.Platform, channel) })
		if n > 0 {
			all[fmt.Sprintf("botpenguin_inbox_waiting{account=%q,channel=%q}", account, channel)] = n
			all[fmt.Sprintf("botpenguin_inbox_waiting_oldest_seconds{account=%q,channel=%q}", account, channel)] = 0
		}
	}
	return all
}

func isClosed(c inboxtest.Contact) bool { return c.Status == inboxtest.StatusClosed }

func waits(c inboxtest.Contact) bool { return c.LastMessage.By == inboxtest.ByUser }

// failed returns the gauges as they must be when some queries of an account fail: no
// number of theirs, and no success.
func failed(healthy map[string]float64, account string, queries ...string) map[string]float64 {
	all := maps.Clone(healthy)
	for name := range healthy {
		for _, query := range queries {
			own := strings.HasPrefix(name, "botpenguin_inbox_"+query+"{") || strings.HasPrefix(name, "botpenguin_inbox_"+query+"_oldest_seconds{")
			switch {
			case !strings.Contains(name, fmt.Sprintf("account=%q", account)):
			case own:
				delete(all, name)
			case strings.Contains(name, fmt.Sprintf("query=%q", query)), len(queries) == 4 && strings.HasPrefix(name, "botpenguin_up"):
				all[name] = 0
			}
		}
	}
	return all
}

// same compares gauges.
func same(t *testing.T, when string, want, got map[string]float64) bool {
	t.Helper()
	diff := cmp.Diff(want, got)
	if diff != "" {
		t.Errorf("%s (-want +got):\n%s", when, diff)
	}
	return diff == ""
}
