package inbox

import "time"

// Stuck reports whether a request that was in flight for so long is stuck.
func (l *Limiter) Stuck(inFlight time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return inFlight > 2*l.slowest
}

// cancelStuck cancels the requests that have been in flight for so long, and returns
// when the next of the others will have been, 0 if there is none. Before the first
// success it is not known what is stuck.
func (l *Limiter) cancelStuck(now time.Time, after time.Duration) (next time.Duration) {
	if l.slowest == 0 {
		return 0
	}
	for _, s := range l.inFlight {
		switch age := now.Sub(s.began); {
		case age >= after:
			s.cancel(Errorf(Timeout, "no response in %s, while other queries were waiting", age.Round(time.Millisecond)))
		case next == 0 || after-age < next:
			next = after - age
		}
	}
	return next
}

// checkStarved cancels stuck requests if the first waiter is starved. It returns when to
// check again, 0 for when something changes. All slots are taken, or nobody waits.
func (l *Limiter) checkStarved(now time.Time) time.Duration {
	if len(l.waiting) == 0 || l.slowest == 0 {
		return 0
	}
	first := l.waiting[0]
	deadline, ok := first.deadline()
	if !ok {
		return 0
	}
	after := max(deadline.Sub(first.arrived)/3, 2*l.slowest)
	since := first.arrived
	if l.lastReleased.After(since) {
		since = l.lastReleased
	}
	if wait := since.Add(after).Sub(now); wait > 0 {
		return wait
	}
	return l.cancelStuck(now, after)
}
