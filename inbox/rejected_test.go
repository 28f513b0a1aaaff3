package inbox

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestARejectedTokenEndsTheSession(t *testing.T) {
	t.Parallel()
	const rejected = `auth: 401 Unauthorized: "no such page"`
	for round := range 20 { // the order of simultaneous events is random
		synctest.Test(t, func(t *testing.T) {
			accepts := false
			a, limiter := newAPI(func(n int, r *http.Request) (*http.Response, error) {
				time.Sleep(100 * time.Millisecond)
				if accepts {
					return newResponse(r, 200, onePage), nil
				}
				return newResponse(r, 401, fmt.Sprintf(oneError, 401)), nil
			}), NewLimiter([]float64{0, 5}[round%2], 4)
			scrape := func() (outcomes []string) {
				session := a.session(t, limiter, nil)
				var all []chan string
				for i := range 8 {
					all = append(all, start(t.Context(), session, fmt.Sprint(i)))
				}
				for _, one := range all {
					outcomes = append(outcomes, <-one)
				}
				if got := start(t.Context(), session, "late"); accepts != (<-got == "success") {
					t.Errorf("a later request: success %t", !accepts)
				}
				return outcomes
			}
			for n := range 3 {
				if diff := cmp.Diff(slices.Repeat([]string{rejected}, 8), scrape()); diff != "" {
					t.Errorf("scrape %d: (-want +got)\n%s", n, diff)
				}
				if a.requests() != n+1 {
					t.Errorf("scrape %d: %d requests in all, want one per scrape", n, a.requests())
				}
				time.Sleep(time.Minute)
			}
			accepts = true
			before := a.requests()
			if diff := cmp.Diff(slices.Repeat([]string{"success"}, 8), scrape()); diff != "" {
				t.Errorf("with an accepted token: (-want +got)\n%s", diff)
			}
			if at := a.at[before:]; len(at) != 9 || at[1]-at[0] != 100*time.Millisecond || round%2 == 0 && at[4] != at[1] {
				t.Errorf("requests at %v, want one alone and then the others", at)
			}
			expectEmpty(t, limiter)
		})
	}
}

// A rejected token ends other retries, but not the requests in flight.
func TestARejectedTokenEndsRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := provenLimiter(t, 0, 4)
		a := newAPI(nil)
		a.respond = func(n int, r *http.Request) (*http.Response, error) {
			switch a.bodies[n-1] {
			case "slow":
				time.Sleep(time.Second)
				return newResponse(r, 200, onePage), nil
			case "unavailable":
				return newResponse(r, 503, ""), nil
			default:
				time.Sleep(10 * time.Millisecond)
				return newResponse(r, 401, ""), nil
			}
		}
		session := a.session(t, limiter, nil)
		slow, unavailable, rejected := start(t.Context(), session, "slow"), start(t.Context(), session, "unavailable"), start(t.Context(), session, "rejected")
		got := []string{<-slow, <-unavailable, <-rejected}
		if diff := cmp.Diff([]string{"success", "auth: 401 Unauthorized", "auth: 401 Unauthorized"}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if a.requests() != 3 {
			t.Errorf("requests %q", a.bodies)
		}
		expectEmpty(t, limiter)
	})
}
