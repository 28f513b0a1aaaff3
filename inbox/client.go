package inbox

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxRequest is how long any request may take, for callers without a deadline.
const maxRequest = time.Minute

// maxErrorBody is how much of an unsuccessful response is read for its message.
const maxErrorBody = 64 << 10

// Exchange is a request and its response, for metrics and logs.
type Exchange struct {
	Status   int // HTTP status, 0 without a response
	Duration time.Duration
	Bytes    int64 // of the response body, decompressed
	Err      error // nil if the response was a page
}

// Request is a request for a page.
type Request struct {
	Endpoint  Endpoint
	Body      []byte         // made by Filter.Body; nil for endpoints other than Users
	Selection *Selection     // what to keep of the page's contacts; nil: none
	Queued    func()         // called when it waits for the limiter, before each try; may be nil
	Observe   func(Exchange) // called after each time it was sent; may be nil

	// Inspect is called with the header of each response, which may hold secrets, before its
	// body is read. It may be nil.
	Inspect func(header http.Header)
}

// Client sends requests to the API. A Session decides when, and how often.
type Client struct {
	base    *url.URL
	http    *http.Client
	secrets *Secrets
	observe func(Exchange)
}

// NewClient returns a client of the API at base, such as
// https://api-v7.express-chat.com. The transport adds the authorization. No error of the
// client shows one of the secrets. observe, which may be nil, is called after every request.
func NewClient(base *url.URL, transport http.RoundTripper, secrets *Secrets, observe func(Exchange)) *Client {
	if observe == nil {
		observe = func(Exchange) {}
	}
	return &Client{
		base: base,
		http: &http.Client{
			Transport: transport,
			Timeout:   maxRequest,
			// The transport would add the token to a request to another host, too.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		secrets: secrets,
		observe: observe,
	}
}

// Close closes the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// fetch sends a request once and returns the page that it asks for. retryAfter is how
// long the API asks to wait before the next request, which it may do in any response;
// 0 if it does not. Every error is an *Error with any of the Reasons but Pagination.
func (c *Client) fetch(ctx context.Context, r Request) (page Page, retryAfter time.Duration, err error) {
	exchange := Exchange{}
	began := time.Now()
	defer func() {
		exchange.Duration, exchange.Err = time.Since(began), err
		c.observe(exchange)
		if r.Observe != nil {
			r.Observe(exchange)
		}
	}()
	request, err := c.request(ctx, r)
	if err != nil {
		return Page{}, 0, Errorf(Connection, "%s", c.secrets.shorten(err.Error()))
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Page{}, 0, requestError(ctx, err, c.secrets)
	}
	defer response.Body.Close()
	exchange.Status = response.StatusCode
	if r.Inspect != nil {
		r.Inspect(response.Header)
	}
	retryAfter = parseRetryAfter(response.Header.Get("Retry-After"), time.Now())
	page, exchange.Bytes, err = read(ctx, response, r.Selection, c.secrets)
	return page, retryAfter, err
}

// request returns a request with the documented headers, which accepts the compression
// of the documentation's sample call.
func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	method, path := r.Endpoint.call()
	request, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path...).String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	// Without it net/http does not repeat the request by itself when an HTTP/2 connection
	// ends, past the limiter and uncounted.
	request.GetBody = nil
	request.Header.Set("Authtype", "Key")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Accept-Encoding", "gzip")
	return request, nil
}

// read reads a response and returns its page or error, and how many bytes it had.
func read(ctx context.Context, response *http.Response, selection *Selection, secrets *Secrets) (Page, int64, error) {
	success := response.StatusCode/100 == 2
	if response.StatusCode == http.StatusSwitchingProtocols {
		// What follows is not a body, and reading it ends with no context.
		return Page{}, 0, statusError(response, envelope{}, secrets)
	}
	body, err := decompress(response)
	if err != nil {
		if !success {
			return Page{}, 0, statusError(response, envelope{}, secrets)
		}
		return Page{}, 0, bodyError(ctx, err, secrets)
	}
	if !success {
		e, n, err := decode(io.LimitReader(body, maxErrorBody), nil)
		if err != nil {
			e.message = "" // it may not be the API's
		}
		return Page{}, n, statusError(response, e, secrets)
	}
	e, n, err := decode(body, selection)
	switch {
	case err != nil:
		return Page{}, n, bodyError(ctx, err, secrets)
	case !e.success || e.code != 0 && e.code/100 != 2:
		e.page.Release()
		return Page{}, n, apiError(e, secrets)
	}
	return e.page, n, nil
}

// decompress returns a reader of the decompressed body.
func decompress(response *http.Response) (io.Reader, error) {
	switch encoding := response.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity":
		return response.Body, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(response.Body)
	default:
		return nil, Errorf(Decode, "unsupported Content-Encoding %q", encoding)
	}
}
