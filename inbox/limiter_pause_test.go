package inbox

import (
	"slices"
	"testing"
	"time"
)

// pausedFor is the outcome of a request that a pause refuses, so long after the
// beginning of fake time.
func pausedFor(d time.Duration) string {
	end := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC).Add(d)
	return " refused: rate_limited: the API asked to wait until " + end.Format(time.RFC3339) + " (Retry-After)"
}

func TestAPauseRefusesWhatCannotWait(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 3), func(lt *limiterTest) {
		lt.acquire("in flight", Known, 0)
		lt.expect("before", "in flight admitted")
		lt.limiter.pause(10 * time.Second)
		lt.acquire("short", Known, 9*time.Second)
		lt.expect("with a deadline within the pause", "short"+pausedFor(10*time.Second))
		lt.acquire("just", Known, 10*time.Second)
		lt.acquire("long", Known, 11*time.Second)
		lt.acquire("endless", Known, 0)
		lt.expect("with later deadlines")
		lt.limiter.pause(5 * time.Second)
		lt.limiter.pause(-time.Second)
		lt.release(nil)
		time.Sleep(9999 * time.Millisecond)
		lt.expect("a shorter pause changes nothing")
		lt.limiter.pause(0)
		time.Sleep(time.Millisecond)
		events := lt.events() // the first one's deadline is the end of the pause
		if len(events) != 3 || !slices.Contains([]string{"just admitted", "just refused: " + notSent}, events[0]) ||
			events[1] != "long admitted" || events[2] != "endless admitted" {
			t.Errorf("after the pause: %q", events)
		}
	})
}

func TestWithoutADeadlineRequestsWaitAMinute(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 1), func(lt *limiterTest) {
		lt.limiter.pause(time.Minute)
		lt.acquire("for a minute", Known, 0)
		lt.limiter.pause(time.Minute + 1)
		lt.acquire("for longer", Known, 0)
		lt.expect("without a deadline", "for a minute"+pausedFor(time.Minute), "for longer"+pausedFor(time.Minute))
		lt.acquire("with a deadline", Known, time.Hour)
		time.Sleep(time.Minute + 1)
		lt.expect("with a later deadline", "with a deadline admitted")
	})
}

func TestAPauseRefusesRequestsThatWaitAlready(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 1), func(lt *limiterTest) {
		lt.acquire("in flight", Known, 0)
		lt.acquire("short", Known, 5*time.Second)
		lt.acquire("long", Known, time.Minute)
		lt.expect("before", "in flight admitted")
		lt.limiter.pause(20 * time.Second)
		lt.expect("with a deadline within the pause", "short"+pausedFor(20*time.Second))
		time.Sleep(10 * time.Second)
		lt.limiter.pause(20 * time.Second)
		lt.release(nil)
		time.Sleep(10 * time.Second)
		lt.expect("at the end of the first pause")
		lt.limiter.pause(41 * time.Second)
		lt.expect("with a deadline within the longest pause", "long"+pausedFor(61*time.Second))
		lt.acquire("patient", Known, 0)
		time.Sleep(41*time.Second - 1)
		lt.expect("before the end")
		time.Sleep(time.Nanosecond)
		lt.expect("at the end", "patient admitted")
	})
}
