package faults

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// However short the timeout of Prometheus, it gets an answer while the API hangs.
func TestDeadlinesAreMet(t *testing.T) {
	t.Parallel()
	for i, seconds := range []string{"0.3", "0.3", "0.5", "0.5", "1", "2", "5"} {
		path := both[i%2]
		t.Run(seconds+" s, "+path, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			s.healthy(t)
			s.acme.Intercept(hangs(half))
			s.zenith.Intercept(hangs(""))
			body, took := s.scrape(t, path, seconds)
			if strings.Contains(body, "botpenguin_inbox_") {
				t.Errorf("a number of an API that hangs:\n%s", body)
			}
			t.Logf("answered after %v", took)
		})
	}
}

// A header that is absurd is as good as none.
func TestAbsurdTimeouts(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	healthy := s.healthy(t)
	for _, header := range []string{"", "0", "-0", "-1", "NaN", "Inf", "+Inf", "-Inf", "1e308", "1e309", "9223372036854775807", "0x1p63", "1_0", "ten", "10s", "10,10", strings.Repeat("9", 5000), "\x80", "<script>"} {
		status, body := s.Get(t, "/metrics", timeoutHeader, header)
		if status != 200 {
			t.Errorf("%.20q: status %d\n%s", header, status, body)
		}
		same(t, fmt.Sprintf("with %.20q", header), healthy, gauges(t, body))
	}
	for _, header := range []string{"1e-300", "1e-9", "0.001"} {
		if status, body := s.Get(t, "/metrics", timeoutHeader, header); status != 200 || !strings.Contains(body, "botpenguin_up{") {
			t.Errorf("%s: status %d\n%s", header, status, body)
		}
	}
	s.until(t, "after absurd timeouts", healthy, 1, "10")
}

// What one scrape has no time for is done by the next ones.
func TestACountThatTakesSeveralScrapes(t *testing.T) {
	t.Parallel()
	const answers = 5 // to the query users, before the API hangs until the scrape ends
	s := newStand(t)
	s.acme.SetPageSize(1)
	var asked atomic.Int64
	s.acme.Intercept(func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
		others := asks("closed")(call) || asks("waiting")(call) || asks("online")(call)
		return !others && asked.Add(1) > answers && hangs("")(w, r, call)
	})
	want := numbers("acme", s.acme.Inbox)
	name := `botpenguin_inbox_users{account="acme"}`
	for n := 1; ; n++ {
		asked.Store(0)
		body, _ := s.scrape(t, "/metrics", "1")
		got, ok := gauges(t, body)[name]
		if ok && got != want[name] {
			t.Fatalf("%v users, want %v", got, want[name])
		}
		if ok && n > 1 {
			t.Logf("counted by scrape %d", n)
			return
		}
		if ok || n == 20 {
			t.Fatalf("counted by scrape %d: want several, and an end", n)
		}
	}
}

// One that sends its request a byte at a time is shown the door.
func TestSlowRequests(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes five seconds")
	}
	s := newStand(t)
	conn, err := net.Dial("tcp", s.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	conn.SetReadDeadline(time.Now().Add(time.Minute))
	if said, err := io.ReadAll(conn); err != nil {
		t.Errorf("still connected after a minute: %v; it said %q", err, said)
	}
	if _, err := bufio.NewReader(conn).ReadByte(); err == nil {
		t.Error("the connection goes on")
	}
}
