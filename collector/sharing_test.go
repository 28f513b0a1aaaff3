package collector

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestOverlappingScrapesShareOneRun(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100), inboxtest.Latency(time.Second))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, threeQueries)
		defer account.Close()
		scrape(account)
		server.ResetCalls()
		healthy := values(scrape(account))
		alone := server.Requests()
		server.ResetCalls()
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if diff := cmp.Diff(healthy, values(scrape(account))); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
		all.Wait()
		if server.Requests() > alone+1 { // one of them is an audit
			t.Errorf("12 concurrent scrapes made %d requests, one makes %d", server.Requests(), alone)
		}
	})
}

func TestDisconnectDoesNotAffectOtherScrapes(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100), inboxtest.Latency(time.Second))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, threeQueries)
		defer account.Close()
		healthy := values(scrape(account))
		ctx, hangUp := context.WithCancel(context.Background())
		go account.Scrape(ctx, time.Now().Add(9*time.Second))
		synctest.Wait()
		go func() {
			time.Sleep(500 * time.Millisecond)
			hangUp()
		}()
		if diff := cmp.Diff(healthy, values(scrape(account))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestLastScrapeToLeaveCancelsTheRun(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, lines := open(t, server, threeQueries)
		defer account.Close()
		ended := make(chan struct{}, 3)
		server.Intercept(func(_ http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
			<-r.Context().Done()
			ended <- struct{}{}
			return true
		})
		ctx, hangUp := context.WithCancel(context.Background())
		go func() {
			time.Sleep(500 * time.Millisecond)
			hangUp()
		}()
		began := time.Now()
		account.Scrape(ctx, time.Now().Add(time.Hour))
		<-ended
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the request was canceled after %v", took)
		}
		server.Intercept(nil)
		if s := scrape(account); !s.Up() {
			t.Errorf("the next scrape: %v", values(s))
		}
		if strings.Contains(lines.String(), "query failed") {
			t.Errorf("a disconnected client was logged as a failure:\n%s", lines)
		}
	})
}

// Each scrape returns by its own deadline with what is done by then. The run continues for
// scrapes with later deadlines.
func TestEachScrapeEndsAtItsOwnDeadline(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, threeQueries)
		defer account.Close()
		healthy := values(scrape(account))
		server.Intercept(only(forOnline, func(http.ResponseWriter, *http.Request, inboxtest.Call) bool {
			time.Sleep(3 * time.Second)
			return false
		}))
		began := time.Now()
		var all sync.WaitGroup
		all.Go(func() {
			s := account.Scrape(context.Background(), began.Add(time.Second))
			want := map[string]any{"users": healthy["users"], "online": inbox.Timeout, "closed": healthy["closed"]}
			if diff := cmp.Diff(want, values(s)); diff != "" {
				t.Errorf("short deadline (-want +got):\n%s", diff)
			}
			if took := time.Since(began); took > time.Second+cancelTimeout { // on synthetic time
				t.Errorf("the scrape with the short deadline returned after %v", took)
			}
		})
		time.Sleep(500 * time.Millisecond)
		s := account.Scrape(context.Background(), began.Add(9*time.Second))
		if diff := cmp.Diff(healthy, values(s)); diff != "" {
			t.Errorf("long deadline (-want +got):\n%s", diff)
		}
		all.Wait()
	})
}

// A read that is refused because of a short deadline is repeated for a longer one.
func TestShortDeadlineDoesNotFailLongerOne(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(1200), inboxtest.PageSize(20))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, strings.Replace(accountYAML, "rate_limit: 0", "rate_limit: 10", 1)+`
queries:
  - {name: by_channel, help: Contacts by channel., group_by: {channel: platform}}
`)
		defer account.Close()
		account.Scrape(context.Background(), time.Time{}) // finds the number of pages
		time.Sleep(time.Minute)
		server.SetLatency(100 * time.Millisecond)
		go account.Scrape(context.Background(), time.Now().Add(time.Second)) // 55 pages are too many for it
		synctest.Wait()
		s := account.Scrape(context.Background(), time.Now().Add(30*time.Second))
		if err := s.Results[0].Err(); err != nil {
			t.Errorf("longer deadline: %v", err)
		}
	})
}

func TestMinIntervalServesTheLatestResults(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, strings.Replace(threeQueries, "rate_limit: 0", "min_interval: 30s", 1))
		defer account.Close()
		first := scrape(account)
		server.ResetCalls()
		time.Sleep(29 * time.Second)
		if again := scrape(account); again.Ended != first.Ended || server.Requests() != 0 {
			t.Errorf("after 29s: fetched at %v instead of %v, %d requests", again.Ended, first.Ended, server.Requests())
		}
		time.Sleep(2 * time.Second)
		server.Intercept(only(forOnline, abort))
		if s := scrape(account); s.Results[1].Err() == nil {
			t.Error("after 31s the results were not fetched again")
		}
		server.Intercept(nil)
		if s := scrape(account); s.Results[1].Err() != nil {
			t.Error("results with a failed query were kept")
		}
	})
}

// Queries with equal request bodies share their requests, even if they group the contacts
// differently.
func TestEqualRequestsAreMadeOnce(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(300), inboxtest.PageSize(20))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, accountYAML+`
queries:
  - {name: online, help: Contacts online., filter: {isOnline: true}}
  - {name: online_again, help: The same., filter: {isOnline: true, createdAt: {startAt: ""}}}
  - {name: online_by_channel, help: By channel., filter: {isOnline: true}, group_by: {channel: platform}}
  - {name: online_by_status, help: By status., filter: {isOnline: true}, group_by: {status: status}, oldest: createdAt}
`)
		defer account.Close()
		for n := range 2 {
			server.ResetCalls()
			s := scrape(account)
			asked := make(map[int]bool)
			again := 0
			for _, call := range server.Calls() {
				if asked[call.Page] {
					again++
				}
				asked[call.Page] = true
			}
			if most := 1 - n; again > most { // to confirm the page size
				t.Errorf("scrape %d: %d pages were requested again, want at most %d", n, again, most)
			}
			sums := make(map[string]int)
			for i := range s.Results {
				if err := s.Results[i].Err(); err != nil {
					t.Error(err)
				}
				for _, series := range s.Results[i].Parts[0].Series {
					sums[s.Results[i].Query.Name] += series.Contacts
				}
			}
			n := server.Inbox.Count(func(c inboxtest.Contact) bool { return c.Online })
			want := map[string]int{"online": n, "online_again": n, "online_by_channel": n, "online_by_status": n}
			if diff := cmp.Diff(want, sums); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	})
}
