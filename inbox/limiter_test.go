package inbox

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const notSent = "timeout: the request could not be sent before the deadline"

// never is a context of a session that does not end.
var never = context.Background()

// provenLimiter returns a limiter that knows that the token is accepted.
func provenLimiter(t testing.TB, perSecond float64, concurrency int) *Limiter {
	t.Helper()
	l := NewLimiter(0, concurrency)
	slot, err := l.acquire(t.Context(), never, Known)
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
		r.slot, err = lt.limiter.acquire(ctx, never, priority)
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

func TestLimiterLimitsConcurrency(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 2), func(lt *limiterTest) {
		for i := range 4 {
			lt.acquire(fmt.Sprint(i), Known, 0)
		}
		lt.expect("after four arrivals", "0 admitted", "1 admitted")
		time.Sleep(time.Hour)
		lt.expect("an hour later")
		lt.release(nil)
		lt.expect("after a release", "2 admitted")
		lt.release(errors.New("any"))
		lt.expect("after another release", "3 admitted")
	})
}

func TestLimiterAdmitsByPriorityThenArrival(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 1), func(lt *limiterTest) {
		lt.acquire("first", Unanswered, 0)
		lt.expect("with nothing in flight", "first admitted")
		for _, r := range []struct {
			name     string
			priority Priority
		}{
			{"a read", Read}, {"an unanswered query", Unanswered}, {"search 2", Search + 2}, {"a count", Known},
			{"another count", Known}, {"another read", Read}, {"search 1", Search + 1}, {"another search 2", Search + 2},
		} {
			lt.acquire(r.name, r.priority, 0)
		}
		for _, next := range []string{"a count", "another count", "search 1"} {
			lt.release(nil)
			lt.expect("after a release", next+" admitted")
		}
		lt.acquire("a late count", Known, 0)
		for _, next := range []string{"a late count", "search 2", "another search 2", "a read", "another read", "an unanswered query"} {
			lt.release(nil)
			lt.expect("after a release", next+" admitted")
		}
	})
}

func TestLimiterLimitsTheRate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		perSecond float64
		want      []string
	}{
		{10, []string{"0s", "0s", "0s", "0s", "0s", "0s", "0s", "0s", "0s", "0s", "100ms", "200ms", "300ms", "400ms"}},
		{2.5, []string{"0s", "0s", "0s", "400ms", "800ms", "1.2s"}},
		{1, []string{"0s", "1s", "2s", "3s"}},
		{0.25, []string{"0s", "4s", "8s"}},
		{0, []string{"0s", "0s", "0s", "0s"}},
	} {
		t.Run(fmt.Sprint(test.perSecond), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limiter := provenLimiter(t, test.perSecond, 1000)
				began := time.Now()
				admitted := make(chan string, len(test.want))
				for range test.want {
					go func() {
						slot, err := limiter.acquire(t.Context(), never, Known)
						if err != nil {
							t.Error(err)
						}
						admitted <- time.Since(began).Round(time.Millisecond).String()
						slot.release(nil)
					}()
				}
				var got []string
				for range test.want {
					got = append(got, <-admitted)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

func TestLimiterBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := func(d time.Duration) time.Time { return time.Now().Add(d) }
		limiter := provenLimiter(t, 10, 100)
		if got := limiter.Budget(in(2500 * time.Millisecond)); got != 35 {
			t.Errorf("the budget of 2.5s at 10/s is %v, want 35", got)
		}
		for range 10 {
			slot, err := limiter.acquire(t.Context(), never, Known)
			if err != nil {
				t.Fatal(err)
			}
			slot.release(nil)
		}
		if got := limiter.Budget(in(2500 * time.Millisecond)); got != 25 {
			t.Errorf("after 10 requests it is %v, want 25", got)
		}
		if got := limiter.Budget(in(0)); got != 0 {
			t.Errorf("until now it is %v, want 0", got)
		}
		if got := limiter.Budget(in(-time.Hour)); got > 0 {
			t.Errorf("until an hour ago it is %v", got)
		}
		time.Sleep(300 * time.Millisecond)
		if got := limiter.Budget(in(0)); got != 3 {
			t.Errorf("300ms later it is %v, want 3", got)
		}
		if got := provenLimiter(t, 0, 1).Budget(in(0)); !math.IsInf(got, 1) {
			t.Errorf("without a rate limit it is %v", got)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 1), func(lt *limiterTest) {
		lt.acquire("first", Known, time.Second)
		lt.acquire("second", Known, 2*time.Second)
		third := lt.acquire("third", Known, 0)
		lt.expect("at first", "first admitted")
		time.Sleep(3 * time.Second)
		lt.expect("after two deadlines", "second refused: "+notSent)
		third.cancel()
		lt.expect("after a cancellation", "third refused: "+notSent)
	})
	testLimiter(t, proven(1, 10), func(lt *limiterTest) {
		lt.acquire("first", Known, 0)
		lt.acquire("second", Known, 500*time.Millisecond)
		lt.acquire("third", Known, 0)
		time.Sleep(time.Second)
		lt.expect("a refused request takes nothing off the rate limit", "first admitted", "second refused: "+notSent, "third admitted")
	})
	testLimiter(t, proven(0, 1), func(lt *limiterTest) {
		lt.acquire("in flight", Known, 0)
		second := lt.acquire("second", Known, 0)
		lt.acquire("third", Known, 0)
		lt.expect("at first", "in flight admitted")
		second.cancel() // and before it can stop waiting:
		lt.release(nil)
		lt.expect("after a release", "second refused: "+notSent, "third admitted")
	})
}

func TestWaitingEndsWithTheCauseOfItsContext(t *testing.T) {
	t.Parallel()
	rejected := Errorf(Auth, "another request was rejected")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(rejected)
	for name, contexts := range map[string][2]context.Context{"the request's": {ended, never}, "the session's": {t.Context(), ended}} {
		limiter := provenLimiter(t, 0, 1)
		slot, err := limiter.acquire(contexts[0], contexts[1], Known)
		if got, want := outcome(err), "auth: another request was rejected"; slot != nil || got != want {
			t.Errorf("%s context has ended: %s, want %s", name, got, want)
		}
		expectEmpty(t, limiter)
	}
}

// The end of the session does not end what is in flight.
func TestASlotOutlivesTheSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := provenLimiter(t, 0, 1)
		session, end := context.WithCancel(t.Context())
		slot, err := limiter.acquire(t.Context(), session, Known)
		if err != nil {
			t.Fatal(err)
		}
		end()
		synctest.Wait()
		if err := slot.ctx.Err(); err != nil {
			t.Errorf("in flight: %v", err)
		}
		slot.release(nil)
		if slot.ctx.Err() == nil {
			t.Error("the context of a released slot has not ended")
		}
	})
}

