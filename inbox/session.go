package inbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sync/semaphore"
)

const (
	maxTries     = 3                      // of one request
	firstBackoff = 100 * time.Millisecond // doubles with each try, plus or minus half
)

// abandonAfter is how long a request may take to return after its context has ended.
// Normally it returns at once, and says best why.
const abandonAfter = 20 * time.Millisecond

// Session makes the requests of one scrape: as the account's Limiter admits them, with
// retries, and none after the API has rejected the token.
type Session struct {
	client  *Client
	limiter *Limiter
	options SessionOptions
	ended   context.Context // its cause is the error of every later request
	end     context.CancelCauseFunc

	mu        sync.Mutex
	abandoned int    // requests that nobody waits for any more and that have not returned
	returned  func() // called when the last of them has
}

// SessionOptions are the optional parts of a Session.
type SessionOptions struct {
	// Retried is called before every retry.
	Retried func()
	// Deadline returns when requests must be answered at the latest, as far as is known
	// now: it may be earlier than the end of their contexts, and may move to a later
	// time. Zero means never. It must take no lock.
	Deadline func() time.Time
	// Process limits how many requests the accounts of a process have in flight.
	// Abandoned ones do not count.
	Process *semaphore.Weighted
}

// NewSession begins a session. End must be called.
func NewSession(client *Client, limiter *Limiter, options SessionOptions) *Session {
	if options.Retried == nil {
		options.Retried = func() {}
	}
	s := &Session{client: client, limiter: limiter, options: options}
	s.ended, s.end = context.WithCancelCause(context.Background())
	return s
}

// End ends the session. Requests in flight go on, but no other one is sent. It reports
// whether requests were abandoned that have not returned; returned, which may be nil, is
// then called when the last of them has.
func (s *Session) End(returned func()) (stuck bool) {
	s.end(Errorf(Timeout, "the scrape has ended"))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.returned = returned
	return s.abandoned > 0
}

// Page sends a request and returns the page that it asks for. After a connection error,
// 429, 502, 503 or 504 it retries, at most twice, with exponential backoff and jitter
// and not beyond the deadline of ctx.
func (s *Session) Page(ctx context.Context, request Request, priority Priority) (Page, error) {
	var last error // of the tries that were sent
	tries := 0
	page, err := backoff.Retry(ctx, func() (Page, error) {
		slot := s.limiter.enqueue(ctx, priority, s.options.Deadline)
		if request.Queued != nil {
			request.Queued()
		}
		if err := slot.wait(s.ended); err != nil {
			return Page{}, backoff.Permanent(err)
		}
		if tries++; tries > 1 {
			s.options.Retried()
		}
		var page Page
		page, last = s.send(slot, request)
		if own := (*Error)(nil); errors.As(last, &own) && !own.retryable {
			return Page{}, backoff.Permanent(last)
		}
		return page, last
	}, backoff.WithMaxTries(maxTries), backoff.WithBackOff(newBackOff()), backoff.WithMaxElapsedTime(timeLeft(ctx)))
	if err != nil && ctx.Err() != nil && last != nil {
		err = last // more helpful than that the time ran out before the next try
	}
	return page, err
}

// call is a request that is being made.
type call struct {
	done chan struct{} // closed when it has returned
	page Page
	err  error

	abandoned bool // nobody waits for it any more; Session.mu guards it
}

// send sends a request that was admitted. It returns when the request does or when its
// context ends, whatever the transport does. A request that does not return is
// abandoned: it keeps its slot, so that an account never has more of them than requests
// may be in flight.
func (s *Session) send(slot *slot, request Request) (Page, error) {
	if s.options.Process != nil {
		if s.options.Process.Acquire(slot.ctx, 1) != nil {
			return Page{}, slot.abandon()
		}
		defer s.options.Process.Release(1)
	}
	c := &call{done: make(chan struct{})}
	go func() {
		defer slot.cancel(nil) // and not before done is closed, or the request would seem late
		c.page, c.err = s.fetch(slot, request)
		close(c.done)
		s.finish(c)
	}()
	select {
	case <-c.done:
		return c.page, c.err
	case <-slot.ctx.Done():
	}
	timer := time.NewTimer(abandonAfter)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
	}
	if s.abandon(c) {
		return Page{}, ContextError(slot.ctx, "no response before the deadline")
	}
	return c.page, c.err
}

// fetch sends a request, and passes its outcome on to limiter and session.
func (s *Session) fetch(slot *slot, request Request) (Page, error) {
	page, retryAfter, err := s.client.fetch(slot.ctx, request)
	if err != nil && retryAfter > 0 {
		s.limiter.pause(retryAfter)
	}
	if err != nil && ReasonOf(err) == Auth {
		s.end(err)
	}
	slot.release(err)
	return page, err
}

// abandon reports whether the call had not returned, and is abandoned now.
func (s *Session) abandon(c *call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-c.done:
		return false
	default:
		c.abandoned = true
		s.abandoned++
		return true
	}
}

// finish takes note of a call that has returned.
func (s *Session) finish(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.abandoned {
		return
	}
	if s.abandoned--; s.abandoned == 0 && s.returned != nil {
		s.returned()
	}
}

// timeLeft returns how long ctx lasts, or 0 if it has no deadline.
func timeLeft(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return max(time.Until(deadline), 1)
}

func newBackOff() backoff.BackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = firstBackoff
	b.Multiplier = 2
	return b
}
