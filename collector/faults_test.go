package collector

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// threeQueries are queries of which tests make the second fail.
const threeQueries = accountYAML + `
queries:
  - {name: users, help: All contacts.}
  - {name: online, help: Contacts online., filter: {isOnline: true}}
  - {name: closed, help: Contacts whose conversation is closed., filter: {status: [CLOSED]}}
`

// forOnline reports whether a request is for the second query.
func forOnline(call inboxtest.Call) bool { return call.Body()["isOnline"] == true }

// values returns the content of a snapshot: the number of each series, or the reason of
// each failed part.
func values(s *Snapshot) map[string]any {
	all := make(map[string]any)
	for i := range s.Results {
		for _, part := range s.Results[i].Parts {
			name := s.Results[i].Query.Name
			if part.Err != nil {
				all[name+labelled(part.Labels)] = inbox.ReasonOf(part.Err)
			}
			for _, series := range part.Series {
				all[name+labelled(series.Labels)] = series.Contacts
			}
		}
	}
	return all
}

func labelled(labels map[string]string) string {
	if len(labels) == 0 {
		return ""
	}
	return fmt.Sprint(labels)[3:]
}

func respond(status int, body string, header ...string) inboxtest.Hook {
	return func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
		return true
	}
}

func hang(_ http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
	<-r.Context().Done()
	return true
}

func abort(http.ResponseWriter, *http.Request, inboxtest.Call) bool { panic(http.ErrAbortHandler) }

// only returns a hook that passes the matching calls to another.
func only(match func(inboxtest.Call) bool, hook inboxtest.Hook) inboxtest.Hook {
	return func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
		return match(call) && hook(w, r, call)
	}
}

// A failing query does not affect the values of others. Its own value is absent, and
// returns with the first scrape after the fault. It is logged when it starts to fail and
// when it recovers. There is one case per reason; package faults has all faults.
func TestFailingQuery(t *testing.T) {
	t.Parallel()
	const page = `{"success":true,"message":"","code":200,"data":[{"_id":"1"}`
	for name, test := range map[string]struct {
		fault    inboxtest.Hook
		reason   inbox.Reason
		requests int // maximum number of requests for the failing query
	}{
		"hang":           {hang, inbox.Timeout, 1},
		"connection cut": {abort, inbox.Connection, 3},
		"429":            {respond(429, ``), inbox.RateLimited, 3},
		"500":            {respond(500, ``), inbox.HTTPStatus, 1},
		"success false":  {respond(200, `{"success":false,"message":"no","data":[],"code":500}`), inbox.API, 1},
		"HTML":           {respond(200, `<html></html>`), inbox.Decode, 1},
		"page repeated":  {respond(200, page+strings.Repeat(`,{"_id":"2"}`, 19)+`]}`), inbox.Pagination, 4},
		"long string":    {respond(200, page+`,"`+strings.Repeat("x", 9<<20)+`"]}`), inbox.TooLarge, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.New(inboxtest.Contacts(100))
			online := server.Inbox.Count(func(c inboxtest.Contact) bool { return c.Online })
			synctest.Test(t, func(t *testing.T) {
				account, _, lines := open(t, server, threeQueries)
				defer account.Close()
				healthy := values(scrape(account))
				if healthy["online"] != online {
					t.Fatalf("before the fault: %v, want %d online", healthy, online)
				}
				server.Intercept(only(forOnline, test.fault))
				for range 3 {
					began := time.Now()
					s := scrape(account)
					want := map[string]any{"users": healthy["users"], "closed": healthy["closed"], "online": test.reason}
					if diff := cmp.Diff(want, values(s)); diff != "" {
						t.Errorf("values (-want +got):\n%s%v", diff, s.Results[1].Err())
					}
					if took := time.Since(began); took > 9600*time.Millisecond {
						t.Errorf("the scrape took %v", took)
					}
					if got := s.Results[1].Parts[0].Requests; got > test.requests {
						t.Errorf("%d requests for the failing query, want at most %d", got, test.requests)
					}
				}
				server.Intercept(nil)
				time.Sleep(logInterval)
				if diff := cmp.Diff(healthy, values(scrape(account))); diff != "" {
					t.Errorf("after the fault (-want +got):\n%s", diff)
				}
				log := lines.String()
				if strings.Count(log, "query failed") != 1 || strings.Count(log, "query recovered") != 1 ||
					!strings.Contains(log, "account=acme") || !strings.Contains(log, "reason="+string(test.reason)) || !strings.Contains(log, "hint=") {
					t.Errorf("log:\n%s", log)
				}
			})
		})
	}
}

// A rejected token costs one request per scrape, not one per query.
func TestRejectedToken(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, lines := open(t, server, threeQueries)
		defer account.Close()
		server.Intercept(respond(401, `{"success":false,"message":"Unauthorized","code":401}`))
		for n := range 3 {
			server.ResetCalls()
			s := scrape(account)
			want := map[string]any{"users": inbox.Auth, "online": inbox.Auth, "closed": inbox.Auth}
			if diff := cmp.Diff(want, values(s)); diff != "" || s.Up() {
				t.Errorf("scrape %d (-want +got):\n%s", n, diff)
			}
			if server.Requests() != 1 {
				t.Errorf("scrape %d made %d requests, want 1", n, server.Requests())
			}
		}
		server.Intercept(nil)
		time.Sleep(logInterval)
		if s := scrape(account); !s.Up() || s.Results[2].Err() != nil {
			t.Errorf("with the token accepted again: %v", values(s))
		}
		failures, recovery := `msg="requests are not authorized" queries=3 reason=auth`, `msg="requests are authorized again" queries=3`
		if log := lines.String(); strings.Count(log, failures) != 1 || strings.Count(log, recovery) != 1 || strings.Contains(log, "query failed") {
			t.Errorf("want one line for the account when it fails, and one when it recovers:\n%s", log)
		}
	})
}

