package inbox

import (
	"testing"
	"testing/synctest"
	"time"
)

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
