package collector

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// With the built-in configuration, its rate limit and 50 000 contacts, every plain count
// has a value by the third scrape, no matter how short the interval is.
func TestBuiltInConfigurationWithinItsRateLimit(t *testing.T) {
	t.Parallel()
	for _, interval := range []time.Duration{0, 15 * time.Second} {
		t.Run(fmt.Sprint("every ", interval), func(t *testing.T) {
			t.Parallel()
			server := inboxtest.New(inboxtest.Contacts(50_000), inboxtest.PageSize(20), inboxtest.Latency(50*time.Millisecond))
			synctest.Test(t, func(t *testing.T) {
				account, _, _ := open(t, server, builtIn(t))
				defer account.Close()
				first := make(map[string]int)
				for n := 1; n <= 5; n++ {
					began := time.Now()
					s := scrape(account)
					for i := range s.Results {
						if r := &s.Results[i]; r.Err() == nil && first[r.Query.Name] == 0 {
							first[r.Query.Name] = n
						}
					}
					if took := time.Since(began); took > 9600*time.Millisecond {
						t.Errorf("scrape %d took %v", n, took)
					}
					time.Sleep(interval - time.Since(began))
				}
				for _, q := range account.config.Queries {
					if n := first[q.Name]; !q.Reads() && (n == 0 || n > 3) {
						t.Errorf("%s had its first value at scrape %d, want 3 at the latest", q.Name, n)
					}
				}
				t.Log("first scrape with a value, by query:", first)
			})
		})
	}
}

// In steady state a scrape makes one request per count, one per page of a read, and two
// for audits of eleven counts.
func TestBuiltInConfigurationInSteadyState(t *testing.T) {
	t.Parallel()
	server := inboxtest.New(inboxtest.Contacts(5_030), inboxtest.PageSize(20))
	synctest.Test(t, func(t *testing.T) {
		account, _, _ := open(t, server, builtIn(t))
		defer account.Close()
		for range 3 {
			scrape(account)
		}
		server.ResetCalls()
		s := scrape(account)
		got, want := make(map[string]int), make(map[string]int)
		for i := range s.Results {
			r := &s.Results[i]
			if err := r.Err(); err != nil {
				t.Errorf("%s: %v", r.Query.Name, err)
			}
			if slices.Contains([]string{"live_chats_active", "agent_live_chats", "live_chats_last_message"}, r.Query.Name) {
				continue // it shares the requests of live_chats
			}
			for _, part := range r.Parts {
				got[fmt.Sprint(r.Query.Name, part.Labels)] = part.Requests
				n := 0
				for _, series := range part.Series {
					n += series.Contacts
				}
				pages := 1
				if r.Query.Reads() {
					pages = (n + 19) / 20
				}
				if n%20 == 0 {
					pages++ // a full page may be followed by another
				}
				want[fmt.Sprint(r.Query.Name, part.Labels)] = pages
			}
		}
		audits := 0
		for part, requests := range got {
			audits += requests - want[part]
			want[part] = min(want[part]+1, max(requests, want[part]))
		}
		if diff := cmp.Diff(want, got); diff != "" || audits != 2 {
			t.Errorf("%d audits, want 2; requests by part (-want +got):\n%s", audits, diff)
		}
	})
}
