package collector

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

const countAndRead = accountYAML + `
queries:
  - {name: users, help: All contacts.}
  - {name: users_by_channel, help: All contacts by channel., group_by: {channel: platform}}
  - {name: online_by_channel, help: Online by channel., filter: {isOnline: true}, group_by: {channel: platform}}
`

// A read of too many pages is refused, the count that shares its requests is not, and the
// read succeeds when it has become shorter.
func TestTooManyPagesToRead(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(5_000), inboxtest.PageSize(20))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, countAndRead)
		defer account.Close()
		for n := range 3 {
			server.ResetCalls()
			s := scrape(account)
			users := server.Inbox.Len()
			if got := values(s); got["users"] != users || got["users_by_channel"] != inbox.TooLarge || s.Results[2].Err() != nil {
				t.Errorf("scrape %d: %v, want %d users", n, got, users)
			}
			if text := fmt.Sprint(s.Results[1].Err()); !strings.Contains(text, "group_by") || !strings.Contains(text, "by") {
				t.Errorf("scrape %d: %s: does not mention the alternative", n, text)
			}
			if requests := s.Results[1].Parts[0].Requests; n > 0 && requests > 3 { // one of them may be an audit
				t.Errorf("scrape %d: %d requests for a read known to be too long", n, requests)
			}
		}
		for _, c := range server.Inbox.Select(func(inboxtest.Contact) bool { return true })[2000:] {
			server.Inbox.Remove(c.ID)
		}
		if s := scrape(account); s.Results[1].Err() != nil {
			t.Errorf("with 2000 contacts: %v", s.Results[1].Err())
		}
	})
}

// A read that exceeds the rate limit is refused without requests.
func TestReadBeyondTheRateLimit(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(3_000), inboxtest.PageSize(20))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, strings.Replace(accountYAML, "rate_limit: 0", "rate_limit: 5", 1)+`
queries:
  - {name: users_by_channel, help: All contacts by channel., group_by: {channel: platform}}
`)
		defer account.Close()
		scrape(account)
		time.Sleep(time.Minute)
		asked := 0
		for range 2 * retryRefused {
			server.ResetCalls()
			s := scrape(account)
			if reason := inbox.ReasonOf(s.Results[0].Err()); reason != inbox.Timeout || !strings.Contains(s.Results[0].Err().Error(), "rate_limit") {
				t.Errorf("%v", s.Results[0].Err())
			}
			if server.Requests() > 0 {
				asked++
			}
			time.Sleep(time.Minute)
		}
		if asked != 2 {
			t.Errorf("requests in %d of %d scrapes, want 2", asked, 2*retryRefused)
		}
		for _, c := range server.Inbox.Select(func(inboxtest.Contact) bool { return true })[500:] {
			server.Inbox.Remove(c.ID)
		}
		recovered := 0
		for range retryRefused + 1 {
			if s := scrape(account); s.Results[0].Err() == nil {
				recovered++
			}
			time.Sleep(time.Minute)
		}
		if recovered == 0 {
			t.Error("not read again although it has become shorter")
		}
	})
}

func TestTooManyGroups(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.PageSize(50))
	for i := range 101 {
		server.Inbox.Add(inboxtest.Contact{Raw: json.RawMessage(fmt.Sprintf(`{"_id":"%d","team":"t%d"}`, i, i))})
	}
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, accountYAML+`
queries:
  - {name: by_team, help: By team., group_by: {team: team}}
`)
		defer account.Close()
		s := scrape(account)
		if err := s.Results[0].Err(); inbox.ReasonOf(err) != inbox.TooLarge || !strings.Contains(fmt.Sprint(err), "team") {
			t.Errorf("%v", err)
		}
		// With one less it is fine. One that comes later is too many, although one went, as
		// long as that was there within the hour.
		remove := server.Inbox.Select(func(inboxtest.Contact) bool { return true })[0].ID
		server.Inbox.Remove(remove)
		if err := scrape(account).Results[0].Err(); err != nil {
			t.Error(err)
		}
		remove = server.Inbox.Select(func(inboxtest.Contact) bool { return true })[0].ID
		server.Inbox.Remove(remove)
		server.Inbox.Add(inboxtest.Contact{Raw: json.RawMessage(`{"_id":"new","team":"new"}`)})
		if err := scrape(account).Results[0].Err(); inbox.ReasonOf(err) != inbox.TooLarge {
			t.Errorf("%v", err)
		}
		time.Sleep(groupsKept + time.Second)
		if s := scrape(account); s.Results[0].Err() != nil || len(s.Results[0].Parts[0].Series) != maxGroups {
			t.Errorf("%v, %d series", s.Results[0].Err(), len(s.Results[0].Parts[0].Series))
		}
	})
}

