package collector

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// stuckTransport blocks while it is stuck, even if the request's context ends.
type stuckTransport struct {
	http.RoundTripper
	release chan struct{} // closed: no longer stuck
	stuck   atomic.Int32  // number of requests that have not returned
}

func (s *stuckTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	s.stuck.Add(1)
	<-s.release
	s.stuck.Add(-1)
	return s.RoundTripper.RoundTrip(r)
}

// A run ends at its deadline even if the transport ignores it. The abandoned requests are
// bounded, reported, and gone when the transport returns.
func TestRunEndsWithStuckRequests(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		cfg, err := config.Parse("test.yml", []byte(strings.Replace(threeQueries, "rate_limit: 0", "concurrency: 2", 1)), ".", environment)
		if err != nil {
			t.Fatal(err)
		}
		transport := &stuckTransport{RoundTripper: noNetwork{server, inboxtest.DefaultToken}, release: make(chan struct{})}
		process, lines := NewProcess(), &logs{}
		account := newAccount(cfg.Accounts[0], transport, process, log.NewLogfmtLogger(lines))
		defer account.Close()
		const scrapes = 5
		for n := range scrapes {
			began := time.Now()
			s := scrape(account)
			if took := time.Since(began); took > 9500*time.Millisecond+cancelTimeout { // on synthetic time
				t.Errorf("scrape %d took %v", n, took)
			}
			timeouts := map[string]any{"users": inbox.Timeout, "online": inbox.Timeout, "closed": inbox.Timeout}
			if diff := cmp.Diff(timeouts, values(s)); diff != "" {
				t.Errorf("scrape %d (-want +got):\n%s", n, diff)
			}
		}
		if n := transport.stuck.Load(); n > 2 {
			t.Errorf("%d abandoned requests, want at most the concurrency", n)
		}
		if n := testutil.ToFloat64(account.metrics.stuck); n < 1 || n > 2 {
			t.Errorf("%v stuck runs reported, want one or two", n)
		}
		if n := testutil.ToFloat64(account.metrics.errors.WithLabelValues("timeout")); n != 3*scrapes {
			t.Errorf("%v timeouts counted, want %d", n, 3*scrapes)
		}
		if strings.Count(lines.String(), "query failed") != 3 {
			t.Errorf("log:\n%s", lines)
		}
		close(transport.release)
		time.Sleep(time.Minute)
		if s := scrape(account); !s.Up() || s.Results[0].Err() != nil || s.Results[1].Err() != nil || s.Results[2].Err() != nil {
			t.Errorf("after the transport has returned: %v", values(s))
		}
		if n := testutil.ToFloat64(account.metrics.stuck); n != 0 {
			t.Errorf("%v stuck runs reported afterwards", n)
		}
	})
}

// Close and Retire return even if a request does not.
func TestCloseDoesNotWaitForStuckRequests(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*Account){"close": (*Account).Close, "retire": (*Account).Retire} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.New(inboxtest.Contacts(100))
			synctest.Test(t, func(t *testing.T) {
				cfg, err := config.Parse("test.yml", []byte(threeQueries), ".", environment)
				if err != nil {
					t.Fatal(err)
				}
				transport := &stuckTransport{RoundTripper: noNetwork{server, inboxtest.DefaultToken}, release: make(chan struct{})}
				account := newAccount(cfg.Accounts[0], transport, NewProcess(), log.NewNopLogger())
				go scrape(account)
				synctest.Wait()
				end(account) // if it blocks, the test deadlocks
				close(transport.release)
			})
		})
	}
}

// A scrape that comes late in a run and ends before it returns what the run has done.
func TestLateScrapeReturnsTheCurrentRun(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, threeQueries)
		defer account.Close()
		healthy := values(scrape(account))
		server.Intercept(only(forOnline, hang))
		go scrape(account) // until 9.5 s
		time.Sleep(7 * time.Second)
		s := account.Scrape(t.Context(), time.Now().Add(time.Second))
		want := map[string]any{"users": healthy["users"], "online": inbox.Timeout, "closed": healthy["closed"]}
		if diff := cmp.Diff(want, values(s)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if age := time.Since(s.Fetched); age != 8*time.Second {
			t.Errorf("the oldest value was fetched %v ago, want 8s", age)
		}
	})
}

// A scrape that comes late in a run starts another one, with its own "now", if the current
// run ends early enough.
func TestLateScrapeStartsAnotherRun(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, threeQueries)
		defer account.Close()
		scrape(account)
		server.Intercept(only(forOnline, func(http.ResponseWriter, *http.Request, inboxtest.Call) bool {
			time.Sleep(6 * time.Second)
			server.Intercept(nil)
			return false
		}))
		go scrape(account)
		time.Sleep(5500 * time.Millisecond)
		began := time.Now()
		s := account.Scrape(t.Context(), began.Add(2*time.Second))
		if s.Began.Sub(began) != 500*time.Millisecond || s.Results[0].Err() != nil {
			t.Errorf("its run began %v after it, want 0.5s: %v", s.Began.Sub(began), values(s))
		}
	})
}

// Ages grow while results are kept.
func TestKeptAgesGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, filled(t), strings.Replace(allFeatures, "rate_limit: 0", "min_interval: 1m", 1))
		defer account.Close()
		scrape(account)
		time.Sleep(20 * time.Second)
		s := scrape(account)
		if got := s.Results[3].Parts[0].Series[0].Oldest; got != 110*time.Second {
			t.Errorf("the oldest contact waits for %v, want 1m50s", got)
		}
	})
}

// The state of a query is logged at most once a minute, however often it changes.
func TestFlappingQueryIsLoggedOncePerMinute(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, lines := open(t, server, threeQueries)
		defer account.Close()
		for n := range 60 { // ten minutes
			server.Intercept(nil)
			if n%2 == 0 {
				server.Intercept(only(forOnline, abort))
			}
			scrape(account)
			time.Sleep(10 * time.Second)
		}
		log := lines.String()
		if n := strings.Count(log, "query failed") + strings.Count(log, "query recovered"); n < 2 || n > 11 {
			t.Errorf("%d lines in ten minutes:\n%s", n, log)
		}
	})
}
