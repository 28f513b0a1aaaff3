package programtest

import (
	"testing"
	"time"
)

// Eventually tries until there is no error. If that takes too long, the last one fails
// the test.
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
