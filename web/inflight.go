package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// inFlight limits the scrapes in flight, and drains them at shutdown.
type inFlight struct {
	limit     int // 0: none
	ctx       context.Context
	cancelAll context.CancelFunc // cancels ctx, and with it all scrapes

	mu       sync.Mutex
	scrapes  int
	draining bool
	drained  chan struct{} // closed when draining and no scrape is in flight
}

func newInFlight(limit int) *inFlight {
	s := &inFlight{limit: limit, drained: make(chan struct{})}
	s.ctx, s.cancelAll = context.WithCancel(context.Background())
	return s
}

// acquire admits or refuses a scrape. It returns a context for the scrape, which is
// canceled if draining takes too long, and a function to call at its end.
func (s *inFlight) acquire(parent context.Context) (ctx context.Context, release func(), refused *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.draining:
		return nil, nil, &refusal{http.StatusServiceUnavailable, "the exporter is shutting down"}
	case s.limit > 0 && s.scrapes >= s.limit:
		return nil, nil, &refusal{http.StatusServiceUnavailable, fmt.Sprintf("too many concurrent scrapes: --web.max-requests is %d", s.limit)}
	}
	s.scrapes++
	ctx, cancel := context.WithCancel(parent)
	stop := context.AfterFunc(s.ctx, cancel)
	return ctx, func() {
		stop()
		cancel()
		s.release()
	}, nil
}

func (s *inFlight) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scrapes--
	if s.draining && s.scrapes == 0 {
		close(s.drained)
	}
}

func (s *inFlight) isDraining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

// cancelTimeout is how long drain waits for canceled scrapes to end.
const cancelTimeout = 500 * time.Millisecond

// drain refuses new scrapes and waits for those in flight. It cancels them when ctx ends.
func (s *inFlight) drain(ctx context.Context) {
	s.mu.Lock()
	if !s.draining && s.scrapes == 0 {
		close(s.drained)
	}
	s.draining = true
	s.mu.Unlock()
	select {
	case <-s.drained:
	case <-ctx.Done():
		s.cancelAll()
		select {
		case <-s.drained:
		case <-time.After(cancelTimeout):
		}
	}
}
