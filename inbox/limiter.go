package inbox

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Limiter decides when the requests of an account are sent. It lives as long as the
// account and is safe for concurrent use.
//
// Admission: a request acquires a slot, is sent, and releases the slot. There are as many
// slots as requests may be in flight. The rate limit admits so many requests per second,
// and a burst of one second's worth.
//
// Priority: requests that cannot be admitted at once wait, sorted by priority and then
// by arrival. Cheap requests go first, so that a low rate limit starves no scrape, and
// ranks make the first of many searches finish instead of none. A request whose
// context ends stops waiting.
//
// Pause: after a Retry-After no request is admitted until the given time, in this
// scrape or a later one. A request that cannot wait for that long fails at once with
// RateLimited. Without a deadline it can wait for maxRequest.
//
// Unproven token: until a request first succeeds, and again after a rejection, it is not
// known whether the API accepts the account's token. One request is then sent alone, so
// that a wrong token costs one request and not one per query. The others wait for it,
// but only for aloneFor: if it hangs, it must not hold up everything.
//
// Stuck and starved: a request is stuck if it has been in flight for more than twice as
// long as the slowest recent success took. The first waiter is starved if all slots are
// taken and none was released for a third of the time from its arrival to its deadline.
// Stuck requests that are in flight for at least as long are then canceled with a
// Timeout. While nobody is starved they go on, and an API that is slow for everyone is
// waited for. A waiter without a deadline is never starved.
type Limiter struct {
	mu          sync.Mutex
	rateLimit   *rate.Limiter
	concurrency int       // most slots in flight
	inFlight    []*slot   // in the order of their admission
	waiting     []*slot   // sorted; the first is next
	arrivals    int       // how many slots were ever asked for
	pausedUntil time.Time // by a Retry-After
	unproven    bool      // it is not known whether the API accepts the token
	aloneUntil  time.Time // until then the request in flight goes alone
	timer       *time.Timer

	lastReleased time.Time
	slowest      time.Duration // of the recent successes; 0 before the first
}

// aloneFor is how long requests wait for one that is sent alone.
const aloneFor = time.Second

// Priority orders waiting requests, the lowest first. It is a class plus a rank within
// the class.
type Priority int

// The classes, from cheap to expensive.
const (
	Known      Priority = iota << 20 // a count whose last page is remembered
	Search                           // a search for the last page
	Read                             // a read of all pages
	Unanswered                       // of a query that got no response at all last time
)

// NewLimiter returns a Limiter that admits perSecond requests per second, in bursts of
// at most one second's worth (0: no rate limit), and concurrency requests at a time.
func NewLimiter(perSecond float64, concurrency int) *Limiter {
	l := &Limiter{rateLimit: rate.NewLimiter(rate.Inf, 0), concurrency: concurrency, unproven: true}
	if perSecond > 0 {
		l.rateLimit = rate.NewLimiter(rate.Limit(perSecond), max(1, int(math.Ceil(perSecond))))
	}
	return l
}

// slot is the place of one request: first in the waiting list, then in flight.
type slot struct {
	limiter  *Limiter
	until    func() time.Time // see SessionOptions.Deadline; may be nil
	ctx      context.Context  // of the request; canceled with the error that refuses or ends it
	cancel   context.CancelCauseFunc
	priority Priority
	arrival  int
	arrived  time.Time
	admitted chan struct{} // closed when it is in flight
	began    time.Time     // when it was admitted
}