// Declared groups stay, however many others come and go. Those stay for an hour, and so
// the series of all that ever came stay few.
func TestGroupsAreForgottenUnlessTheyAreDeclared(t *testing.T) {
	t.Parallel()
	server := inboxtest.New()
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, accountYAML+`
queries:
  - {name: by_team, help: By team., group_by: {team: {field: team, values: [support, sales]}}}
`)
		defer account.Close()
		teams := func() map[string]int {
			got := make(map[string]int)
			s := scrape(account)
			if err := s.Results[0].Err(); err != nil {
				t.Error(err)
			}
			for _, series := range s.Results[0].Parts[0].Series {
				got[series.Labels["team"]] = series.Contacts
			}
			return got
		}
		for hour := range 50 {
			var want = map[string]int{"support": 0, "sales": 0}
			for i := range 60 {
				team := fmt.Sprintf("t%d", 60*hour+i)
				want[team] = 1
				server.Inbox.Add(inboxtest.Contact{ID: team, Raw: json.RawMessage(fmt.Sprintf(`{"_id":%q,"team":%q}`, team, team))})
			}
			if diff := cmp.Diff(want, teams()); diff != "" {
				t.Fatalf("hour %d (-want +got):\n%s", hour, diff)
			}
			for i := range 60 {
				team := fmt.Sprintf("t%d", 60*hour+i)
				server.Inbox.Remove(team)
				want[team] = 0
			}
			time.Sleep(groupsKept)
			if diff := cmp.Diff(want, teams()); diff != "" {
				t.Fatalf("hour %d, when they have gone (-want +got):\n%s", hour, diff)
			}
			time.Sleep(time.Second)
		}
	})
}

// Every third scrape of a single query looks at another page, every second time at one
// before the last; the metric says what was found.
func TestAudits(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(205), inboxtest.PageSize(20))
	synctest.Test(t, func(t *testing.T) {
		account, metrics, _ := open(t, server, accountYAML+"queries: [{name: users, help: All contacts.}]")
		defer account.Close()
		for range 30 {
			scrape(account) // the second one audits the page size, which the first one found
		}
		const want = `
# HELP botpenguin_pages_audited_total Audited pages by result: full if they are as counting assumes, otherwise irregular.
# TYPE botpenguin_pages_audited_total counter
botpenguin_pages_audited_total{account="acme",result="full"} 11
botpenguin_pages_audited_total{account="acme",result="irregular"} 0
`
		if err := testutil.CollectAndCompare(metrics, strings.NewReader(want), "botpenguin_pages_audited_total"); err != nil {
			t.Error(err)
		}
		server.SetOddities(inboxtest.Oddities{DropEvery: 7})
		for range auditsSurely {
			scrape(account)
		}
		s := scrape(account)
		served := 0
		users := server.Inbox.Len()
		for i := range users {
			if (i+1)%7 != 0 {
				served++
			}
		}
		if got := values(s)["users"]; got != served {
			t.Errorf("counted %v with dropped rows, want %d", got, served)
		}
	})
}

// auditsSurely is a number of scrapes in which every query is audited.
const auditsSurely = 12

// If one query's count finds that the page size is wrong, other counts that relied on it
// are repeated.
func TestCountsWithAWrongPageSizeAreRepeated(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(2_000), inboxtest.PageSize(50))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, threeQueries)
		defer account.Close()
		healthy := values(scrape(account))
		server.SetPageSize(20)
		for range auditsSurely {
			scrape(account)
		}
		if got := values(scrape(account)); fmt.Sprint(got) != fmt.Sprint(healthy) {
			t.Errorf("after the audit %v, want %v", got, healthy)
		}
		server.SetPageSize(100)
		if got := values(scrape(account)); fmt.Sprint(got) != fmt.Sprint(healthy) {
			t.Errorf("with longer pages %v, want %v", got, healthy)
		}
	})
}

// A number that rests on a page size which has just proved wrong is not served, also if
// there is no time to count it again.
func TestNoNumberOfAWrongPageSizeIsServed(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(2_000), inboxtest.PageSize(50))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, threeQueries)
		defer account.Close()
		var healthy map[string]any
		for range auditsSurely {
			healthy = values(scrape(account))
		}
		server.SetPageSize(20)
		hung := make(chan struct{})
		server.Intercept(only(func(call inboxtest.Call) bool { return strings.Contains(string(call.Raw), "CLOSED") },
			func(http.ResponseWriter, *http.Request, inboxtest.Call) bool { <-hung; return true }))
		for n := range auditsSurely {
			s := scrape(account)
			got := values(s)
			if s.Results[0].Parts[0].Requests+s.Results[1].Parts[0].Requests <= 4 {
				continue // no audit has found the new size yet
			}
			for _, name := range []string{"users", "online"} {
				if number, ok := got[name].(int); ok && number != healthy[name] {
					t.Errorf("scrape %d: %s is %d, want %v or none", n, name, number, healthy[name])
				}
			}
			break
		}
		close(hung)
		server.Intercept(nil)
		time.Sleep(time.Minute)
		if diff := cmp.Diff(healthy, values(scrape(account))); diff != "" {
			t.Errorf("in the next scrape (-want +got):\n%s", diff)
		}
	})
}

