package collector

import (
	"context"
	"sync"
	"time"
)

// sharedContext is the context of a run: its deadline is the latest of those that
// wait for the run, and moves when another one joins.
type sharedContext struct {
	context.Context
	cancel context.CancelCauseFunc

	mu       sync.Mutex
	deadline time.Time // zero: never
	timer    *time.Timer
}

// newSharedContext returns a context that ends at deadline, never if that is zero.
func newSharedContext(deadline time.Time) *sharedContext {
	c := &sharedContext{deadline: deadline}
	c.Context, c.cancel = context.WithCancelCause(context.Background())
	c.timer = time.AfterFunc(time.Until(deadline), c.expire)
	if deadline.IsZero() {
		c.timer.Stop()
	}
	return c
}

// Deadline is when the context ends, as far as is known by now.
func (c *sharedContext) Deadline() (deadline time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.deadline, !c.deadline.IsZero()
}

// extend moves the deadline to the given one if that is later; zero is never. It
// returns false if the context has ended already.
func (c *sharedContext) extend(deadline time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.Err() != nil:
		return false
	case deadline.IsZero():
		c.deadline = deadline
		c.timer.Stop()
	case !c.deadline.IsZero() && deadline.After(c.deadline):
		c.deadline = deadline
		c.timer.Reset(time.Until(deadline))
	}
	return true
}

// expire ends the context, unless its deadline was moved at the same moment.
func (c *sharedContext) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.deadline.IsZero() && !time.Now().Before(c.deadline) {
		c.cancel(context.DeadlineExceeded)
	}
}

// end ends the context for a cause.
func (c *sharedContext) end(cause error) {
	c.timer.Stop()
	c.cancel(cause)
}
