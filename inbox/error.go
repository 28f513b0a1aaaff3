package inbox

import (
	"context"
	"errors"
	"fmt"
)

// Reason is why a query has no number, as a short word that metrics, logs and
// alerts share.
type Reason string

// The reasons. Every error that reaches the user of this package has one.
const (
	// Timeout: the deadline came before the answer, or would come before it could.
	Timeout Reason = "timeout"
	// Connection: no answer could be had from the API's host: DNS, TCP, TLS, or a
	// connection that ended in the middle of an answer.
	Connection Reason = "connection"
	// Auth: the API rejected the token (401 or 403, as HTTP status or as code).
	Auth Reason = "auth"
	// RateLimited: the API asked for fewer requests (429, Retry-After).
	RateLimited Reason = "rate_limited"
	// HTTPStatus: an HTTP status that is neither success nor one of the above.
	HTTPStatus Reason = "http_status"
	// API: the API answered, and said that it failed ("success": false).
	API Reason = "api"
	// Decode: the answer is not what the API is documented to send.
	Decode Reason = "decode"
	// Pagination: the pages do not add up to one list.
	Pagination Reason = "pagination"
	// TooLarge: an answer, or what would have to be read, is beyond a limit.
	TooLarge Reason = "too_large"
)

// Reasons lists every Reason, in the order of the documentation.
func Reasons() []Reason {
	return []Reason{Timeout, Connection, Auth, RateLimited, HTTPStatus, API, Decode, Pagination, TooLarge}
}

// Error is a failed request or count. Its text never holds a secret: what comes
// from outside has been redacted before it gets here.
type Error struct {
	Reason Reason
	Text   string

	retryable bool // asking again may help: the failure was the moment's, not the request's
}

// Error says what failed, in one line.
func (e *Error) Error() string { return e.Text }

// Errorf returns an Error with a formatted text. The arguments must hold no secret.
func Errorf(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, Text: fmt.Sprintf(format, args...)}
}

// ContextError returns the error of a context that has ended: its cause if that
// is an *Error, else a Timeout with the given text. It is nil while ctx lasts.
func ContextError(ctx context.Context, text string) error {
	if ctx.Err() == nil {
		return nil
	}
	var own *Error
	if cause := context.Cause(ctx); errors.As(cause, &own) {
		return own
	}
	return Errorf(Timeout, "%s", text)
}

// ReasonOf returns why err happened. A context that ended counts as Timeout; an
// error that is none of this package's as API, which none should be.
func ReasonOf(err error) Reason {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Reason
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return Timeout
	default:
		return API
	}
}
