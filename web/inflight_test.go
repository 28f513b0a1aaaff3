package web

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A scrape that ignores its cancellation does not block the shutdown.
func TestDrainIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newInFlight(0)
		scrape, release, refused := s.acquire(t.Context())
		if refused != nil {
			t.Fatal(refused.text)
		}
		defer release()
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		s.drain(ctx)
		if took := time.Since(began); took != 12*time.Second+cancelTimeout {
			t.Errorf("drain returned after %v", took)
		}
		if scrape.Err() == nil {
			t.Error("the scrape was not canceled")
		}
	})
}
