package inbox

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSessionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, limiter := newAPI(inTurn(200)), NewLimiter(0, 1)
		session := a.session(t, limiter, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := session.Page(ctx, Request{}, Known)
		if got, want := outcome(err), "timeout: the request could not be sent before the deadline"; got != want || a.requests() != 0 {
			t.Errorf("got %s and %d requests, want %s and none", got, a.requests(), want)
		}
		expectEmpty(t, limiter)
	})
	synctest.Test(t, func(t *testing.T) {
		a, limiter := newAPI(func(n int, r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}), NewLimiter(0, 1)
		session := a.session(t, limiter, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := session.Page(ctx, Request{}, Known)
		if got, want := outcome(err), "timeout: no response before the deadline"; got != want || a.requests() != 1 || time.Since(a.began) != 10*time.Second {
			t.Errorf("got %s and %d requests in %s, want %s and one in 10s", got, a.requests(), time.Since(a.began), want)
		}
		expectEmpty(t, limiter)
	})
}

// A response that has come is not lost because it takes long to release the slot, as it
// may where many goroutines share a processor. After that, its context ends.
func TestAResponseIsNotLostWhileItsSlotIsReleased(t *testing.T) {
	t.Parallel()
	a, limiter := newAPI(inTurn(200)), NewLimiter(0, 1)
	slot, err := limiter.acquire(t.Context(), never, Known, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.session(t, limiter, nil).send(slot, Request{Observe: func(Exchange) {
		limiter.mu.Lock()
		time.AfterFunc(10*abandonAfter, limiter.mu.Unlock)
	}})
	if got := outcome(err); got != "success" {
		t.Error(got)
	}
	<-slot.ctx.Done()
}

func TestAnEndedSessionSendsNothing(t *testing.T) {
	t.Parallel()
	const ended = "timeout: the scrape has ended"
	synctest.Test(t, func(t *testing.T) {
		limiter := provenLimiter(t, 0, 1)
		a := newAPI(func(n int, r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return newResponse(r, 200, onePage), nil
		})
		session := a.session(t, limiter, nil)
		inFlight, waiting := start(t.Context(), session, "a"), start(t.Context(), session, "b")
		session.End(nil)
		late := start(t.Context(), session, "c")
		got := []string{<-inFlight, <-waiting, <-late}
		if diff := cmp.Diff([]string{"success", ended, ended}, got); diff != "" || a.requests() != 1 {
			t.Errorf("%d requests: (-want +got)\n%s", a.requests(), diff)
		}
		expectEmpty(t, limiter)
		if got := <-start(t.Context(), a.session(t, limiter, nil), "d"); got != "success" {
			t.Errorf("the next session: %s", got)
		}
	})
}

func TestSessionsShareTheLimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := provenLimiter(t, 20, 3)
		var mu sync.Mutex
		inFlight, most := 0, 0
		a := newAPI(func(n int, r *http.Request) (*http.Response, error) {
			mu.Lock()
			inFlight++
			most = max(most, inFlight)
			mu.Unlock()
			time.Sleep(100 * time.Millisecond)
			mu.Lock()
			inFlight--
			mu.Unlock()
			return newResponse(r, 200, onePage), nil
		})
		var all []chan string
		sessions := []*Session{a.session(t, limiter, nil), a.session(t, limiter, nil)}
		for i := range 60 {
			all = append(all, start(t.Context(), sessions[i%2], ""))
		}
		for _, one := range all {
			if got := <-one; got != "success" {
				t.Error(got)
			}
		}
		if most != 3 {
			t.Errorf("%d requests were in flight at once, want 3", most)
		}
		// 20 at once and then 20 per second take two seconds, and so do three at a time.
		if last := a.at[59]; last < 1950*time.Millisecond || last > 2100*time.Millisecond {
			t.Errorf("the last request was sent after %s", last)
		}
		for i, at := range a.at {
			if soonest := time.Duration(i-19) * 50 * time.Millisecond; at < soonest {
				t.Errorf("request %d was sent after %s, before %s", i+1, at, soonest)
			}
		}
		expectEmpty(t, limiter)
	})
}
