package inbox

import (
	"container/heap"
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Priority orders the requests that wait at a Gate, the lowest first: the cheap before
// the dear, so that a rate limit starves no scrape. It is a class, and a rank in that
// class added to it: of many searches the first finish, instead of none.
type Priority int

// The classes.
const (
	Known   Priority = iota << 20 // a count whose last page is remembered
	Search                        // a search for a last page
	Reading                       // of every page
	Stalled                       // a query that got no answer at all last time
)

// Gate admits an account's requests to the API: so many at a time, so many a
// second, none while the API asked to be left alone, and one alone while it is in
// doubt whether the API accepts the token. It ends those that hang at the cost of
// others. It lives as long as its account, and is
// safe for concurrent use.
type Gate struct {
	mu       sync.Mutex
	limiter  *rate.Limiter
	most     int // in flight
	inFlight int
	waiting  queue
	arrivals int
	held     time.Time // by a Retry-After, until then
	doubted  bool      // the token: none was accepted yet, or the last one was not
	alone    time.Time // until when one request goes alone
	wake     *time.Timer

	flights []*flight
	moved   time.Time     // when one of them last ended
	slowest time.Duration // answer of late
}

// patience is how long the others wait for a request that goes alone: one that
// hangs must not hold up everything.
const patience = time.Second

const noTurn = "not asked: the deadline came first"

// NewGate returns a gate that admits perSecond requests a second, a second's worth
// of them at once (0: any number), and most at a time.
func NewGate(perSecond float64, most int) *Gate {
	g := &Gate{limiter: rate.NewLimiter(rate.Inf, 0), most: most, doubted: true}
	if perSecond > 0 {
		g.limiter = rate.NewLimiter(rate.Limit(perSecond), max(1, int(math.Ceil(perSecond))))
	}
	return g
}

// waiter is a request at the gate. Answered is closed once it is admitted, or
// refused with err.
type waiter struct {
	ctx      context.Context
	priority Priority
	arrival  int
	arrived  time.Time
	answered chan struct{}
	err      error
	index    int // in the queue
}

// Enter waits until a request may be made. Leave must follow, unless there is an
// error: Timeout when ctx ends first, or RateLimited when the API asked to be left
// alone until after that.
func (g *Gate) Enter(ctx context.Context, priority Priority) error {
	w := &waiter{ctx: ctx, priority: priority, arrived: time.Now(), answered: make(chan struct{})}
	g.mu.Lock()
	g.arrivals++
	w.arrival = g.arrivals
	heap.Push(&g.waiting, w)
	g.serve()
	g.mu.Unlock()
	select {
	case <-w.answered:
		return w.err
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-w.answered:
		if w.err == nil { // admitted at the same moment
			g.inFlight--
			g.serve()
		}
	default:
		heap.Remove(&g.waiting, w.index)
	}
	return ContextError(ctx, noTurn)
}

// Leave ends a request that was admitted; err is how it ended.
func (g *Gate) Leave(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inFlight--
	g.alone = time.Time{}
	switch {
	case err == nil:
		g.doubted = false
	case ReasonOf(err) == Auth:
		g.doubted = true
	}
	g.serve()
}

// Hold admits nothing for so long.
func (g *Gate) Hold(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := time.Now().Add(d); until.After(g.held) {
		g.held = until
	}
	g.serve()
}

// Allows tells how many requests the rate limit admits until a deadline, at most.
func (g *Gate) Allows(deadline time.Time) float64 {
	if g.limiter.Limit() == rate.Inf {
		return math.Inf(1)
	}
	now := time.Now()
	return math.Floor(g.limiter.TokensAt(now) + float64(g.limiter.Limit())*deadline.Sub(now).Seconds())
}

// serve admits who may go, and sees to it that it is called again when someone may.
func (g *Gate) serve() {
	now := time.Now()
	g.refuse(now)
	for len(g.waiting) > 0 && g.inFlight < g.most {
		if wait := g.admit(now); wait > 0 {
			g.serveIn(wait)
			return
		}
		w := heap.Pop(&g.waiting).(*waiter)
		if g.doubted && g.inFlight == 0 {
			g.alone = now.Add(patience)
		}
		g.inFlight++
		close(w.answered)
	}
	if wait := g.clogged(now); wait > 0 {
		g.serveIn(wait)
	}
}

// admit takes one request off the rate limit and returns 0, or returns how long nobody
// may go.
func (g *Gate) admit(now time.Time) time.Duration {
	if wait := g.held.Sub(now); wait > 0 {
		return wait
	}
	if wait := g.alone.Sub(now); wait > 0 && g.inFlight > 0 {
		return wait
	}
	reservation := g.limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

func (g *Gate) serveIn(wait time.Duration) {
	if g.wake != nil {
		g.wake.Stop()
	}
	g.wake = time.AfterFunc(wait, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.serve()
	})
}

// refuse turns away those that gave up, and those whose deadline is before the gate
// opens again.
func (g *Gate) refuse(now time.Time) {
	var patient queue
	for _, w := range g.waiting {
		deadline, ok := w.ctx.Deadline()
		if !ok {
			deadline = now.Add(maxRequest) // nobody would sit and wait for longer
		}
		switch {
		case w.ctx.Err() != nil:
			w.err = ContextError(w.ctx, noTurn)
		case g.held.After(now) && g.held.After(deadline):
			w.err = Errorf(RateLimited, "the API asked for no requests until %s (Retry-After)", g.held.UTC().Format(time.RFC3339))
		default:
			patient = append(patient, w)
			continue
		}
		close(w.answered)
	}
	g.waiting = patient
	heap.Init(&g.waiting)
	for i, w := range g.waiting {
		w.index = i
	}
}

// queue is a heap of waiters, the next one first.
type queue []*waiter

// Len, Less and Swap are for package heap.
func (q queue) Len() int { return len(q) }

// Less puts the lower priority first, and of equals who came first.
func (q queue) Less(i, j int) bool {
	if q[i].priority != q[j].priority {
		return q[i].priority < q[j].priority
	}
	return q[i].arrival < q[j].arrival
}

// Swap keeps each waiter's index.
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

// Push and Pop are for package heap.
func (q *queue) Push(w any) {
	w.(*waiter).index = len(*q)
	*q = append(*q, w.(*waiter))
}

// Pop removes the last element.
func (q *queue) Pop() any {
	old := *q
	w := old[len(old)-1]
	*q = old[:len(old)-1]
	return w
}
