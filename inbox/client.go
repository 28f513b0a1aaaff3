package inbox

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// maxRequest is how long any one request may take, for callers without a deadline.
const maxRequest = time.Minute

// maxErrorAnswer is how much of an unsuccessful response is read for its message.
const maxErrorAnswer = 64 << 10

// Exchange is one request and how it was answered, for metrics and logs.
type Exchange struct {
	Status   int // HTTP status, 0 without an answer
	Duration time.Duration
	Bytes    int64 // of the answer, decompressed
	Err      error // nil when the answer was a page
}

// Request is a request for a page.
type Request struct {
	Body      []byte         // made by Filter.Body
	Selection *Selection     // what to keep of the page's contacts; nil: none
	Observe   func(Exchange) // told how it went, each time it is made; may be nil
}

// Client asks the API for pages. It makes each request once.
type Client struct {
	endpoint string
	http     *http.Client
	observe  func(Exchange)
}

// NewClient returns a client of the API at base, such as
// https://api-v7.express-chat.com. The transport adds the authorization; observe,
// which may be nil, is told of every request.
func NewClient(base *url.URL, transport http.RoundTripper, observe func(Exchange)) *Client {
	if observe == nil {
		observe = func(Exchange) {}
	}
	return &Client{
		endpoint: base.JoinPath("inbox", "users").String(),
		http: &http.Client{
			Transport: transport,
			Timeout:   maxRequest,
			// A redirect would have the transport add the token for another host.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		observe: observe,
	}
}

// Close ends the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Page makes a request and returns the page it asks for. retryAfter is how long the
// API asks to be left alone, which it may do with any answer; 0 when it does not.
// Every error is an *Error of one of the Reasons but Pagination.
func (c *Client) Page(ctx context.Context, r Request) (page Page, retryAfter time.Duration, err error) {
	var secrets redactor
	exchange := Exchange{}
	began := time.Now()
	defer func() {
		exchange.Duration, exchange.Err = time.Since(began), err
		c.observe(exchange)
		if r.Observe != nil {
			r.Observe(exchange)
		}
	}()
	request, err := c.request(httptrace.WithClientTrace(ctx, secrets.trace()), r.Body)
	if err != nil {
		return Page{}, 0, Errorf(Connection, "%s", secrets.redact(err.Error()))
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Page{}, 0, c.broken(ctx, err, &secrets)
	}
	defer response.Body.Close()
	exchange.Status = response.StatusCode
	retryAfter = RetryAfter(response.Header.Get("Retry-After"), time.Now())
	page, exchange.Bytes, err = c.read(ctx, response, r.Selection, &secrets)
	return page, retryAfter, err
}

// request makes the documented headers, and asks for the compression of the
// documentation's sample call.
func (c *Client) request(ctx context.Context, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authtype", "Key")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Accept-Encoding", "gzip")
	return request, nil
}

// read reads a response into a page, or into the error that it stands for.
func (c *Client) read(ctx context.Context, response *http.Response, selection *Selection, secrets *redactor) (Page, int64, error) {
	success := response.StatusCode/100 == 2
	if response.StatusCode == http.StatusSwitchingProtocols {
		// What follows is no body, and to read it ends with no context.
		return Page{}, 0, statusError(response, answer{}, secrets)
	}
	body, err := decompressed(response)
	if err != nil {
		if !success {
			return Page{}, 0, statusError(response, answer{}, secrets)
		}
		return Page{}, 0, c.brokenBody(ctx, err, secrets)
	}
	if !success {
		said, n, err := decodeAnswer(io.LimitReader(body, maxErrorAnswer), nil)
		if err != nil {
			said = answer{code: said.code} // no message of the API's
		}
		return Page{}, n, statusError(response, said, secrets)
	}
	said, n, err := decodeAnswer(body, selection)
	switch {
	case err != nil:
		return Page{}, n, c.brokenBody(ctx, err, secrets)
	case !said.success || said.code != 0 && said.code/100 != 2:
		return Page{}, n, answerError(said, secrets)
	}
	return said.page, n, nil
}

// decompressed undoes the compression of the body.
func decompressed(response *http.Response) (io.Reader, error) {
	switch encoding := response.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity":
		return response.Body, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(response.Body)
	default:
		return nil, Errorf(Decode, "the answer is neither plain nor gzip, but %q", encoding)
	}
}

// broken is the error of a request that got no response.
func (c *Client) broken(ctx context.Context, err error, secrets *redactor) error {
	var own *Error
	if errors.As(err, &own) { // of the transport, which keeps secrets out of it
		return &Error{Reason: own.Reason, Text: own.Text, retryable: own.Reason == Connection}
	}
	if ended := ContextError(ctx, "no answer before the deadline"); ended != nil {
		return ended
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Errorf(Timeout, "no answer within %s", maxRequest)
	}
	if errors.Is(err, io.EOF) {
		return &Error{Reason: Connection, Text: "the connection ended before an answer", retryable: true}
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // without the method and address in front
	}
	return &Error{Reason: Connection, Text: secrets.shorten(err.Error()), retryable: true}
}

// brokenBody is the error of a response that cannot be read as an answer.
func (c *Client) brokenBody(ctx context.Context, err error, secrets *redactor) error {
	if ended := ContextError(ctx, "no answer before the deadline"); ended != nil {
		return ended
	}
	var own *Error
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Errorf(Timeout, "no whole answer within %s", maxRequest)
	case errors.As(err, &own):
		return &Error{Reason: own.Reason, Text: secrets.shorten(own.Text)}
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return Errorf(Decode, "decompressing the answer: %v", err)
	case errors.Is(err, io.EOF): // where the header of gzip should be
		return Errorf(Decode, "decompressing the answer: it is empty")
	default:
		return &Error{Reason: Connection, Text: secrets.shorten(fmt.Sprintf("reading the answer: %v", err)), retryable: true}
	}
}

// statusError is the error of a response whose HTTP status is not a success.
func statusError(response *http.Response, said answer, secrets *redactor) error {
	status := response.StatusCode
	e := &Error{Reason: HTTPStatus, Text: fmt.Sprintf("%d %s", status, http.StatusText(status))}
	switch {
	case rejects(status) || rejects(said.code):
		e.Reason = Auth
	case status == http.StatusTooManyRequests:
		e.Reason, e.retryable = RateLimited, true
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		e.retryable = true
	case status/100 == 3:
		e.Text += fmt.Sprintf(" to %s: redirects are not followed, for they would carry the token elsewhere", secrets.quote(response.Header.Get("Location")))
	}
	if said.message != "" {
		e.Text += ": " + secrets.quote(said.message)
	}
	return e
}

// answerError is the error of an answer that says in its body that it failed.
func answerError(said answer, secrets *redactor) error {
	e := &Error{Reason: API, Text: "the API failed"}
	switch {
	case rejects(said.code):
		e.Reason = Auth
	case said.code == http.StatusTooManyRequests:
		e.Reason, e.retryable = RateLimited, true
	}
	if said.code != 0 {
		e.Text += fmt.Sprintf(" with code %d", said.code)
	}
	if said.message != "" {
		e.Text += ": " + secrets.quote(said.message)
	}
	return e
}

func rejects(code int) bool {
	return code == http.StatusUnauthorized || code == http.StatusForbidden
}
