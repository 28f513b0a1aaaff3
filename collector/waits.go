package collector

import "time"

// olderThan returns how many contacts have waited longer than a threshold.
func (s Series) olderThan(threshold time.Duration) int {
	n := 0
	for n < len(s.Waits) && s.Waits[n] > threshold {
		n++
	}
	return n
}

// longestWait returns the longest wait, 0 if nobody waits.
func (s Series) longestWait() time.Duration {
	if len(s.Waits) == 0 {
		return 0
	}
	return s.Waits[0]
}
