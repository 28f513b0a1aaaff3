package inboxtest_test

import (
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestCallsAreKept(t *testing.T) {
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
		t.Errorf("the broken call is kept as %+v", broken)
	}
	if good.Page != 7 || good.Status != 200 || good.Body()["isContact"] != true || good.Header.Get("authtype") != "Key" {
		t.Errorf("the good call is kept as %+v", good)
	}
	if want := start.Add(2 * time.Minute); !good.At.Equal(want) {
		t.Errorf("arrived at %v, want %v", good.At, want)
	}
	srv.ResetCalls()
	if len(srv.Calls()) != 0 || srv.Requests() != 0 || srv.Exports() != 0 {
		t.Error("calls remain after a reset")
	}
}
