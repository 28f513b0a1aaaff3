package collector

import (
	"testing"
	"time"
	"unsafe"
)

// A result is kept no longer than min_interval by either clock: the monotonic one stops
// while the machine is suspended, and the wall clock may be set.
func TestMinIntervalWhenAClockJumps(t *testing.T) {
	t.Parallel()
	const interval = time.Minute
	for name, test := range map[string]struct {
		monotonic, wall time.Duration // since the result
		kept            bool
	}{
		"no jump, young":         {time.Second, time.Second, true},
		"no jump, old":           {time.Hour, time.Hour, false},
		"suspended for a moment": {time.Second, 2 * time.Second, true},
		"suspended for an hour":  {time.Second, time.Hour, false},
		"set back, young":        {time.Second, -time.Hour, true},
		"set back, old":          {2 * time.Minute, -time.Hour, false},
		"set forward":            {time.Second, 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &Snapshot{Ended: ago(t, test.monotonic, test.wall)}
			if kept := s.keptFor(interval) != nil; kept != test.kept {
				t.Errorf("kept: %v, want %v", kept, test.kept)
			}
		})
	}
}

// ago returns a time that was so long ago by the monotonic clock and by the wall clock.
func ago(t *testing.T, monotonic, wall time.Duration) time.Time {
	t.Helper()
	now := time.Now()
	then := now.Add(-wall)
	reading := (*struct {
		_         uint64
		monotonic int64
	})(unsafe.Pointer(&then)) // how package time keeps it: no function changes one clock alone
	reading.monotonic += int64(wall - monotonic)
	if now.Sub(then) != monotonic || now.Round(0).Sub(then.Round(0)) != wall {
		t.Fatal("package time keeps its clocks in another way")
	}
	return then
}
