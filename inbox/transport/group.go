package transport

import (
	"context"
	"sync"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// group lets all who want the same thing at the same time wait for one goroutine that
// gets it. Each waits until its own context ends at the latest. The zero value is usable.
type group[T any] struct {
	// abandon is for things that end with their context: when nobody waits any more, the
	// goroutine is cancelled and who comes next starts another. Without it the goroutine
	// stays the only one for its key until it returns, so that no second one hangs.
	abandon bool

	mu    sync.Mutex
	calls map[string]*call[T]
}

type call[T any] struct {
	cancel  context.CancelFunc
	waiting int
	done    chan struct{} // closed when value and err are set
	value   T
	err     error
}

// do returns what get returns for the key. If ctx ends before that, the error is that of
// inbox.ContextError with the text late.
func (g *group[T]) do(ctx context.Context, key, late string, get func(context.Context) (T, error)) (T, error) {
	var none T
	if err := inbox.ContextError(ctx, late); err != nil {
		return none, err
	}
	c := g.join(key, get)
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		g.leave(key, c)
		return none, inbox.ContextError(ctx, late)
	}
}

func (g *group[T]) join(key string, get func(context.Context) (T, error)) *call[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.calls[key]
	if c == nil {
		c = g.start(key, get)
	}
	c.waiting++
	return c
}

// start starts the goroutine of a key. The group is locked.
func (g *group[T]) start(key string, get func(context.Context) (T, error)) *call[T] {
	ctx, cancel := context.WithCancel(context.Background())
	c := &call[T]{cancel: cancel, done: make(chan struct{})}
	if g.calls == nil {
		g.calls = make(map[string]*call[T])
	}
	g.calls[key] = c
	go func() {
		defer cancel()
		c.value, c.err = get(ctx)
		g.mu.Lock()
		g.forget(key, c)
		g.mu.Unlock()
		close(c.done)
	}()
	return c
}

// leave is for one whose context has ended.
func (g *group[T]) leave(key string, c *call[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.waiting--
	if g.abandon && c.waiting == 0 {
		c.cancel()
		g.forget(key, c)
	}
}

// forget makes the next one start a goroutine of its own. The group is locked.
func (g *group[T]) forget(key string, c *call[T]) {
	if g.calls[key] == c {
		delete(g.calls, key)
	}
}
