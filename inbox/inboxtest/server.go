package inboxtest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"
)

// maxBody limits what a request may send.
const maxBody = 1 << 20

// Hook sees each request before anything is checked, its body already read into the call. It returns true when it has
// answered itself, and false to let the server answer. It may also drop the connection by panicking with
// http.ErrAbortHandler, and reach flushing and hijacking through http.NewResponseController.
type Hook func(w http.ResponseWriter, r *http.Request, call Call) bool

// Server answers for an [Inbox] as the API does. It is an http.Handler; its methods may be called while it serves.
type Server struct {
	Inbox *Inbox // what it serves
	URL   string // base address without a trailing slash, set by Start
	Token string // what it accepts; not to be changed

	clock  Clock
	strict bool
	ledger ledger

	mu  sync.RWMutex
	now settings
}

// settings is what can change while the server runs. A request is answered by those in force when it arrived.
type settings struct {
	pageSize int
	latency  time.Duration
	oddities Oddities
	hook     Hook
}

func (s *Server) settings() settings {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.now
}

func (s *Server) set(change func(*settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.now)
}

// SetPageSize sets the length of a full page from the next request on; it is at least 1.
func (s *Server) SetPageSize(n int) { s.set(func(now *settings) { now.pageSize = max(n, 1) }) }

// SetLatency lets every answer wait for d, or for as long as its client does.
func (s *Server) SetLatency(d time.Duration) { s.set(func(now *settings) { now.latency = d }) }

// SetOddities changes how the server pages.
func (s *Server) SetOddities(o Oddities) { s.set(func(now *settings) { now.oddities = o }) }

// Intercept hands each further request to hook, in place of an earlier hook; nil ends that.
func (s *Server) Intercept(hook Hook) { s.set(func(now *settings) { now.hook = hook }) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := s.settings()
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	call := newCall(r, raw, s.clock.Now())
	s.ledger.arrived(call)
	answer := &answer{ResponseWriter: w, begin: func(status int) { s.ledger.answered(call, status) }}
	defer answer.end()
	if !wait(r, now.latency) {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	if now.hook != nil && now.hook(answer, r, *call) {
		return
	}
	if err != nil {
		refuse(answer, r, http.StatusBadRequest, "the body cannot be read: "+err.Error())
		return
	}
	s.respond(answer, r, raw, now)
}

// wait sleeps for d and reports whether the client waited too.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (s *Server) respond(w http.ResponseWriter, r *http.Request, raw []byte, now settings) {
	if status, problem := s.check(r); problem != "" {
		refuse(w, r, status, problem)
		return
	}
	q, err := parseRequest(raw)
	if errors.Is(err, errExport) {
		s.ledger.exportRefused()
	}
	if err != nil {
		refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	contacts := now.oddities.page(s.Inbox, q, q.match(s.strict), now.pageSize)
	accept(w, r, contacts)
}

// check looks at everything but the body. An empty problem is none.
func (s *Server) check(r *http.Request) (status int, problem string) {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.URL.Path != "/inbox/users":
		return http.StatusNotFound, "no such endpoint"
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "the method must be POST"
	case r.Header.Get("Authorization") != "Bearer "+s.Token:
		return http.StatusUnauthorized, "unauthorized"
	case r.Header.Get("authtype") != "Key":
		return http.StatusBadRequest, "the header authtype must be Key"
	case mediaType != "application/json":
		return http.StatusBadRequest, "the header Content-Type must be application/json"
	}
	return http.StatusOK, ""
}
