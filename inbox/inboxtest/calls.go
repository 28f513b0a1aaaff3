package inboxtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// defaultKeptCalls is the number of calls that a server keeps by default.
const defaultKeptCalls = 10_000

// Call is a request that the server received, including rejected ones.
type Call struct {
	Method string
	Path   string
	Page   int         // 0 if the body has no readable page
	Raw    []byte      // the body as received
	Header http.Header // of the request
	Status int         // of the response; 0 before the response
	At     time.Time   // when the request arrived, by the server's clock
}

// Body returns the decoded body, or nil if it is not a JSON object.
func (c Call) Body() map[string]any {
	var body map[string]any
	if json.Unmarshal(c.Raw, &body) != nil {
		return nil
	}
	return body
}

func newCall(r *http.Request, raw []byte, at time.Time) *Call {
	c := &Call{Method: r.Method, Path: r.URL.Path, Raw: raw, Header: r.Header.Clone(), At: at}
	if page, ok := c.Body()["page"].(float64); ok {
		c.Page = int(min(max(page, 0), maxPage))
	}
	return c
}

// callLog counts requests and keeps the latest of them.
type callLog struct {
	mu       sync.Mutex
	keep     int
	calls    []*Call // in the order of arrival
	requests int
	exports  int
}

func (l *callLog) arrived(c *Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	l.calls = append(l.calls, c)
	if excess := len(l.calls) - l.keep; excess > 0 {
		clear(l.calls[:excess])
		l.calls = l.calls[excess:]
	}
}

// responded records the status of a response. It is called before the first byte of the response is sent, so that clients
// that have read the response see the status.
func (l *callLog) responded(c *Call, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.Status = status
}

func (l *callLog) exportRejected() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.exports++
}

// Calls returns copies of the latest calls in the order in which they arrived.
func (s *Server) Calls() []Call {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	calls := make([]Call, len(s.log.calls))
	for i, c := range s.log.calls {
		calls[i] = *c
		calls[i].Raw, calls[i].Header = bytes.Clone(c.Raw), c.Header.Clone()
	}
	return calls
}

// Requests returns the number of requests that arrived, including rejected ones.
func (s *Server) Requests() int {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.requests
}

// Exports returns the number of requests that tried to start an export. All of them were rejected.
func (s *Server) Exports() int {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.exports
}

// ResetCalls forgets all calls and sets the counts to 0.
func (s *Server) ResetCalls() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.calls = nil
	s.log.requests, s.log.exports = 0, 0
}
