package inboxtest_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestCallsAreRemembered(t *testing.T) {
	t.Parallel()
	clock := inboxtest.NewManualClock(start)
	srv := inboxtest.Start(t, inboxtest.WithClock(clock), inboxtest.KeepCalls(2))
	ask(t, srv, nil)
	clock.Advance(time.Minute)
	send(t, request(t, srv, "{"))
	clock.Advance(time.Minute)
	ask(t, srv, object{"page": 7})
	if n := srv.Requests(); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	calls := srv.Calls()
	if len(calls) != 2 {
		t.Fatalf("%d calls kept, want 2", len(calls))
	}
	broken, good := calls[0], calls[1]
	if broken.Page != 0 || broken.Status != 400 || string(broken.Raw) != "{" || broken.Body() != nil {
		t.Errorf("the broken call is remembered as %+v", broken)
	}
	if good.Page != 7 || good.Status != 200 || good.Body()["isContact"] != true || good.Header.Get("authtype") != "Key" {
		t.Errorf("the good call is remembered as %+v", good)
	}
	if want := start.Add(2 * time.Minute); !good.At.Equal(want) {
		t.Errorf("arrived at %v, want %v", good.At, want)
	}
	srv.ResetCalls()
	if len(srv.Calls()) != 0 || srv.Requests() != 0 || srv.Exports() != 0 || srv.MaxInFlight() != 0 {
		t.Error("calls remain after a reset")
	}
}

func TestRequestsInFlightAreCounted(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	ask(t, srv, nil)
	ask(t, srv, nil)
	if n := srv.MaxInFlight(); n != 1 {
		t.Errorf("%d in flight of calls one after the other", n)
	}
	const side = 5
	var together sync.WaitGroup
	together.Add(side)
	srv.Intercept(func(http.ResponseWriter, *http.Request, inboxtest.Call) bool {
		together.Done()
		together.Wait()
		return false
	})
	var done sync.WaitGroup
	for range side {
		r := request(t, srv, body(nil))
		done.Go(func() { send(t, r) })
	}
	done.Wait()
	if n := srv.MaxInFlight(); n != side {
		t.Errorf("%d in flight of %d side by side", n, side)
	}
	srv.Intercept(nil)
	srv.ResetCalls()
	ask(t, srv, nil)
	if n := srv.MaxInFlight(); n != 1 {
		t.Errorf("%d in flight after a reset", n)
	}
}
