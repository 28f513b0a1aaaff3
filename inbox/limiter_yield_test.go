package inbox

import (
	"testing"
	"testing/synctest"
	"time"
)

// Requests of a query that got no response last time leave their turn to the others.
func TestUnansweredYields(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 4), func(lt *limiterTest) {
		lt.acquire("count", Known, 9*time.Second)
		lt.acquire("unanswered", Unanswered, 9*time.Second)
		lt.expect("while a count is in flight", "count admitted")
		lt.release(nil)
		lt.expect("when none is", "unanswered admitted")
	})
}

func TestUnansweredYieldsForHalfOfItsTime(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 4), func(lt *limiterTest) {
		lt.acquire("count", Known, 9*time.Second)
		lt.acquire("unanswered", Unanswered, 8*time.Second)
		time.Sleep(4*time.Second - time.Nanosecond)
		lt.expect("before half of its time", "count admitted")
		time.Sleep(time.Nanosecond)
		lt.expect("after half of its time", "unanswered admitted")
	})
}

func TestYieldingTakesNothingOffTheRateLimit(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(10, 4), func(lt *limiterTest) {
		lt.acquire("count", Known, 9*time.Second)
		for range 5 {
			lt.acquire("unanswered", Unanswered, 9*time.Second)
		}
		lt.expect("at first", "count admitted")
		if got := lt.limiter.rateLimit.TokensAt(time.Now()); got != 9 {
			t.Errorf("%v tokens are left after one admission, want 9", got)
		}
	})
}

// A deadline of the session that is earlier than the context's end decides whether a
// request can wait for the end of a pause.
func TestPauseIsComparedWithTheSessionsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := provenLimiter(t, 0, 4)
		l.pause(5 * time.Second)
		deadline := time.Now().Add(2 * time.Second)
		_, err := l.acquire(t.Context(), never, Known, func() time.Time { return deadline })
		if ReasonOf(err) != RateLimited {
			t.Errorf("with two seconds left: %v", err)
		}
		deadline = time.Now().Add(6 * time.Second)
		slot, err := l.acquire(t.Context(), never, Known, func() time.Time { return deadline })
		if err != nil {
			t.Fatalf("with six seconds left: %v", err)
		}
		slot.release(nil)
	})
}
