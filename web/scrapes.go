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

// limit turns away scrapes that are too many or too late, and ends the others'
// context when draining takes too long.
func (s *scrapes) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.begin(); err != nil {
			w.Header().Set("Retry-After", "5")
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		defer s.end()
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(s.cut, cancel)()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (s *scrapes) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.draining:
		return fmt.Errorf("the exporter is shutting down")
	case s.most > 0 && s.underway >= s.most:
		return fmt.Errorf("as many scrapes are under way as --web.max-requests allows: %d", s.most)
	}
	s.underway++
	return nil
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

// farewell is how long the answers to scrapes that were cut short may take to be
// written. A client that does not read its own is not waited for.
const farewell = time.Second

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
