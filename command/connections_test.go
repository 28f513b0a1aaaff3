package command

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// conn is a connection that notes when it is closed.
type conn struct {
	net.Conn
	name   string
	closed *[]string
}

func (c *conn) Close() error {
	*c.closed = append(*c.closed, c.name)
	return nil
}

// The connection that has been idle for the longest is closed, and none that has a request.
func TestConnections(t *testing.T) {
	t.Parallel()
	var closed []string
	conns := make(map[string]*conn)
	c := newConnections(0)
	c.most = 3
	states := map[string]http.ConnState{
		"new": http.StateNew, "active": http.StateActive, "idle": http.StateIdle, "closed": http.StateClosed, "hijacked": http.StateHijacked,
	}
	for _, step := range []struct{ events, closed string }{
		{"a new, a active, b new, b active, b idle, c new, c active", ""},
		{"d new", "b"},
		{"b closed", ""},
		{"d active", ""},
		{"e new", "e"}, // all others have a request
		{"e active, e idle, e closed", ""},
		{"a idle, d idle, f new", "a"},
		{"a active", ""}, // its request came too late
		{"a closed, c closed, d hijacked, g new, h new", ""},
		{"i new", "f"},
		{"g active, g idle, j new", "h"},
	} {
		closed = nil
		for _, event := range strings.Split(step.events, ", ") {
			var name, state string
			fmt.Sscan(event, &name, &state)
			if conns[name] == nil {
				conns[name] = &conn{name: name, closed: &closed}
			}
			c.track(conns[name], states[state])
		}
		if got := strings.Join(closed, ", "); got != step.closed {
			t.Errorf("%s: closed %q, want %q", step.events, got, step.closed)
		}
	}
	if n := c.idle.Len(); n != 3 || len(c.open) != 3 {
		t.Errorf("%d connections, %d idle", len(c.open), n)
	}
	if most := newConnections(2_000).most; most != 4_000 {
		t.Errorf("%d connections for 2000 scrapes", most)
	}
}