// A read of a query that walks is made once per scrape, whatever happened to the page
// size.
func TestReadOfAWalkingQueryIsMadeOnce(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(400), inboxtest.PageSize(20))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, accountYAML+`
queries:
  - {name: users, help: All contacts., filter: {status: [CLOSED, OPEN]}}
  - {name: by_channel, help: By channel., group_by: {channel: platform}, counting: walk}
`)
		defer account.Close()
		for _, size := range []int{20, 30, 15} {
			server.SetPageSize(size)
			for range auditsSurely {
				scrape(account)
			}
			s := scrape(account)
			if requests, most := s.Results[1].Parts[0].Requests, 400/size+2; s.Results[1].Err() != nil || requests > most {
				t.Errorf("page size %d: %d requests, want at most %d: %v", size, requests, most, s.Results[1].Err())
			}
		}
	})
}

// A query without groups has its series when nobody matches, too.
func TestOldestOfNobody(t *testing.T) {
	t.Parallel()
	server := inboxtest.New()
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, accountYAML+`
queries:
  - {name: waiting, help: Waiting., filter: {lastMessageBy: [user]}, oldest: lastMessage.at}
`)
		defer account.Close()
		const want = `
# HELP botpenguin_inbox_waiting Waiting.
# TYPE botpenguin_inbox_waiting gauge
botpenguin_inbox_waiting{account="acme"} 0
# HELP botpenguin_inbox_waiting_oldest_seconds Age of the oldest matching contact in seconds, 0 if there is none. Waiting.
# TYPE botpenguin_inbox_waiting_oldest_seconds gauge
botpenguin_inbox_waiting_oldest_seconds{account="acme"} 0
`
		if err := testutil.CollectAndCompare(NewGauges(scrape(account)), strings.NewReader(want), "botpenguin_inbox_waiting", "botpenguin_inbox_waiting_oldest_seconds"); err != nil {
			t.Error(err)
		}
	})
}

// An invalid group_by field does not affect queries that share its requests.
func TestFieldThatCannotBeGroupedBy(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, accountYAML+`
queries:
  - {name: users, help: All contacts.}
  - {name: by_profile, help: By profile., group_by: {profile: profile}}
  - {name: by_channel, help: By channel., group_by: {channel: platform}}
`)
		defer account.Close()
		s := scrape(account)
		if s.Results[0].Err() != nil || s.Results[2].Err() != nil {
			t.Errorf("%v", values(s))
		}
		if err := s.Results[1].Err(); inbox.ReasonOf(err) != inbox.Decode || !strings.Contains(fmt.Sprint(err), "field profile of a contact is an object") {
			t.Errorf("%v", err)
		}
	})
}

// A walked query is correct from the first scrape on, however irregular the pages are, and
// so is a query that shares its requests.
func TestWalk(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(400), inboxtest.PageSize(20), inboxtest.Odd(inboxtest.Oddities{DropEvery: 9}))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, accountYAML+`
queries:
  - {name: walked, help: All contacts., counting: walk}
  - {name: users, help: All contacts.}
  - {name: by_channel, help: By channel., group_by: {channel: {field: _id}}, accounts: [acme], filter: {isOnline: true}, counting: walk}
`)
		defer account.Close()
		served := func(match func(inboxtest.Contact) bool) int {
			n := server.Inbox.Count(match)
			return n - n/9
		}
		for n := range 3 {
			server.ResetCalls()
			s := scrape(account)
			users := served(func(inboxtest.Contact) bool { return true })
			if got := values(s); got["walked"] != users || got["users"] != users {
				t.Errorf("scrape %d: %v walked, %v users, want %d", n, got["walked"], got["users"], users)
			}
			online := served(func(c inboxtest.Contact) bool { return c.Online })
			if got := len(s.Results[2].Parts[0].Series); n == 0 && got != online {
				t.Errorf("%d groups of one, want %d: %v", got, online, s.Results[2].Err())
			}
			if got, want := s.Results[0].Parts[0].Requests, (users+users/8)/20+3; n > 0 && got > want {
				t.Errorf("scrape %d: %d requests, want at most %d", n, got, want)
			}
		}
	})
}
