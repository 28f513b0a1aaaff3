package inbox

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const (
	canary   = "canary-7f3a9c21"
	onePage  = `{"success":true,"message":"","data":[{"_id":"a"},{"_id":"b"}],"code":200}`
	oneError = `{"success":false,"message":"no such page","code":%d}`
)

// authorizing adds the authorization, like the transport of a configuration.
type authorizing struct {
	*http.Transport
	value string
}

func (a authorizing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", a.value)
	return a.Transport.RoundTrip(r)
}

// bearerTransport returns a transport that adds a token.
func bearerTransport(t testing.TB, token string) http.RoundTripper {
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return authorizing{transport, "Bearer " + token}
}

func parseURL(t testing.TB, address string) *url.URL {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// testClient returns a client of a server with this handler, until the test ends.
func testClient(t testing.TB, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return NewClient(parseURL(t, server.URL), bearerTransport(t, canary), known(canary), nil)
}

// respondWith responds with a status, headers ("Name: value") and a body.
func respondWith(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

// roundTripper responds without a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// fakeClient returns a client without a network.
func fakeClient(f roundTripper) *Client {
	return NewClient(&url.URL{Scheme: "http", Host: "inbox.example"}, f, known(canary), nil)
}

// newResponse returns the response of respondWith.
func newResponse(r *http.Request, status int, body string, headers ...string) *http.Response {
	w := httptest.NewRecorder()
	respondWith(status, body, headers...)(w, r)
	response := w.Result()
	response.Request = r
	return response
}

// api is a fake API without a network, for fake time.
type api struct {
	respond func(n int, r *http.Request) (*http.Response, error) // to the nth request, from 1

	mu     sync.Mutex
	began  time.Time
	bodies []string        // of the requests, in the order of their arrival
	at     []time.Duration // since began
}

func newAPI(respond func(n int, r *http.Request) (*http.Response, error)) *api {
	return &api{respond: respond, began: time.Now()}
}

func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	a.bodies = append(a.bodies, string(body))
	a.at = append(a.at, time.Since(a.began))
	n := len(a.bodies)
	a.mu.Unlock()
	return a.respond(n, r)
}

// requests returns how many there were.
func (a *api) requests() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.bodies)
}

// session begins a session with the API, which ends with the test.
func (a *api) session(t testing.TB, limiter *Limiter, retried func()) *Session {
	s := NewSession(fakeClient(a.RoundTrip), limiter, SessionOptions{Retried: retried})
	t.Cleanup(func() { s.End(nil) })
	return s
}

// inTurn responds with one status after the other, and then always with the last one.
func inTurn(statuses ...int) func(int, *http.Request) (*http.Response, error) {
	return func(n int, r *http.Request) (*http.Response, error) {
		status := statuses[min(n, len(statuses))-1]
		if status == 200 {
			return newResponse(r, 200, onePage), nil
		}
		return newResponse(r, status, fmt.Sprintf(oneError, status)), nil
	}
}

// start starts a request and returns a channel that receives its outcome.
func start(ctx context.Context, s *Session, body string) chan string {
	done := make(chan string, 1)
	go func() {
		_, err := s.Page(ctx, Request{Body: []byte(body)}, Known)
		done <- outcome(err)
	}()
	synctest.Wait()
	return done
}

// known returns a registry of secrets.
func known(secrets ...string) *Secrets {
	s := &Secrets{}
	for i, secret := range secrets {
		s.Add("acme", fmt.Sprint(i), secret)
	}
	return s
}
