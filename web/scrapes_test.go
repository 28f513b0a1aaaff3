package web

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A scrape that does not even end when it is cut short does not keep the program from
// its end.
func TestDrainWaitsForNobodyForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScrapes(0)
		scrape, end, refused := s.begin(t.Context())
		if refused != nil {
			t.Fatal(refused.text)
		}
		defer end()
		began := time.Now()
		patience, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		s.drain(patience)
		if took := time.Since(began); took != 12*time.Second+farewell {
			t.Errorf("drained after %v", took)
		}
		if scrape.Err() == nil {
			t.Error("the scrape was not cut short")
		}
	})
}
