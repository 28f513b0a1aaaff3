package programtest

import (
	"context"
	"io"
	"net/http"
	"testing"
)

// Response is a response that was read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Request makes a request on a new connection, and reads the whole response. The header
// is a list of alternating names and values.
func (p *Program) Request(ctx context.Context, method, path string, header ...string) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, p.URL+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	return &Response{response.StatusCode, response.Header, string(body)}, nil
}

// Get makes a GET request, and fails the test on an error. It must be called from the
// test's goroutine.
func (p *Program) Get(tb testing.TB, path string, header ...string) (status int, body string) {
	tb.Helper()
	return p.must(tb, http.MethodGet, path, header...)
}

// Post makes a POST request, and fails the test on an error. It must be called from the
// test's goroutine.
func (p *Program) Post(tb testing.TB, path string, header ...string) (status int, body string) {
	tb.Helper()
	return p.must(tb, http.MethodPost, path, header...)
}

func (p *Program) must(tb testing.TB, method, path string, header ...string) (status int, body string) {
	tb.Helper()
	response, err := p.Request(tb.Context(), method, path, header...)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, path, err)
	}
	return response.Status, response.Body
}
