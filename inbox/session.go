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
	firstBackoff = 100 * time.Millisecond // doubles with each try, give or take half
)

// Session makes the requests of one scrape: through the gate of the account, again
// where that may help, and no more once the token was rejected.
type Session struct {
	client   *Client
	gate     *Gate
	options  SessionOptions
	rejected context.Context // ends when the token was rejected, for that cause
	reject   context.CancelCauseFunc

	mu      sync.Mutex
	stuck   int    // requests that were left behind
	onEmpty func() // called when the last of them returns
}

// SessionOptions are the optional parts of a Session.
type SessionOptions struct {
	Retried func() // called for each request that is a retry
	// Deadline returns when requests must be answered at the latest, which may be
	// earlier than their contexts end, and may move to later; zero: never.
	Deadline func() time.Time
	// Process limits the requests that all accounts of the process have in flight;
	// nil: no limit. A request that is left behind does not count.
	Process *semaphore.Weighted
}

// NewSession begins a session. End must be called.
func NewSession(client *Client, gate *Gate, options SessionOptions) *Session {
	if options.Retried == nil {
		options.Retried = func() {}
	}
	s := &Session{client: client, gate: gate, options: options}
	s.rejected, s.reject = context.WithCancelCause(context.Background())
	return s
}

// End ends the session: nothing is requested any more. It reports whether requests
// were left behind that have not returned; if so, returned is called when the last of
// them does.
func (s *Session) End(returned func()) (stuck bool) {
	s.reject(Errorf(Timeout, "the scrape has ended"))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onEmpty = returned
	return s.stuck > 0
}

// Page is Client.Page, made when the gate admits it and again when that may help:
// after a connection error, 429, 502, 503 or 504, at most twice, with a growing and
// random pause that does not outlive ctx.
func (s *Session) Page(ctx context.Context, request Request, priority Priority) (Page, error) {
	admit, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.rejected, func() { cancel(context.Cause(s.rejected)) })()
	var last error
	tries := 0
	page, err := backoff.Retry(ctx, func() (Page, error) {
		if err := s.gate.Enter(admit, priority); err != nil {
			return Page{}, backoff.Permanent(err)
		}
		if s.rejected.Err() != nil { // at the same moment
			err := context.Cause(s.rejected)
			s.gate.Leave(err)
			return Page{}, backoff.Permanent(err)
		}
		if tries++; tries > 1 {
			s.options.Retried()
		}
		var page Page
		page, last = s.ask(ctx, request)
		if own := (*Error)(nil); errors.As(last, &own) && !own.retryable {
			return Page{}, backoff.Permanent(last)
		}
		return page, last
	}, backoff.WithMaxTries(maxTries), backoff.WithBackOff(pauses()), backoff.WithMaxElapsedTime(left(ctx)))
	if err != nil && ctx.Err() != nil && last != nil {
		err = last // says more than that the scrape ended in the pause after it
	}
	return page, err
}

// abandonAfter is how long a request may take to return after its context has ended.
// One that is well behaved returns at once, and says best why.
const abandonAfter = 20 * time.Millisecond

// call is one request that may be left behind.
type call struct {
	done chan struct{} // closed when it has returned
	page Page
	err  error

	left bool // nobody waits for it any more; Session.mu guards it
}

// ask makes one request and returns when that has ended or ctx has, whatever the
// transport does. A request that does not return is left behind: it stays in flight,
// so that an account never has more of them than it may have requests in flight.
func (s *Session) ask(ctx context.Context, request Request) (Page, error) {
	if s.options.Process != nil {
		if s.options.Process.Acquire(ctx, 1) != nil {
			err := ContextError(ctx, noTurn)
			s.gate.Leave(err)
			return Page{}, err
		}
		defer s.options.Process.Release(1)
	}
	c := &call{done: make(chan struct{})}
	go func() {
		c.page, c.err = s.exchange(ctx, request)
		close(c.done)
		s.returned(c)
	}()
	select {
	case <-c.done:
		return c.page, c.err
	case <-ctx.Done():
	}
	timer := time.NewTimer(abandonAfter)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
	}
	if s.leave(c) {
		return Page{}, ContextError(ctx, "no answer before the deadline")
	}
	return c.page, c.err
}

// leave leaves a request behind, unless it has returned.
func (s *Session) leave(c *call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-c.done:
		return false
	default:
		c.left = true
		s.stuck++
		return true
	}
}

// returned takes note of a request that has returned.
func (s *Session) returned(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.left {
		return
	}
	if s.stuck--; s.stuck == 0 && s.onEmpty != nil {
		s.onEmpty()
	}
}

// exchange makes one request and reports to the gate and the session how it ended.
func (s *Session) exchange(ctx context.Context, request Request) (Page, error) {
	watched, done := s.gate.Watch(ctx)
	page, retryAfter, err := s.client.Page(watched, request)
	done(err)
	if err != nil && retryAfter > 0 {
		s.gate.Hold(retryAfter)
	}
	if err != nil && ReasonOf(err) == Auth {
		s.reject(err)
	}
	s.gate.Leave(err)
	return page, err
}

// left is how long ctx lasts yet; 0 when it has no end.
func left(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return max(time.Until(deadline), 1)
}

func pauses() backoff.BackOff {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval = firstBackoff
	pauses.Multiplier = 2
	return pauses
}
