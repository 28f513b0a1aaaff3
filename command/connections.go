package command

import (
	"container/list"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

// maxConnections is how many connections clients may have open. An idle one takes about
// 20 KB of memory.
const maxConnections = 1000

// connections bounds the connections of a server. When there are too many, it closes the
// one that has been without a request for the longest.
type connections struct {
	most int

	mu   sync.Mutex
	open map[net.Conn]*list.Element // its place in idle; nil: it has a request
	idle list.List                  // of net.Conn, the longest first
}

// newConnections returns bounds for a server of at most so many scrapes at a time, 0 for
// any number.
func newConnections(scrapes int) *connections {
	return &connections{most: max(maxConnections, 2*scrapes), open: make(map[net.Conn]*list.Element)}
}

// track is for http.Server.ConnState.
func (c *connections) track(conn net.Conn, state http.ConnState) {
	if surplus := c.update(conn, state); surplus != nil {
		if secure, ok := surplus.(*tls.Conn); ok {
			surplus = secure.NetConn() // closing the TLS may wait for the client
		}
		_ = surplus.Close() // it is given up
	}
}

// update takes note of a connection's state, and returns the connection to close, nil for
// none.
func (c *connections) update(conn net.Conn, state http.ConnState) net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	place, ok := c.open[conn]
	if !ok && state != http.StateNew {
		return nil // it is being closed
	}
	if place != nil {
		c.idle.Remove(place)
	}
	switch state {
	case http.StateNew, http.StateIdle:
		c.open[conn] = c.idle.PushBack(conn)
	case http.StateActive:
		c.open[conn] = nil
	default:
		delete(c.open, conn)
	}
	first := c.idle.Front()
	if len(c.open) <= c.most || first == nil {
		return nil
	}
	surplus := c.idle.Remove(first).(net.Conn)
	delete(c.open, surplus)
	return surplus
}
