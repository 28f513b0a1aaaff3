package faults

import (
	"fmt"
	"io"
	"net"
	"testing"
)

// aScrape is the request of a Prometheus that waits for so many seconds.
func aScrape(seconds string) string {
	return fmt.Sprintf("GET /metrics HTTP/1.1\r\nHost: exporter.test\r\n%s: %s\r\n\r\n", timeoutHeader, seconds)
}

// connect sends a request, or a part of one.
func (r *running) connect(t *testing.T, request string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", r.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return conn
}

// readsNothing begins a scrape and reads no more of the answer than its first byte.
func (r *running) readsNothing(t *testing.T) net.Conn {
	t.Helper()
	conn := r.connect(t, aScrape("60"))
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return conn
}
