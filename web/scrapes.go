package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// scrapes knows the scrapes under way: how many there may be, and when to end them.
type scrapes struct {
	most     int // 0: any number
	cut      context.Context
	cutShort context.CancelFunc

	mu       sync.Mutex
	underway int
	draining bool
	over     chan struct{} // closed when draining and none is under way
}

func newScrapes(most int) *scrapes {
	s := &scrapes{most: most, over: make(chan struct{})}
	s.cut, s.cutShort = context.WithCancel(context.Background())
	return s
}

// begin returns the context of a scrape, which ends early if draining takes too long,
// and a function to call at its end. Scrapes that are too many or too late are refused.
func (s *scrapes) begin(parent context.Context) (ctx context.Context, end func(), refused *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.draining:
		return nil, nil, &refusal{http.StatusServiceUnavailable, "the exporter is shutting down"}
	case s.most > 0 && s.underway >= s.most:
		return nil, nil, &refusal{http.StatusServiceUnavailable, fmt.Sprintf("as many scrapes are under way as --web.max-requests allows: %d", s.most)}
	}
	s.underway++
	ctx, cancel := context.WithCancel(parent)
	stop := context.AfterFunc(s.cut, cancel)
	return ctx, func() {
		stop()
		cancel()
		s.end()
	}, nil
}

func (s *scrapes) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.underway--
	if s.draining && s.underway == 0 {
		close(s.over)
	}
}

func (s *scrapes) isDraining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

// farewell is how long scrapes may take to end after they were cut short.
const farewell = 500 * time.Millisecond

// drain lets no scrape begin any more and waits for those under way, which it cuts
// short when ctx ends.
func (s *scrapes) drain(ctx context.Context) {
	s.mu.Lock()
	if !s.draining && s.underway == 0 {
		close(s.over)
	}
	s.draining = true
	s.mu.Unlock()
	select {
	case <-s.over:
	case <-ctx.Done():
		s.cutShort()
		select {
		case <-s.over:
		case <-time.After(farewell):
		}
	}
}