// Retry-After pauses the account, across scrapes.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, threeQueries)
		defer account.Close()
		healthy := values(scrape(account))
		server.Intercept(respond(429, ``, "Retry-After", "60"))
		server.ResetCalls()
		limited := map[string]any{"users": inbox.RateLimited, "online": inbox.RateLimited, "closed": inbox.RateLimited}
		for n := range 3 {
			began := time.Now()
			if diff := cmp.Diff(limited, values(scrape(account))); diff != "" {
				t.Errorf("scrape %d (-want +got):\n%s", n, diff)
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("scrape %d took %v during the pause", n, took)
			}
		}
		if server.Requests() > 3 { // those in flight when the first response arrived
			t.Errorf("%d requests in three scrapes", server.Requests())
		}
		server.Intercept(nil)
		time.Sleep(time.Minute)
		if diff := cmp.Diff(healthy, values(scrape(account))); diff != "" {
			t.Errorf("after a minute (-want +got):\n%s", diff)
		}
	})
}

// A scrape waits for a Retry-After that ends before its deadline.
func TestRetryAfterWithinTheScrape(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, threeQueries)
		defer account.Close()
		healthy := values(scrape(account))
		limited := 0
		server.Intercept(func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
			limited++
			return limited == 1 && respond(429, ``, "Retry-After", "2")(w, r, call)
		})
		began := time.Now()
		if diff := cmp.Diff(healthy, values(scrape(account))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if took := time.Since(began); took < 2*time.Second {
			t.Errorf("retried after %v, want 2s", took)
		}
	})
}

// A search that does not find the last page by the deadline does not affect other
// queries, and is continued in the next scrape.
func TestSearchOverSeveralScrapes(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(20_010), inboxtest.PageSize(20), inboxtest.Latency(700*time.Millisecond))
	users := server.Inbox.Len()
	synctest.Test(t, func(t *testing.T) {
		account, _, lines := open(t, server, threeQueries)
		defer account.Close()
		first, second := values(scrape(account)), values(scrape(account))
		if first["users"] != inbox.Timeout || second["users"] != users {
			t.Errorf("users %v, then %v; want a timeout, then %d", first["users"], second["users"], users)
		}
		if log := lines.String(); !strings.Contains(log, `level=info account=acme msg="query has no value yet: its last page is still searched for" query=users`) || strings.Contains(log, "level=error") {
			t.Errorf("log:\n%s", log)
		}
	})
}

// From the second scrape on, a stuck query does not starve others, even with a concurrency
// of 1.
func TestStuckQueriesComeLast(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(100))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, strings.Replace(threeQueries, "rate_limit: 0", "concurrency: 1", 1))
		defer account.Close()
		healthy := values(scrape(account))
		server.Intercept(only(forOnline, hang))
		scrape(account)
		want := map[string]any{"users": healthy["users"], "online": inbox.Timeout, "closed": healthy["closed"]}
		if diff := cmp.Diff(want, values(scrape(account))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// Stuck queries do not starve others even in the first scrape, and even if there are more
// of them than requests may be in flight.
func TestManyStuckQueriesDoNotStarveOthers(t *testing.T) {
	t.Parallel()
	for _, concurrency := range []string{"concurrency: 4", "concurrency: 1"} {
		t.Run(concurrency, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.New(inboxtest.Contacts(100), inboxtest.Latency(10*time.Millisecond))
			synctest.Test(t, func(t *testing.T) {
				account, _, _ := open(t, server, strings.Replace(threeQueries, "rate_limit: 0", concurrency, 1)+`
  - {name: by_status, help: By status., by: [status]}
  - {name: agents, help: The last word was an agent's., filter: {lastMessageBy: [agent]}}
dimensions:
  status: {open: {status: [OPEN]}, review: {status: [REVIEW]}, onhold: {status: [ONHOLD]}, inprogress: {status: [INPROGRESS]}}
`)
				defer account.Close()
				hanging := only(func(call inboxtest.Call) bool {
					status, _ := call.Body()["status"].([]any)
					return len(status) > 0 && status[0] != "CLOSED"
				}, hang)
				server.Intercept(hanging)
				scrapes := 1
				if concurrency == "concurrency: 1" {
					scrapes = 3 // one more of them is known to hang after each scrape
				}
				var got map[string]any
				for range scrapes {
					got = values(scrape(account))
				}
				for _, name := range []string{"users", "online", "closed", "agents"} {
					if _, ok := got[name].(int); !ok {
						t.Errorf("%s: %v", name, got[name])
					}
				}
				if got["by_status[status:review]"] != inbox.Timeout {
					t.Errorf("by_status: %v", got)
				}
			})
		})
	}
}

// If the API is slow for all queries, none is canceled as stuck.
func TestSlowAPIIsNotStuck(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(45), inboxtest.Latency(2*time.Second))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, strings.Replace(threeQueries, "rate_limit: 0", "concurrency: 1", 1))
		defer account.Close()
		for range 20 {
			scrape(account) // searches for the last pages
		}
		if s := scrape(account); s.Results[0].Err() != nil || s.Results[1].Err() != nil || s.Results[2].Err() != nil {
			t.Errorf("%v, want three numbers, one after the other", values(s))
		}
	})
}
