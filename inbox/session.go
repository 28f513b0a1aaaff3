package inbox

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	maxTries     = 3                      // of one request
	firstBackoff = 100 * time.Millisecond // doubles with each try, plus or minus half
)

// Session makes the requests of one scrape: as the account's Limiter admits them, with
// retries, and none after the API has rejected the token.
type Session struct {
	client  *Client
	limiter *Limiter
	retried func()
	ended   context.Context // its cause is the error of every later request
	end     context.CancelCauseFunc
}

// NewSession begins a session. retried, which may be nil, is called before every retry.
// End must be called.
func NewSession(client *Client, limiter *Limiter, retried func()) *Session {
	if retried == nil {
		retried = func() {}
	}
	s := &Session{client: client, limiter: limiter, retried: retried}
	s.ended, s.end = context.WithCancelCause(context.Background())
	return s
}

// End ends the session. Requests in flight go on, but no other one is sent.
func (s *Session) End() { s.end(Errorf(Timeout, "the scrape has ended")) }

// Page sends a request and returns the page that it asks for. After a connection error,
// 429, 502, 503 or 504 it retries, at most twice, with exponential backoff and jitter
// and not beyond the deadline of ctx.
func (s *Session) Page(ctx context.Context, request Request, priority Priority) (Page, error) {
	var last error // of the tries that were sent
	tries := 0
	page, err := backoff.Retry(ctx, func() (Page, error) {
		slot, err := s.limiter.acquire(ctx, s.ended, priority)
		if err != nil {
			return Page{}, backoff.Permanent(err)
		}
		if tries++; tries > 1 {
			s.retried()
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

// send sends a request that was admitted, and passes its outcome on to limiter and
// session.
func (s *Session) send(slot *slot, request Request) (Page, error) {
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
