package inbox

import (
	"context"
	"slices"
	"time"
)

// flight is a request between its admission and its answer.
type flight struct {
	began  time.Time
	cancel context.CancelCauseFunc
}

// Watch returns a context for a request that was admitted. It ends before ctx does if
// the request keeps others from being asked: see EndHogs. The function must be called
// when the request has ended, with its error.
func (g *Gate) Watch(ctx context.Context) (context.Context, func(err error)) {
	ctx, cancel := context.WithCancelCause(ctx)
	f := &flight{began: time.Now(), cancel: cancel}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.flights = append(g.flights, f)
	return ctx, func(err error) {
		cancel(nil)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.flights = slices.DeleteFunc(g.flights, func(other *flight) bool { return other == f })
		g.moved = time.Now()
		if err == nil {
			// The slowest of late: a tenth of what it was is forgotten with each answer.
			g.slowest = max(g.moved.Sub(f.began), g.slowest/10*9)
		}
	}
}

// Hangs tells whether a request that has gone unanswered for so long hangs: whether
// that is more than twice as long as any answer of late has taken.
func (g *Gate) Hangs(unanswered time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return unanswered > 2*g.slowest
}

// EndHogs ends the requests that have gone unanswered for longer than patience and
// hang: they keep others from being asked. An API that is merely slow is waited for.
func (g *Gate) EndHogs(patience time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.endHogs(time.Now(), max(patience, 2*g.slowest))
}

// endHogs returns when the next of the others would have to be ended, 0 if there is
// none.
func (g *Gate) endHogs(now time.Time, patience time.Duration) (next time.Duration) {
	for _, f := range g.flights {
		switch age := now.Sub(f.began); {
		case g.slowest == 0:
		case age >= patience:
			f.cancel(Errorf(Timeout, "no answer in %s, while other queries waited to be asked", age.Round(time.Millisecond)))
		case next == 0 || patience-age < next:
			next = patience - age
		}
	}
	return next
}

// clogged ends hogs when all that may be in flight are, and none has ended for a third
// of the time of the one who waits. It returns when to look again; 0 for when
// something happens.
func (g *Gate) clogged(now time.Time) time.Duration {
	if len(g.waiting) == 0 || g.slowest == 0 {
		return 0
	}
	deadline, ok := g.waiting[0].ctx.Deadline()
	if !ok {
		return 0
	}
	since := g.waiting[0].arrived
	enough := max(deadline.Sub(since)/3, 2*g.slowest)
	if g.moved.After(since) {
		since = g.moved
	}
	if wait := since.Add(enough).Sub(now); wait > 0 {
		return wait
	}
	return g.endHogs(now, enough)
}
