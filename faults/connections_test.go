package faults

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// Thousands of connections that ask for nothing keep nobody from being served, and most of
// them are closed.
func TestManyIdleConnections(t *testing.T) {
	t.Parallel()
	const made, most = 2_000, 1_000
	asked, answer := make(chan struct{}, 100), make(chan struct{})
	release := sync.OnceFunc(func() { close(answer) })
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-answer
		w.WriteHeader(http.StatusTeapot)
	}))
	t.Cleanup(api.Close)
	t.Cleanup(release)
	r := boot(t, programtest.Env{"BOTPENGUIN_URL": api.URL, "BOTPENGUIN_TOKEN": canary})
	// A connection with a scrape under way is not idle.
	busy := r.connect(t, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
	<-asked
	var connections []net.Conn
	for i := range made {
		request := "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"
		if i%2 == 0 {
			request = "" // it says nothing at all
		}
		connections = append(connections, r.connect(t, request))
	}
	if status, _ := r.Get(t, "/-/healthy"); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	release()
	if n, err := busy.Read(make([]byte, 1)); n == 0 {
		t.Errorf("the connection with a scrape was closed: %v", err)
	}
	open := 0
	for _, connection := range connections {
		// The deadline has passed for those that are open and have nothing to read.
		if err := connection.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, connection); errors.Is(err, os.ErrDeadlineExceeded) {
			open++
		}
	}
	t.Logf("%d of %d connections are open", open, made)
	if open > most || open == 0 {
		t.Errorf("%d of %d idle connections are open, want at most %d", open, made, most)
	}
}
