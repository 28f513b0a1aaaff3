package inboxtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// defaultKeptCalls is how many calls a server remembers.
const defaultKeptCalls = 10_000

// Call is one request that the server got, refused ones included.
type Call struct {
	Page   int         // 0 when the body has no readable page
	Raw    []byte      // the body as it came
	Header http.Header // of the request
	Status int         // of the answer; 0 while there is none
	At     time.Time   // when it arrived, by the server's clock
}

// Body returns the decoded body, or nil when it is not a JSON object.
func (c Call) Body() map[string]any {
	var body map[string]any
	if json.Unmarshal(c.Raw, &body) != nil {
		return nil
	}
	return body
}

func newCall(r *http.Request, raw []byte, at time.Time) *Call {
	c := &Call{Raw: raw, Header: r.Header.Clone(), At: at}
	if page, ok := c.Body()["page"].(float64); ok {
		c.Page = int(min(max(page, 0), maxPage))
	}
	return c
}

// ledger counts requests and remembers the latest of them.
type ledger struct {
	mu       sync.Mutex
	keep     int
	calls    []*Call // in the order of arrival
	requests int
	exports  int
}

func (l *ledger) arrived(c *Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	l.calls = append(l.calls, c)
	if excess := len(l.calls) - l.keep; excess > 0 {
		clear(l.calls[:excess])
		l.calls = l.calls[excess:]
	}
}

// answered closes the books on a call before the first byte of its answer leaves, so that whoever has read the answer
// finds it there.
func (l *ledger) answered(c *Call, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.Status = status
}

func (l *ledger) exportRefused() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.exports++
}

// Calls returns the latest calls in the order in which they arrived.
func (s *Server) Calls() []Call {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	calls := make([]Call, len(s.ledger.calls))
	for i, c := range s.ledger.calls {
		calls[i] = *c
		calls[i].Raw, calls[i].Header = bytes.Clone(c.Raw), c.Header.Clone()
	}
	return calls
}

// Requests returns how many requests arrived, refused ones included.
func (s *Server) Requests() int {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	return s.ledger.requests
}

// Exports returns how many requests tried to start an export. Each of them was refused.
func (s *Server) Exports() int {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	return s.ledger.exports
}

// ResetCalls forgets all calls and sets the counts to 0.
func (s *Server) ResetCalls() {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	s.ledger.calls = nil
	s.ledger.requests, s.ledger.exports = 0, 0
}
