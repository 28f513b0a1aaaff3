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

// maxBody limits the body of a request, in bytes.
const maxBody = 1 << 20

// Hook is called with every request before it is validated. The body has been read into the call. A hook returns true if
// it has responded, and false to let the server respond. It can drop the connection by panicking with
// http.ErrAbortHandler, and flush or hijack it with http.NewResponseController.
type Hook func(w http.ResponseWriter, r *http.Request, call Call) bool

// Server serves an [Inbox] as the API does. It is an http.Handler; its methods may be called while it serves.
type Server struct {
	Inbox *Inbox // the contacts that it serves
	URL   string // base address without a trailing slash, set by Start
	Token string // the token that it accepts, set by New

	clock   Clock
	dialect dialect
	log     callLog

	mu      sync.RWMutex
	current settings
}

// settings can change while the server runs. A request is served with those in effect when it arrived.
type settings struct {
	pageSize int
	latency  time.Duration
	oddities Oddities
	lists    lists
	hook     Hook
}

func (s *Server) settings() settings {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.current
}

func (s *Server) set(change func(*settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.current)
}

// SetPageSize sets the length of a full page, which is at least 1.
func (s *Server) SetPageSize(n int) { s.set(func(current *settings) { current.pageSize = max(n, 1) }) }

// SetLatency delays every response by d. The delay ends early if the client disconnects.
func (s *Server) SetLatency(d time.Duration) { s.set(func(current *settings) { current.latency = d }) }

// SetOddities changes how the server pages.
func (s *Server) SetOddities(o Oddities) { s.set(func(current *settings) { current.oddities = o }) }

// Intercept passes every further request to hook, and replaces the previous hook. Nil removes it.
func (s *Server) Intercept(hook Hook) { s.set(func(current *settings) { current.hook = hook }) }

// ServeHTTP responds to one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	current := s.settings()
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	call := newCall(r, raw, s.clock.Now())
	s.log.arrived(call)
	w = &statusWriter{ResponseWriter: w, record: func(status int) { s.log.responded(call, status) }}
	if !wait(r, current.latency) {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	if s.dialect.uncompressed {
		r.Header.Del("Accept-Encoding")
	}
	if current.hook != nil && current.hook(w, r, *call) {
		return
	}
	if err != nil {
		writeError(w, r, http.StatusBadRequest, "the body cannot be read: "+err.Error())
		return
	}
	s.respond(w, r, raw, current)
}

// wait sleeps for d, and reports whether the client is still connected.
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

func (s *Server) respond(w http.ResponseWriter, r *http.Request, raw []byte, current settings) {
	if status, problem := s.check(r); problem != "" {
		writeError(w, r, status, problem)
		return
	}
	if endpoint := endpoints()[r.URL.Path]; endpoint.list != nil {
		writeData(w, r, endpoint.list(current.lists))
		return
	}
	q, err := parseRequest(raw)
	if errors.Is(err, errExport) {
		s.log.exportRejected()
	}
	if err != nil {
		writeError(w, r, http.StatusBadRequest, err.Error())
		return
	}
	contacts := current.oddities.page(s.Inbox, q, q.match(s.dialect), current.pageSize)
	if len(contacts) == 0 && q.page > 1 && current.oddities.NotFoundPastEnd {
		writeError(w, r, http.StatusNotFound, "no such page")
		return
	}
	writePage(w, r, contacts)
}

// check validates everything but the body. The problem is empty if the request is valid.
func (s *Server) check(r *http.Request) (status int, problem string) {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	endpoint, known := endpoints()[r.URL.Path]
	switch {
	case !known:
		return http.StatusNotFound, "no such endpoint"
	case r.Method != endpoint.method:
		return http.StatusMethodNotAllowed, "the method must be " + endpoint.method
	case r.Header.Get("Authorization") != "Bearer "+s.Token:
		return http.StatusUnauthorized, "unauthorized"
	case r.Header.Get("authtype") != "Key":
		return http.StatusBadRequest, "the header authtype must be Key"
	case mediaType != "application/json":
		return http.StatusBadRequest, "the header Content-Type must be application/json"
	}
	return http.StatusOK, ""
}
