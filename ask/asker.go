package ask

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/transport"
)

// requestTimeout is how long a request may take, with its retries and the wait for its
// turn.
const requestTimeout = 30 * time.Second

// maxUnanswered is how many requests in a row may get no response before no other one is
// made.
const maxUnanswered = 2

// asker makes the requests for the questions of one account.
type asker struct {
	client     *inbox.Client
	limiter    *inbox.Limiter
	budget     *budget
	options    Options
	unanswered int
	stopped    *notAsked // why no other request is made; nil: they are

	mu      sync.Mutex
	answers []answer
}

// answer is a response, and when it came.
type answer struct {
	status int
	header http.Header
	at     time.Time
	took   time.Duration
	page   bool // it was one
}

// notAsked is the error of a request that is not made.
type notAsked struct {
	why    string
	failed bool // an answer was to be had: the API failed, or the user interrupted
}

// Error returns why.
func (n *notAsked) Error() string { return "not asked: " + n.why }

// Options are what Doctor and Discover need besides an account.
type Options struct {
	UserAgent string
	// Secrets knows those in the configuration, and learns those that are read from
	// elsewhere.
	Secrets  *inbox.Secrets
	Progress *Progress
}

// newAsker returns an asker that makes at most so many requests. Close must be called.
func newAsker(account *config.Account, requests int, options Options) (*asker, error) {
	remember := transport.Remember(func(key, value string) { options.Secrets.Add(account.Name, key, value) })
	roundTripper, err := transport.New(account.HTTP, options.UserAgent, remember)
	if err != nil {
		return nil, fmt.Errorf("account %s: creating the HTTP client: %s", account.Name, options.Secrets.Redact(err.Error()))
	}
	b := &budget{next: roundTripper, max: requests}
	options.Progress.begin(account.Name)
	return &asker{
		client:  inbox.NewClient(account.URL, b, options.Secrets, nil),
		limiter: inbox.NewLimiter(account.RateLimit, 1),
		budget:  b,
		options: options,
	}, nil
}

// Close closes the connections.
func (a *asker) close() { a.client.Close() }

// ask makes a request, with retries. An error is a *notAsked or from the request.
func (a *asker) ask(ctx context.Context, r inbox.Request) (inbox.Page, error) {
	if ctx.Err() != nil && a.stopped == nil {
		a.stopped = errInterrupted
	}
	if a.stopped != nil {
		return inbox.Page{}, a.stopped
	}
	current := answer{}
	r.Inspect = func(header http.Header) { current.header, current.at = header, time.Now() }
	r.Observe = func(e inbox.Exchange) {
		current.status, current.took, current.page = e.Status, e.Duration, e.Err == nil
		if e.Status != 0 {
			a.keep(current)
		}
		current = answer{}
		a.options.Progress.asked(a.budget.requests())
	}
	session := inbox.NewSession(a.client, a.limiter, inbox.SessionOptions{})
	defer session.End(nil)
	timed, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	page, err := session.Page(timed, r, inbox.Read)
	a.stopped = a.stopAfter(ctx, err)
	if err != nil && a.stopped != nil {
		return inbox.Page{}, a.stopped
	}
	return page, err
}

var errInterrupted = &notAsked{why: "interrupted", failed: true}

// stopAfter returns why no other request is made after one with this outcome, or nil.
func (a *asker) stopAfter(ctx context.Context, err error) *notAsked {
	reason := inbox.ReasonOf(err)
	if err != nil && (reason == inbox.Timeout || reason == inbox.Connection || a.unavailable()) {
		a.unanswered++
	} else {
		a.unanswered = 0
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return errInterrupted
	case a.budget.exhausted():
		return &notAsked{why: a.budget.text()}
	case reason == inbox.RateLimited:
		return &notAsked{why: "rate limited, " + err.Error(), failed: true}
	case a.unanswered >= maxUnanswered:
		return &notAsked{why: "no response, " + err.Error(), failed: true}
	}
	return nil
}

// keep keeps a response.
func (a *asker) keep(current answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers = append(a.answers, current)
}

// all returns the responses so far.
func (a *asker) all() []answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.answers)
}

// redact removes the secrets from a text.
func (a *asker) redact(text string) string { return a.options.Secrets.Redact(text) }

// refused reports whether err, of the latest request, says that the API understood it and
// answered with an error.
func (a *asker) refused(err error) bool {
	var own *inbox.Error
	return errors.As(err, &own) && slices.Contains([]inbox.Reason{inbox.HTTPStatus, inbox.API, inbox.Auth}, own.Reason) && !a.unavailable()
}

// unavailable reports whether the latest response is that of a proxy which does not reach
// the API, or of an overloaded API.
func (a *asker) unavailable() bool {
	answers := a.all()
	if len(answers) == 0 {
		return false
	}
	status := answers[len(answers)-1].status
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}
