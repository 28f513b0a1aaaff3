package inbox

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
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
	retried  func()
	rejected context.Context // ends when the token was rejected, for that cause
	reject   context.CancelCauseFunc
}

// NewSession begins a session. retried, which may be nil, is called whenever a
// request is made again. End must be called.
func NewSession(client *Client, gate *Gate, retried func()) *Session {
	if retried == nil {
		retried = func() {}
	}
	s := &Session{client: client, gate: gate, retried: retried}
	s.rejected, s.reject = context.WithCancelCause(context.Background())
	return s
}

// End lets go of what the session holds: nothing is asked any more.
func (s *Session) End() { s.reject(Errorf(Timeout, "the scrape has ended")) }

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
			s.retried()
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

// ask makes one request and tells the gate and the session how it went.
func (s *Session) ask(ctx context.Context, request Request) (Page, error) {
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
