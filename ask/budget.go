package ask

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// budget lets a number of requests pass, retries included, and refuses the others.
type budget struct {
	next  http.RoundTripper
	max   int
	asked atomic.Int64 // the refused ones included
}

// RoundTrip implements http.RoundTripper.
func (b *budget) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.asked.Add(1) > int64(b.max) {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, inbox.Errorf(inbox.RateLimited, "%s", b.text())
	}
	return b.next.RoundTrip(r)
}

// CloseIdleConnections closes those of the transport behind it.
func (b *budget) CloseIdleConnections() {
	if closer, ok := b.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// requests returns how many have passed.
func (b *budget) requests() int { return min(int(b.asked.Load()), b.max) }

// left returns how many may still pass.
func (b *budget) left() int { return b.max - b.requests() }

// exhausted reports whether a request was refused.
func (b *budget) exhausted() bool { return b.asked.Load() > int64(b.max) }

func (b *budget) text() string {
	return fmt.Sprintf("%d requests were made, and that is the limit", b.max)
}
