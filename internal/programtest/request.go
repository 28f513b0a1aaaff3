package programtest

import (
	"context"
	"io"
	"net/http"
	"testing"
)

// Response is the answer to a request.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Request makes a request, on a connection of its own, and reads the whole answer. The
// header is names and values in turn.
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

// Get fetches a page. Only the goroutine of the test may call it.
func (p *Program) Get(tb testing.TB, path string, header ...string) (status int, body string) {
	tb.Helper()
	return p.must(tb, http.MethodGet, path, header...)
}

// Post posts to a page. Only the goroutine of the test may call it.
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
