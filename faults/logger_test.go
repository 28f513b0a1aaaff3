package faults

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// What libraries print past the logger is printed by nobody: it would be no log line,
// and could be what the API sent.
func TestNothingIsPrintedPastTheLogger(t *testing.T) {
	t.Parallel()
	acme, zenith := newInbox(t, 70), newInbox(t, 20)
	p := start(t, acme.URL, zenith.URL, "--log.level=debug", "--log.format=json")
	page := aPage(1, 3)
	acme.Intercept(raw(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s%s", len(page), page, strings.Repeat(canary, 10)), "", false))
	for range 3 {
		p.scrape(t, "/metrics", "5")
	}
	conn, err := net.Dial("tcp", p.Address)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "no HTTP\r\n\r\n")
	io.Copy(io.Discard, conn)
	conn.Close()
	p.Stop()
	for line := range strings.Lines(p.Output()) {
		if !strings.HasPrefix(line, `{"`) || !strings.Contains(line, `"level":`) {
			t.Errorf("no log line: %s", line)
		}
	}
	mute(t, "the output", p.Output())
}
