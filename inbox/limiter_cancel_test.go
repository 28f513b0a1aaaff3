package inbox

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

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
		slot, err := limiter.acquire(contexts[0], contexts[1], Known, nil)
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
		slot, err := limiter.acquire(t.Context(), session, Known, nil)
		if err != nil {
			t.Fatal(err)
		}
		end()
		synctest.Wait()
		if err := slot.ctx.Err(); err != nil {
			t.Errorf("in flight: %v", err)
		}
		slot.release(nil)
	})
}

// A request may be admitted at the moment at which its context ends.
func TestASlotIsGivenBackIfItsContextHasEnded(t *testing.T) {
	t.Parallel()
	limiter := provenLimiter(t, 0, 1)
	ctx, cancel := context.WithCancel(t.Context())
	slot := limiter.enqueue(ctx, Known, nil)
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
					slot, refused := limiter.acquire(ctx, never, priority, nil)
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
			slot, err := limiter.acquire(t.Context(), never, Known, nil)
			if err != nil {
				t.Fatal(err)
			}
			slot.release(nil)
		})
	}
}
