package programtest

import (
	"testing"
	"time"
)

// Eventually calls try until it returns no error. If that takes too long, the last error
// fails the test.
func Eventually(tb testing.TB, try func() error) {
	tb.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			tb.Fatalf("after %v: %v", patience, err)
		}
	}
}
