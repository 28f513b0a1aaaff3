package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"
)

// client is a response writer whose writes block until read is closed. It records the
// write deadline.
type client struct {
	http.ResponseWriter
	writing  chan<- struct{} // receives a value when the response is being written
	read     <-chan struct{}
	deadline time.Time
}

func (c *client) Write(p []byte) (int, error) {
	select {
	case c.writing <- struct{}{}:
		<-c.read
	case <-c.read:
	}
	return c.ResponseWriter.Write(p)
}

func (c *client) SetWriteDeadline(t time.Time) error {
	c.deadline = t
	return nil
}

// Clients that do not read their response do not block others: their metrics are in
// memory and their slot is released.
func TestSlowClientsDoNotBlockOthers(t *testing.T) {
	for _, path := range []string{"/metrics", "/probe?account=acme"} {
		listening, server, _ := start(t, nil) // at most 2 concurrent scrapes
		writing, read := make(chan struct{}), make(chan struct{})
		served := make(chan struct{})
		const clients = 40
		for range clients {
			c := &client{ResponseWriter: httptest.NewRecorder(), writing: writing, read: read}
			go func() {
				server.ServeHTTP(c, httptest.NewRequest(http.MethodGet, path, nil))
				served <- struct{}{}
			}()
			<-writing
		}
		if status, body, _ := get(t, listening.URL+path); status != 200 {
			t.Errorf("%s with %d clients that do not read: %d %s", path, clients, status, body)
		}
		server.Drain(context.Background()) // does not wait for them
		close(read)
		for range clients {
			<-served
		}
	}
}

// A client has ten seconds from the deadline of its scrape to read the response.
func TestWriteDeadline(t *testing.T) {
	_, server, _ := start(t, nil) // accounts with a timeout of 10 s
	for header, scrape := range map[string]time.Duration{"": 10 * time.Second, "5": 4500 * time.Millisecond, "60": 10 * time.Second} {
		for _, path := range []string{"/metrics", "/probe?account=acme"} {
			read := make(chan struct{})
			close(read)
			c := &client{ResponseWriter: httptest.NewRecorder(), read: read}
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set(timeoutHeader, header)
			earliest := time.Now().Add(scrape + 10*time.Second)
			server.ServeHTTP(c, r)
			latest := time.Now().Add(scrape + 10*time.Second)
			if c.deadline.Before(earliest) || c.deadline.After(latest) {
				t.Errorf("%s, timeout %q: deadline %v, want between %v and %v", path, header, c.deadline, earliest, latest)
			}
		}
	}
}

// pipes is a listener for in-memory connections, for synctest.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if conn, ok := <-p; ok {
		return conn, nil
	}
	return nil, errors.New("closed")
}

func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// The server's read and write timeouts do not apply to scrapes.
func TestScrapesMayExceedTheServerTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{TelemetryPath: "/metrics", Registry: prometheus.NewRegistry(), Logger: log.NewNopLogger()})
		const duration = time.Minute
		handler := s.scrape(func(w http.ResponseWriter, r *http.Request) (prometheus.Gatherer, *refusal) {
			extendWriteDeadline(w, time.Now().Add(duration))
			time.Sleep(duration) // simulated
			if err := r.Context().Err(); err != nil {
				return nil, &refusal{http.StatusTeapot, err.Error()}
			}
			return prometheus.NewRegistry(), nil
		})
		listener := make(pipes)
		server := &http.Server{Handler: handler, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
		go server.Serve(listener)
		ours, theirs := net.Pipe()
		listener <- theirs
		fmt.Fprint(ours, "GET /metrics HTTP/1.1\r\nHost: exporter.test\r\nConnection: close\r\n\r\n")
		response, err := http.ReadResponse(bufio.NewReader(ours), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if body, _ := io.ReadAll(response.Body); response.StatusCode != 200 {
			t.Errorf("%s %s", response.Status, body)
		}
		close(listener)
		server.Close()
	})
}

// All scrapes are counted, including refused ones.
func TestScrapesAreCounted(t *testing.T) {
	listening, server, _ := start(t, nil)
	for _, path := range []string{"/metrics", "/probe?account=acme", "/probe", "/probe?account=nobody"} {
		get(t, listening.URL+path)
	}
	server.Drain(context.Background())
	for _, path := range []string{"/metrics", "/probe?account=acme", "/probe?account=nobody"} {
		get(t, listening.URL+path)
	}
	recorder := httptest.NewRecorder()
	server.expose(recorder, httptest.NewRequest(http.MethodGet, "/", nil), server.options.Registry)
	for code, want := range map[int]int{200: 2, 400: 1, 404: 1, 503: 3} {
		line := fmt.Sprintf("\npromhttp_metric_handler_requests_total{code=\"%d\"} %d\n", code, want)
		if !strings.Contains(recorder.Body.String(), line) {
			t.Errorf("%s is missing in\n%s", line, recorder.Body)
		}
	}
}

func TestHeadMakesNoAPIRequests(t *testing.T) {
	_, server, inboxes := start(t, nil)
	for path, want := range map[string]int{"/metrics": 200, "/probe?account=acme": 200, "/probe?account=nobody": 404, "/probe": 400} {
		recorder := httptest.NewRecorder()
		server.ServeHTTP(recorder, httptest.NewRequest(http.MethodHead, path, nil))
		if recorder.Code != want {
			t.Errorf("HEAD %s: %d, want %d", path, recorder.Code, want)
		}
	}
	if n := inboxes[0].Requests() + inboxes[1].Requests(); n != 0 {
		t.Errorf("%d API requests, want none", n)
	}
}

// Many series take long to gather and encode, so that a scrape has to end earlier.
func TestReserveForManySeries(t *testing.T) {
	t.Parallel()
	for series, want := range map[int64]time.Duration{0: 9500 * time.Millisecond, 10_000: 9500 * time.Millisecond, 100_000: 6 * time.Second, 1_000_000: 5 * time.Second} {
		s := New(Options{TimeoutOffset: time.Second / 2, TelemetryPath: "/metrics", Registry: prometheus.NewRegistry()})
		s.series.Store(series)
		if got := timeout(http.Header{timeoutHeader: {"10"}}, s.reserve(), time.Minute); got != want {
			t.Errorf("%d series: with a timeout of 10s a scrape may take %v, want %v", series, got, want)
		}
	}
	_, server, _ := start(t, nil)
	const least = 12 // of two accounts with a query each
	if got := server.series.Load(); got < least {
		t.Errorf("%d series expected before the first scrape, want at least %d", got, least)
	}
	server.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if got := server.series.Load(); got < least {
		t.Errorf("%d series expected after the first scrape, want at least %d", got, least)
	}
}
