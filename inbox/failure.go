package inbox

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"
)

// requestError returns the error of a request without a response.
func requestError(ctx context.Context, err error, secrets *Secrets) error {
	var own *Error
	if errors.As(err, &own) { // the transport's, which may return it to several requests
		own = Errorf(own.Reason, "%s", secrets.Redact(own.text))
		if own.Reason == Connection {
			return own.retry()
		}
		return own
	}
	if ended := ContextError(ctx, "no response before the deadline"); ended != nil {
		return ended
	}
	var wrapped *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Errorf(Timeout, "no response within %s", maxRequest)
	case errors.Is(err, io.EOF):
		return Errorf(Connection, "the connection was closed before a response").retry()
	case errors.As(err, &wrapped):
		err = wrapped.Err // without the method and URL in front
	}
	return Errorf(Connection, "%s", secrets.shorten(err.Error())).retry()
}

// bodyError returns the error of a response whose body cannot be read or decoded.
func bodyError(ctx context.Context, err error, secrets *Secrets) error {
	if ended := ContextError(ctx, "no response before the deadline"); ended != nil {
		return ended
	}
	var own *Error
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Errorf(Timeout, "no complete response within %s", maxRequest)
	case errors.As(err, &own):
		return Errorf(own.Reason, "%s", secrets.shorten(own.text))
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return Errorf(Decode, "decompressing the response: %v", err)
	case errors.Is(err, io.EOF): // instead of a gzip header
		return Errorf(Decode, "decompressing the response: the body is empty")
	default:
		return Errorf(Connection, "%s", secrets.shorten(fmt.Sprintf("reading the response: %v", err))).retry()
	}
}

// decodeError returns the error of a body that the decoder does not accept. It does not
// say which key the error is in, because a key may be anything, even a token.
func decodeError(err error) error {
	var own *Error
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &syntax):
		return Errorf(Decode, "decoding the response: %v, at byte %d", syntax.Err, syntax.ByteOffset)
	case errors.Is(err, io.EOF):
		return Errorf(Decode, "decoding the response: the body is empty")
	default:
		return Errorf(Decode, "decoding the response: %v", err)
	}
}

// statusError returns the error of a response whose HTTP status is not a success.
func statusError(response *http.Response, e envelope, secrets *Secrets) error {
	status := response.StatusCode
	text := fmt.Sprintf("%d %s", status, http.StatusText(status))
	if status/100 == 3 {
		text += fmt.Sprintf(" to %s: redirects are not followed, because they could send the token to another host",
			secrets.quote(response.Header.Get("Location")))
	}
	return responseError(HTTPStatus, status, text, e, secrets)
}

// apiError returns the error of a response that reports a failure in its body.
func apiError(e envelope, secrets *Secrets) error {
	text := "the API reported a failure"
	if e.code != 0 {
		text += fmt.Sprintf(" with code %d", e.code)
	}
	return responseError(API, e.code, text, e, secrets)
}

// responseError returns an error with the message of the API. A code may say more about
// the reason than the kind of failure does.
func responseError(reason Reason, code int, text string, e envelope, secrets *Secrets) error {
	switch {
	case rejected(code), rejected(e.code):
		reason = Auth
	case code == http.StatusTooManyRequests:
		reason = RateLimited
	}
	if e.message != "" {
		text += ": " + secrets.quote(e.message)
	}
	err := Errorf(reason, "%s", text)
	if reason == RateLimited || reason == HTTPStatus && unavailable(code) {
		return err.retry()
	}
	return err
}

// rejected reports whether the API answers so to a token that it does not accept.
func rejected(code int) bool {
	return code == http.StatusUnauthorized || code == http.StatusForbidden
}

// unavailable reports whether a server answers so while the API cannot be reached.
func unavailable(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}
