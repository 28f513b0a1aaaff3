package inbox

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const notSent = "timeout: the request could not be sent before the deadline"

// never is a context of a session that does not end.
var never = context.Background()

// acquire waits for a slot.
func (l *Limiter) acquire(ctx, ended context.Context, priority Priority, until func() time.Time) (*slot, error) {
	s := l.enqueue(ctx, priority, until)
	if err := s.wait(ended); err != nil {
		return nil, err
	}
	return s, nil
}

// provenLimiter returns a limiter that knows that the token is accepted.
func provenLimiter(t testing.TB, perSecond float64, concurrency int) *Limiter {
	t.Helper()
	l := NewLimiter(0, concurrency)
	slot, err := l.acquire(t.Context(), never, Known, nil)
	if err != nil {
		t.Fatal(err)
	}
	slot.release(nil)
	l.rateLimit = NewLimiter(perSecond, concurrency).rateLimit
	return l
}

// testRequest is a request that acquires a slot.
type testRequest struct {
	name   string
	cancel context.CancelFunc
	done   chan error // of the acquiring
	slot   *slot
}

// limiterTest is a limiter and its requests, in the order of their arrival.
type limiterTest struct {
	t        testing.TB
	limiter  *Limiter
	all      []*testRequest
	inFlight []*testRequest
}

// testLimiter runs a test with fake time and checks that the limiter is empty afterwards.
func testLimiter(t *testing.T, newLimiter func(t *testing.T) *Limiter, test func(lt *limiterTest)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		lt := &limiterTest{t: t, limiter: newLimiter(t)}
		test(lt)
		for _, r := range lt.all {
			r.cancel()
		}
		lt.events()
		for len(lt.inFlight) > 0 {
			lt.release(errors.New("the test has ended"))
			lt.events()
		}
		expectEmpty(t, lt.limiter)
	})
}

// proven returns a constructor for testLimiter.
func proven(perSecond float64, concurrency int) func(*testing.T) *Limiter {
	return func(t *testing.T) *Limiter { return provenLimiter(t, perSecond, concurrency) }
}

// acquire begins to acquire a slot, with a timeout unless that is 0.
func (lt *limiterTest) acquire(name string, priority Priority, timeout time.Duration) *testRequest {
	r := &testRequest{name: name, done: make(chan error, 1)}
	ctx, cancel := context.WithCancel(lt.t.Context())
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(lt.t.Context(), timeout)
	}
	r.cancel = cancel
	lt.all = append(lt.all, r)
	go func() {
		var err error
		r.slot, err = lt.limiter.acquire(ctx, never, priority, nil)
		r.done <- err
	}()
	synctest.Wait()
	return r
}

// events returns which requests were admitted or refused since the last call.
func (lt *limiterTest) events() []string {
	synctest.Wait()
	var events []string
	for _, r := range lt.all {
		select {
		case err := <-r.done:
			if err == nil {
				lt.inFlight = append(lt.inFlight, r)
				events = append(events, r.name+" admitted")
			} else {
				events = append(events, r.name+" refused: "+outcome(err))
			}
		default:
		}
	}
	return events
}

func (lt *limiterTest) expect(when string, want ...string) {
	lt.t.Helper()
	if diff := cmp.Diff(want, lt.events()); diff != "" {
		lt.t.Errorf("%s: (-want +got)\n%s", when, diff)
	}
}

// release releases the slot of the request that was admitted first.
func (lt *limiterTest) release(err error) {
	lt.t.Helper()
	if len(lt.inFlight) == 0 {
		lt.t.Fatal("no request is in flight")
	}
	first := lt.inFlight[0]
	lt.inFlight = lt.inFlight[1:]
	first.slot.release(err)
	synctest.Wait()
}

// expectEmpty checks that no request is in flight or waiting.
func expectEmpty(t testing.TB, l *Limiter) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.inFlight) != 0 || len(l.waiting) != 0 {
		t.Errorf("%d requests in flight and %d waiting after all have ended", len(l.inFlight), len(l.waiting))
	}
}
