package inbox

import (
	"context"
	"errors"
	"fmt"
)

// Reason is why a query has no number: a short word for metrics, logs and alerts.
type Reason string

// The reasons. Every error that reaches the user of this package has one.
const (
	// Timeout: there was no response before the deadline, or the request could not be
	// sent before it.
	Timeout Reason = "timeout"
	// Connection: DNS, TCP or TLS failed, or the connection ended within a response.
	Connection Reason = "connection"
	// Auth: the API rejected the token (401 or 403, as HTTP status or as code).
	Auth Reason = "auth"
	// RateLimited: the API asked for fewer requests (429, Retry-After).
	RateLimited Reason = "rate_limited"
	// HTTPStatus: an HTTP status that is neither success nor one of the above.
	HTTPStatus Reason = "http_status"
	// API: the API reported a failure ("success": false).
	API Reason = "api"
	// Decode: the response is not what the API is documented to send.
	Decode Reason = "decode"
	// Pagination: the pages contradict each other.
	Pagination Reason = "pagination"
	// TooLarge: a response, or all that would have to be read, exceeds a limit.
	TooLarge Reason = "too_large"
	// Filter: records contradict the filter, and verify is fail.
	Filter Reason = "filter"
)

// Reasons lists every Reason, in the order of the documentation.
func Reasons() []Reason {
	return []Reason{Timeout, Connection, Auth, RateLimited, HTTPStatus, API, Decode, Pagination, TooLarge, Filter}
}

// Error is a failed request or count. Its text holds no secret, because everything from
// outside is redacted before it becomes part of it.
type Error struct {
	Reason Reason

	text      string
	retryable bool // another try may succeed
}

// Errorf returns an Error with a formatted text. The arguments must hold no secret.
func Errorf(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, text: fmt.Sprintf(format, args...)}
}

// retry marks a new error as retryable.
func (e *Error) retry() *Error {
	e.retryable = true
	return e
}

// Error returns what failed, in one line.
func (e *Error) Error() string { return e.text }

// ContextError returns the error of a context that has ended: its cause if that is an
// *Error, else a Timeout with the given text. It is nil before ctx has ended.
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

// ReasonOf returns the reason of err. It is Timeout for a context that has ended, and
// API for an error that is not from this package, which should not occur.
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
