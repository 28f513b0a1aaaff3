package inboxtest_test

import (
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestHooksSeeEveryRequestFirst(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(50))
	srv.Intercept(func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
		if call.Page != 2 || call.Body()["isOnline"] != true {
			return false
		}
		if raw, err := io.ReadAll(r.Body); err != nil || string(raw) != string(call.Raw) {
			t.Errorf("the hook reads %q, error %v", raw, err)
		}
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"success":false,"message":"slow down","data":[],"code":429}`)
		return true
	})
	ask(t, srv, object{"page": 2})
	ask(t, srv, object{"isOnline": true})
	r := request(t, srv, body(object{"page": 2, "isOnline": true}))
	r.Header.Del("Authorization")
	got := send(t, r)
	if got.Status != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "3" || got.Message != "slow down" {
		t.Errorf("the hook's response arrived as %d %q", got.Status, got.Message)
	}
	srv.Intercept(nil)
	ask(t, srv, object{"page": 2, "isOnline": true})
	var statuses []int
	for _, call := range srv.Calls() {
		statuses = append(statuses, call.Status)
	}
	if want := []int{200, 200, 429, 200}; !slices.Equal(statuses, want) {
		t.Errorf("statuses %v, want %v", statuses, want)
	}
}

func TestHooksCanBreakTheConnection(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	for name, hook := range map[string]inboxtest.Hook{
		"hijacked": func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return false
			}
			conn.Close()
			return true
		},
		"aborted": func(http.ResponseWriter, *http.Request, inboxtest.Call) bool { panic(http.ErrAbortHandler) },
	} {
		srv.ResetCalls()
		srv.Intercept(hook)
		if response, err := http.DefaultClient.Do(request(t, srv, body(nil))); err == nil {
			response.Body.Close()
			t.Errorf("%s: got status %d, want a broken connection", name, response.StatusCode)
		}
		if calls := srv.Calls(); len(calls) == 0 || calls[0].Status != 0 {
			t.Errorf("%s: calls %v, want one without status", name, calls)
		}
	}
}

func TestHooksCanSendInformationalResponses(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	srv.Intercept(func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, `{"success":true,"message":"","data":[],"code":200}`)
		return true
	})
	ask(t, srv, nil)
	if calls := srv.Calls(); calls[0].Status != http.StatusOK {
		t.Errorf("status %d, want that of the response", calls[0].Status)
	}
}
