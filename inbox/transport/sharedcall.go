package transport

import (
	"context"
	"sync"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// sharedCalls makes concurrent callers with the same key share one call, which runs in its
// own goroutine. Each caller waits until its own context ends at the latest. The zero value
// is ready to use.
type sharedCalls[T any] struct {
	// abandon is for calls that end with their context: when the last caller leaves, the
	// call is canceled, and the next caller starts another one. Without abandon, later
	// callers join the call until it returns, so that hanging calls do not accumulate.
	abandon bool

	mu    sync.Mutex
	calls map[string]*call[T]
}

type call[T any] struct {
	cancel  context.CancelFunc
	callers int           // waiting
	done    chan struct{} // closed when value and err are set
	value   T
	err     error
}

// do calls get, or joins a call with the same key, and returns its result. If ctx ends
// first, do returns the error of inbox.ContextError with the text late.
func (s *sharedCalls[T]) do(ctx context.Context, key, late string, get func(context.Context) (T, error)) (T, error) {
	var none T
	if err := inbox.ContextError(ctx, late); err != nil {
		return none, err
	}
	c := s.join(key, get)
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		s.leave(key, c)
		return none, inbox.ContextError(ctx, late)
	}
}

func (s *sharedCalls[T]) join(key string, get func(context.Context) (T, error)) *call[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.calls[key]
	if c == nil {
		c = s.start(key, get)
	}
	c.callers++
	return c
}

// start starts a call. s.mu is held.
func (s *sharedCalls[T]) start(key string, get func(context.Context) (T, error)) *call[T] {
	ctx, cancel := context.WithCancel(context.Background())
	c := &call[T]{cancel: cancel, done: make(chan struct{})}
	if s.calls == nil {
		s.calls = make(map[string]*call[T])
	}
	s.calls[key] = c
	go func() {
		defer cancel()
		c.value, c.err = get(ctx)
		s.mu.Lock()
		s.forget(key, c)
		s.mu.Unlock()
		close(c.done)
	}()
	return c
}

// leave removes a caller whose context has ended.
func (s *sharedCalls[T]) leave(key string, c *call[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.callers--
	if s.abandon && c.callers == 0 {
		c.cancel()
		s.forget(key, c)
	}
}

// forget removes a call, so that the next caller starts another one. s.mu is held.
func (s *sharedCalls[T]) forget(key string, c *call[T]) {
	if s.calls[key] == c {
		delete(s.calls, key)
	}
}
