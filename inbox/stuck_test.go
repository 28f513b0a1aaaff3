package inbox

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStuckRequestsAreCanceledForStarvedOnes(t *testing.T) {
	t.Parallel()
	canceled := func(d time.Duration) string {
		return fmt.Sprintf("timeout: no response in %s, while other queries were waiting", d)
	}
	for name, test := range map[string]struct {
		perSecond float64
		latency   time.Duration // of the other requests, one of which comes before
		waiter    time.Duration // timeout of the waiting request, 0: there is none
		want      []string      // outcomes of the stuck and the waiting request
		after     time.Duration // when the stuck request ends
	}{
		"after a third of the time": {0, 100 * time.Millisecond, 9 * time.Second, []string{canceled(3 * time.Second), "success"}, 3 * time.Second},
		"with a slow API":           {0, 2 * time.Second, 9 * time.Second, []string{canceled(4 * time.Second), "success"}, 4 * time.Second},
		"with a very slow API":      {0, 5 * time.Second, 9 * time.Second, []string{"timeout: no response before the deadline", notSent}, 30 * time.Second},
		"without a waiter":          {0, 100 * time.Millisecond, 0, []string{"timeout: no response before the deadline"}, 30 * time.Second},
		// It is admitted 900ms after the one before it was released.
		"with a rate limit": {1, 100 * time.Millisecond, 9 * time.Second, []string{canceled(3 * time.Second), "success"}, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limiter := provenLimiter(t, test.perSecond, 1)
				a := newAPI(nil)
				a.respond = func(n int, r *http.Request) (*http.Response, error) {
					if a.bodies[n-1] == "stuck" {
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
					time.Sleep(test.latency)
					return newResponse(r, 200, onePage), nil
				}
				session := a.session(t, limiter, nil)
				before := start(t.Context(), session, "before")
				if test.perSecond == 0 {
					<-before
				}
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				all := []chan string{start(ctx, session, "stuck")}
				if test.waiter > 0 {
					ctx, cancel := context.WithTimeout(t.Context(), test.waiter)
					defer cancel()
					all = append(all, start(ctx, session, "waiting"))
				}
				got := []string{<-all[0]}
				if after := time.Since(began); after != test.after {
					t.Errorf("the stuck request ended after %s, want %s", after, test.after)
				}
				for _, one := range all[1:] {
					got = append(got, <-one)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				expectEmpty(t, limiter)
			})
		})
	}
}

// stuckLimiter returns a limiter that has seen one response of 100ms.
func stuckLimiter(t *testing.T) *Limiter {
	limiter := NewLimiter(0, 2)
	slot, err := limiter.acquire(t.Context(), never, Known, nil)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	slot.release(nil)
	return limiter
}

func TestStuckIsTwiceTheSlowestRecentSuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := stuckLimiter(t)
		if limiter.Stuck(200*time.Millisecond) || !limiter.Stuck(201*time.Millisecond) {
			t.Error("after a response of 100ms, a request is not stuck after 200ms, but after 201ms")
		}
		for range 7 { // a tenth less each time: 100ms × 0.9⁷ = 47.8ms
			slot, err := limiter.acquire(t.Context(), never, Known, nil)
			if err != nil {
				t.Fatal(err)
			}
			slot.release(nil)
		}
		if limiter.Stuck(95*time.Millisecond) || !limiter.Stuck(96*time.Millisecond) {
			t.Error("after seven immediate responses, a request is not stuck after 95ms, but after 96ms")
		}
		if !NewLimiter(0, 1).Stuck(1) {
			t.Error("without any response, a request is stuck at once")
		}
	})
}

// cancelStuck is what the limiter does when a waiter is starved.
func (lt *limiterTest) cancelStuck(after time.Duration) {
	lt.limiter.mu.Lock()
	defer lt.limiter.mu.Unlock()
	lt.limiter.cancelStuck(time.Now(), max(after, 2*lt.limiter.slowest))
}

func TestCancelStuckSparesYoungRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		after time.Duration
		want  time.Duration // the age from which on requests are canceled
	}{
		"older than twice the slowest response": {0, 200 * time.Millisecond},
		"older than the given time":             {time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testLimiter(t, stuckLimiter, func(lt *limiterTest) {
				old := lt.acquire("old", Known, 0)
				time.Sleep(time.Millisecond)
				young := lt.acquire("young", Known, 0)
				lt.expect("at first", "old admitted", "young admitted")
				time.Sleep(test.want - 2*time.Millisecond)
				lt.cancelStuck(test.after)
				if err := old.slot.ctx.Err(); err != nil {
					t.Errorf("canceled too early: %v", context.Cause(old.slot.ctx))
				}
				time.Sleep(time.Millisecond)
				lt.cancelStuck(test.after)
				want := fmt.Sprintf("timeout: no response in %s, while other queries were waiting", test.want)
				if got := outcome(ContextError(old.slot.ctx, "")); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if err := young.slot.ctx.Err(); err != nil {
					t.Errorf("the young request was canceled: %v", context.Cause(young.slot.ctx))
				}
			})
		})
	}
}

func TestNothingIsCanceledBeforeTheFirstSuccess(t *testing.T) {
	t.Parallel()
	testLimiter(t, func(*testing.T) *Limiter { return NewLimiter(0, 1) }, func(lt *limiterTest) {
		first := lt.acquire("first", Known, 0)
		lt.acquire("waiting", Known, 9*time.Second)
		time.Sleep(time.Hour)
		lt.cancelStuck(0)
		lt.expect("an hour later", "first admitted", "waiting refused: "+notSent)
		if first.slot.ctx.Err() != nil {
			t.Errorf("canceled: %v", context.Cause(first.slot.ctx))
		}
	})
}

// A new first waiter may be starved although the one before it was not.
func TestANewFirstWaiterMayBeStarved(t *testing.T) {
	t.Parallel()
	testLimiter(t, func(t *testing.T) *Limiter {
		limiter := stuckLimiter(t)
		limiter.concurrency = 1
		return limiter
	}, func(lt *limiterTest) {
		stuck := lt.acquire("stuck", Known, 0)
		endless := lt.acquire("endless", Known, 0)
		lt.acquire("waiting", Search, 9*time.Second)
		time.Sleep(4 * time.Second)
		lt.expect("behind a waiter without a deadline", "stuck admitted")
		if stuck.slot.ctx.Err() != nil {
			t.Errorf("canceled: %v", context.Cause(stuck.slot.ctx))
		}
		endless.cancel()
		lt.expect("after that has left", "endless refused: "+notSent)
		if stuck.slot.ctx.Err() == nil {
			t.Error("the stuck request was not canceled for a starved one")
		}
	})
}