// enqueue has a request wait for a slot, which it may get at once. until is that of
// SessionOptions.Deadline; it may be nil. wait must be called.
func (l *Limiter) enqueue(ctx context.Context, priority Priority, until func() time.Time) *slot {
	s := &slot{limiter: l, until: until, priority: priority, arrived: time.Now(), admitted: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.arrivals++
	s.arrival = l.arrivals
	i, _ := slices.BinarySearchFunc(l.waiting, s, (*slot).compare)
	l.waiting = slices.Insert(l.waiting, i, s)
	l.refusePaused(s, s.arrived)
	l.serve()
	return s
}

// wait waits until the request may be sent, or until its context or ended ends. The
// request must use the slot's context, which is that of enqueue and outlives ended, release
// the slot, and then cancel the context. An error is Timeout or the cause of the context
// that ended, or RateLimited if the API asked for a longer pause.
func (s *slot) wait(ended context.Context) error {
	stop := context.AfterFunc(ended, func() { s.cancel(context.Cause(ended)) })
	select {
	case <-s.admitted:
		if stop() {
			return nil
		}
		s.cancel(context.Cause(ended)) // it ended at the same moment
	case <-s.ctx.Done():
		stop()
	}
	return s.abandon()
}

// deadline returns when the request must be answered at the latest, as known now.
func (s *slot) deadline() (deadline time.Time, ok bool) {
	deadline, ok = s.ctx.Deadline()
	if s.until == nil {
		return deadline, ok
	}
	if until := s.until(); !until.IsZero() && (!ok || until.Before(deadline)) {
		return until, true
	}
	return deadline, ok
}

func (s *slot) compare(other *slot) int {
	return cmp.Or(cmp.Compare(s.priority, other.priority), cmp.Compare(s.arrival, other.arrival))
}

// abandon gives back a slot whose context has ended before its request was sent, and
// returns why. It may be waiting or, by now, admitted.
func (s *slot) abandon() error {
	l := s.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	s.remove()
	l.serve()
	return ContextError(s.ctx, "the request could not be sent before the deadline")
}

// release ends a request that was admitted; err is its outcome.
func (s *slot) release(err error) {
	l := s.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	s.remove()
	switch {
	case err == nil:
		l.unproven = false
		// A peak fades by a tenth with every success.
		l.slowest = max(l.lastReleased.Sub(s.began), l.slowest/10*9)
	case ReasonOf(err) == Auth:
		l.unproven = true
	}
	l.serve()
}

// remove removes the slot from the limiter, which is locked.
func (s *slot) remove() {
	l := s.limiter
	if i, ok := slices.BinarySearchFunc(l.waiting, s, (*slot).compare); ok {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	if i := slices.Index(l.inFlight, s); i >= 0 {
		l.inFlight = slices.Delete(l.inFlight, i, i+1)
		l.aloneUntil, l.lastReleased = time.Time{}, time.Now()
	}
}

// pause admits nothing for the given time. It only ever extends a pause.
func (l *Limiter) pause(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if until := now.Add(d); until.After(l.pausedUntil) {
		l.pausedUntil = until
		for _, s := range l.waiting {
			l.refusePaused(s, now)
		}
	}
	l.serve()
}

// refusePaused cancels a waiting slot if the pause lasts beyond its deadline.
func (l *Limiter) refusePaused(s *slot, now time.Time) {
	if !l.pausedUntil.After(now) {
		return
	}
	deadline, ok := s.deadline()
	if !ok {
		deadline = now.Add(maxRequest)
	}
	if l.pausedUntil.After(deadline) {
		s.cancel(Errorf(RateLimited, "the API asked to wait until %s (Retry-After)", l.pausedUntil.UTC().Format(time.RFC3339)))
	}
}

// Budget returns how many requests the rate limit admits until deadline, at most.
func (l *Limiter) Budget(deadline time.Time) float64 {
	if l.rateLimit.Limit() == rate.Inf {
		return math.Inf(1)
	}
	now := time.Now()
	return math.Floor(l.rateLimit.TokensAt(now) + float64(l.rateLimit.Limit())*deadline.Sub(now).Seconds())
}

// serve admits what may be admitted, and sets the timer for when that may change by
// itself. It is called after every change, and looks only at the first waiter: others
// whose contexts have ended stop waiting by themselves. The limiter is locked.
func (l *Limiter) serve() {
	now := time.Now()
	for len(l.waiting) > 0 && len(l.inFlight) < l.concurrency {
		next := l.waiting[0]
		if next.ctx.Err() == nil {
			if delay := l.delay(now); delay > 0 {
				l.serveIn(delay)
				return
			}
			l.admit(next, now)
		}
		l.waiting[0] = nil // for the garbage collector
		l.waiting = l.waiting[1:]
	}
	if delay := l.checkStarved(now); delay > 0 {
		l.serveIn(delay)
	}
}

// delay takes one request off the rate limit and returns 0, or returns how long no request
// may be admitted.
func (l *Limiter) delay(now time.Time) time.Duration {
	if delay := l.pausedUntil.Sub(now); delay > 0 {
		return delay
	}
	if delay := l.aloneUntil.Sub(now); delay > 0 && len(l.inFlight) > 0 {
		return delay
	}
	reservation := l.rateLimit.ReserveN(now, 1)
	delay := reservation.DelayFrom(now)
	if delay > 0 {
		reservation.CancelAt(now)
	}
	return delay
}

func (l *Limiter) admit(s *slot, now time.Time) {
	if l.unproven && len(l.inFlight) == 0 {
		l.aloneUntil = now.Add(aloneFor)
	}
	s.began = now
	l.inFlight = append(l.inFlight, s)
	close(s.admitted)
}

func (l *Limiter) serveIn(delay time.Duration) {
	if l.timer != nil {
		l.timer.Reset(delay)
		return
	}
	l.timer = time.AfterFunc(delay, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.serve()
	})
}
