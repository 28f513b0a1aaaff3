package inbox

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// wait is the Retry-After of tests.
const wait = "Retry-After: 5"

// waitOnce is an API that asks to wait in its first response.
func waitOnce(n int, r *http.Request) (*http.Response, error) {
	if n == 1 {
		return newResponse(r, 429, "", wait), nil
	}
	return newResponse(r, 200, onePage), nil
}

func TestRetryAfterPausesTheWholeAccount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, limiter := newAPI(waitOnce), NewLimiter(0, 4)
		patient, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		hasty, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		session := a.session(t, limiter, nil)
		refused := start(patient, session, "a")
		other := start(patient, session, "b")
		next := start(hasty, a.session(t, limiter, nil), "c")
		const paused = "rate_limited: the API asked to wait until 2000-01-01T00:00:05Z (Retry-After)"
		if got := <-next; got != paused || time.Since(a.began) != 0 {
			t.Errorf("with a deadline within the pause: %s after %s, want %s at once", got, time.Since(a.began), paused)
		}
		if got := []string{<-refused, <-other}; !slices.Equal(got, []string{"success", "success"}) {
			t.Errorf("the others: %q", got)
		}
		if diff := cmp.Diff([]time.Duration{0, 5 * time.Second, 5 * time.Second}, a.at); diff != "" {
			t.Errorf("times of the requests: (-want +got)\n%s", diff)
		}
		expectEmpty(t, limiter)
	})
}

func TestRetryAfterIsRememberedByTheNextScrape(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, limiter := newAPI(waitOnce), NewLimiter(0, 4)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err := a.session(t, limiter, nil).Page(ctx, Request{}, Known)
		if got := ReasonOf(err); got != RateLimited || a.requests() != 1 || time.Since(a.began) > time.Second {
			t.Errorf("the request itself: %s after %s and %d requests, want rate_limited at once", outcome(err), time.Since(a.began), a.requests())
		}
		time.Sleep(time.Until(a.began.Add(4 * time.Second)))
		ctx, cancel = context.WithTimeout(t.Context(), 999*time.Millisecond)
		defer cancel()
		_, err = a.session(t, limiter, nil).Page(ctx, Request{}, Known)
		if got := ReasonOf(err); got != RateLimited || a.requests() != 1 {
			t.Errorf("the next scrape: %s and %d requests", outcome(err), a.requests())
		}
		time.Sleep(time.Second)
		if _, err := a.session(t, limiter, nil).Page(t.Context(), Request{}, Known); err != nil || a.requests() != 2 {
			t.Errorf("a scrape after it: %v, and %d requests", err, a.requests())
		}
	})
}

func TestRetryAfterOfASuccessfulResponseDoesNotPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, limiter := newAPI(func(n int, r *http.Request) (*http.Response, error) { return newResponse(r, 200, onePage, wait), nil }), NewLimiter(0, 4)
		for range 2 {
			if _, err := a.session(t, limiter, nil).Page(t.Context(), Request{}, Known); err != nil {
				t.Error(err)
			}
		}
		if time.Since(a.began) != 0 {
			t.Errorf("two pages took %s", time.Since(a.began))
		}
	})
}
