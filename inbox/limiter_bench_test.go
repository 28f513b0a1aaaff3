package inbox

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

// Acquiring and releasing a slot while so many requests wait, which arrive in the worst
// order: each belongs in front of the others.
func BenchmarkLimiter(b *testing.B) {
	const concurrency = 4
	for _, n := range []int{10, 1000, 4000} {
		b.Run(fmt.Sprintf("waiters=%d", n), func(b *testing.B) {
			limiter := provenLimiter(b, 0, concurrency)
			ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
			defer cancel()
			acquire := func(priority Priority) *slot {
				slot, err := limiter.acquire(ctx, never, priority, nil)
				if err != nil {
					b.Error(err)
				}
				return slot
			}
			waiting := func() int {
				limiter.mu.Lock()
				defer limiter.mu.Unlock()
				return len(limiter.waiting)
			}
			for b.Loop() {
				var held []*slot
				for range concurrency {
					held = append(held, acquire(Known))
				}
				var all sync.WaitGroup
				for i := range n {
					all.Go(func() { acquire(Known + Priority(n-i)).release(nil) })
				}
				for waiting() < n {
					runtime.Gosched()
				}
				for _, slot := range held {
					slot.release(nil)
				}
				all.Wait()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/request")
		})
	}
}
