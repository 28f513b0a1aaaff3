package collector

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// An API that ignores a filter is doubted after two looks, without a request more, and no
// longer when it has been seen to apply it.
func TestIgnoredFilterIsDoubted(t *testing.T) {
	t.Parallel()
	for _, verify := range []string{"warn", "fail", "off"} {
		t.Run(verify, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.New(inboxtest.Contacts(200), inboxtest.PageSize(20))
			synctest.Test(t, func(t *testing.T) {
				account, _, lines := open(t, server, strings.Replace(threeQueries, "rate_limit: 0", "rate_limit: 0\n    verify: "+verify, 1))
				defer account.Close()
				server.Intercept(ignoreOnline(server))
				var s *Snapshot
				for range 12 { // every query is audited within these
					s = scrape(account)
					time.Sleep(time.Minute)
				}
				online, users := &s.Results[1], &s.Results[0]
				if got, want := online.Doubts[DoubtFilter], verify != "off"; got != want || users.Doubts[DoubtFilter] {
					t.Errorf("online is doubted %t, want %t; users %t", got, want, users.Doubts[DoubtFilter])
				}
				if failed := inbox.ReasonOf(online.Err()) == inbox.Filter; online.Err() != nil && failed != (verify == "fail") || (online.Err() == nil) == (verify == "fail") {
					t.Errorf("%v", online.Err())
				}
				if doubted := strings.Count(lines.String(), `msg="query in doubt" query=online reason=filter detail="`); doubted != map[string]int{"warn": 1, "fail": 1}[verify] {
					t.Errorf("%d lines say so:\n%s", doubted, lines)
				}
				server.Intercept(nil)
				for range 12 {
					s = scrape(account)
					time.Sleep(time.Minute)
				}
				if s.Results[1].Doubts[DoubtFilter] || s.Results[1].Err() != nil {
					t.Errorf("still doubted when the filter is applied: %v", s.Results[1].Err())
				}
			})
		})
	}
}

// ignoreOnline answers queries for contacts that are online with all contacts.
func ignoreOnline(server *inboxtest.Server) inboxtest.Hook {
	all := server.Inbox.Select(func(inboxtest.Contact) bool { return true })
	return only(forOnline, func(w http.ResponseWriter, _ *http.Request, call inboxtest.Call) bool {
		var records []string
		for i := (call.Page - 1) * 20; i < min(len(all), call.Page*20); i++ {
			records = append(records, fmt.Sprintf(`{"_id":%q,"isOnline":%t}`, all[i].ID, all[i].Online))
		}
		fmt.Fprintf(w, `{"success":true,"data":[%s],"code":200}`, strings.Join(records, ","))
		return true
	})
}

// An honest inbox is never doubted, however it moves.
func TestHonestInboxIsNotDoubted(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			server := inboxtest.New(inboxtest.Contacts(300), inboxtest.PageSize(20))
			random := rand.New(rand.NewPCG(seed, 1))
			synctest.Test(t, func(t *testing.T) {
				account, _, lines := open(t, server, threeQueries+`
  - {name: backlog, help: Waiting., filter: {isLiveChatActive: true, lastMessageBy: [user]}, group_by: {channel: platform}}
  - {name: recent, help: Recent., filter: {createdAt: {startAt: now-1d}}}
`)
				defer account.Close()
				for range 60 {
					s := scrape(account)
					for i := range s.Results {
						if r := &s.Results[i]; r.Doubts[DoubtFilter] || r.Doubts[DoubtIrregular] {
							t.Fatalf("%s is doubted: %v\n%s", r.Query.Name, r.Doubts, lines)
						}
					}
					time.Sleep(15 * time.Second)
					for _, c := range server.Inbox.Select(func(inboxtest.Contact) bool { return random.IntN(10) == 0 }) {
						server.Inbox.Update(c.ID, func(c *inboxtest.Contact) {
							c.Online = !c.Online
							c.LiveChatActive = !c.LiveChatActive
							c.LastMessage.By = []string{inboxtest.ByUser, inboxtest.ByAgent}[random.IntN(2)]
						})
					}
					for range random.IntN(4) {
						server.Inbox.Add(inboxtest.Contact{})
					}
				}
			})
		})
	}
}

// A list that ends at a round number for a while is doubted.
func TestCappedListIsDoubted(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.PageSize(100))
	contacts := make([]inboxtest.Contact, 6000)
	for i := range contacts {
		contacts[i].Raw = json.RawMessage(fmt.Sprintf(`{"_id":"%d"}`, i))
	}
	server.Inbox.Add(contacts...)
	synctest.Test(t, func(t *testing.T) {
		account, _, lines := open(t, server, accountYAML+"queries: [{name: users, help: All contacts.}]")
		defer account.Close()
		for n := range 11 {
			s := scrape(account)
			if got, want := s.Results[0].Doubts[DoubtCapped], n >= minCapped-1; got != want {
				t.Errorf("scrape %d: doubted %t, want %t", n+1, got, want)
			}
		}
		if !strings.Contains(lines.String(), "reason=capped") {
			t.Errorf("log:\n%s", lines)
		}
	})
}

// A field that no contact has is an error for oldest, whose alerts would be silent, and a
// warning for group_by.
func TestFieldsThatNoContactHas(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(50))
	synctest.Test(t, func(t *testing.T) {
		account, _, lines := open(t, server, accountYAML+`
queries:
  - {name: waiting, help: Waiting., oldest: lastMessage.sentAt}
  - {name: by_channel, help: By channel., group_by: {channel: plattform, status: status}}
  - {name: nobody, help: Nobody., filter: {searchText: nobody has this}, oldest: lastMessage.sentAt, group_by: {channel: plattform}}
`)
		defer account.Close()
		for range 3 {
			s := scrape(account)
			if err := s.Results[0].Err(); inbox.ReasonOf(err) != inbox.Decode || !strings.Contains(fmt.Sprint(err), "lastMessage.sentAt") {
				t.Errorf("oldest: %v", err)
			}
			if err := s.Results[2].Err(); err != nil {
				t.Errorf("without contacts: %v", err)
			}
		}
		if log := lines.String(); strings.Count(log, `msg="no contact has a field of group_by" query=by_channel field=plattform`) != 1 || strings.Contains(log, "field=status") || strings.Contains(log, "query=nobody field") {
			t.Errorf("log:\n%s", log)
		}
	})
}
