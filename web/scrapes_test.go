package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// A scrape that cannot even be cut short, for its client does not read the answer, does
// not keep the program from its end.
func TestDrainWaitsForNobodyForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScrapes(0)
		stuck, freed := make(chan struct{}), make(chan struct{})
		handler := s.limit(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(stuck)
			<-freed
		}))
		go handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", nil))
		<-stuck
		began := time.Now()
		patience, cancel := context.WithTimeout(t.Context(), 14*time.Second)
		defer cancel()
		s.drain(patience)
		if took := time.Since(began); took != 14*time.Second+farewell {
			t.Errorf("drained after %v", took)
		}
		close(freed)
	})
}