// A request may be admitted at the moment at which its context ends.
func TestASlotIsGivenBackIfItsContextHasEnded(t *testing.T) {
	t.Parallel()
	limiter := provenLimiter(t, 0, 1)
	ctx, cancel := context.WithCancel(t.Context())
	slot := limiter.enqueue(ctx, Known)
	<-slot.admitted
	cancel()
	if got := outcome(slot.abandon()); got != notSent {
		t.Errorf("got %s, want %s", got, notSent)
	}
	expectEmpty(t, limiter)
}

// Whatever happens at the same moment, no more requests than allowed are in flight, and
// the limiter is empty when all have ended.
func TestLimiterWithRandomRequests(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			const concurrency = 3
			limiter := NewLimiter([]float64{0, 5, 50}[seed%3], concurrency)
			inFlight, admitted := make(chan struct{}, concurrency), make(chan bool, 60)
			for range cap(admitted) {
				// Few different moments, so that much happens at once.
				arrival, duration, timeout := random.IntN(10), random.IntN(5), 1+random.IntN(10)
				priority, pauses := Priority(random.IntN(4)), random.IntN(20) == 0
				err := []error{nil, nil, Errorf(Auth, "401"), Errorf(Connection, "EOF")}[random.IntN(4)]
				go func() {
					time.Sleep(time.Duration(arrival) * 100 * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(timeout)*100*time.Millisecond)
					defer cancel()
					slot, refused := limiter.acquire(ctx, never, priority)
					if refused != nil {
						admitted <- false
						return
					}
					select {
					case inFlight <- struct{}{}:
					default:
						t.Errorf("more than %d in flight", concurrency)
						inFlight <- struct{}{}
					}
					time.Sleep(time.Duration(duration) * 100 * time.Millisecond)
					if pauses {
						limiter.pause(300 * time.Millisecond)
					}
					<-inFlight
					slot.release(err)
					admitted <- true
				}()
			}
			n := 0
			for range cap(admitted) {
				if <-admitted {
					n++
				}
			}
			if n == 0 {
				t.Error("no request was admitted")
			}
			expectEmpty(t, limiter)
			time.Sleep(time.Second) // longer than a pause, and than a request goes alone
			slot, err := limiter.acquire(t.Context(), never, Known)
			if err != nil {
				t.Fatal(err)
			}
			slot.release(nil)
		})
	}
}
