package faults

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// both are the two ways to be scraped.
var both = []string{"/metrics", "/probe?account=acme"}

// A rejected token costs one request a scrape, and not one a query; in the scrape that
// finds out, those that are in flight with the first.
func TestRejectedTokenIsSentOnceAScrape(t *testing.T) {
	t.Parallel()
	for name, reject := range map[string]inboxtest.Hook{
		"HTTP 401":            says(401, `{"success":false,"message":"Unauthorized","data":[],"code":401}`),
		"HTTP 403":            says(403, `<h1>Forbidden</h1>`),
		"code 401 in a 200":   says(200, `{"success":false,"message":"Unauthorized","data":[],"code":401}`),
		"code 403 in a 200":   says(200, `{"success":true,"data":[],"code":403}`),
		"401, asked to wait":  says(401, ``, "Retry-After", "0"),
		"401 that goes on on": raw("HTTP/1.1 401 No\r\n\r\n", strings.Repeat("no ", 9999), false),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			healthy := s.healthy(t)
			s.acme.Intercept(reject)
			for n := range 4 {
				s.acme.ResetCalls()
				body, _ := s.scrape(t, both[n%2], "5")
				if n%2 == 0 {
					same(t, "with the token rejected", failed(healthy, "acme", "users", "online", "closed", "waiting"), gauges(t, body))
					same(t, "failures", map[string]float64{"auth": float64(4 * (n + 1))}, failures(t, body, "acme"))
				}
				if got := s.acme.Requests(); got != 1 && (n > 0 || got > 4) {
					t.Errorf("%s: %d requests, want 1", both[n%2], got)
				}
			}
			s.acme.Intercept(nil)
			s.until(t, "with the token accepted again", healthy, 1, "5")
			if n := strings.Count(s.Output(), `msg="requests are not authorized"`); n != 1 || !strings.Contains(s.Output(), "reason=auth") || !strings.Contains(s.Output(), "hint=") {
				t.Errorf("%d failures logged, want one a query:\n%s", n, s.Output())
			}
			s.silent(t)
		})
	}
}

// A Retry-After that reaches past the deadline fails the account's queries at once, and
// those of the next scrapes without asking. The other account is asked all the same.
func TestRetryAfterIsRemembered(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"seconds":            "3600",
		"a date":             time.Now().Add(time.Hour).UTC().Format(http.TimeFormat),
		"a date of RFC 850":  time.Now().Add(time.Hour).UTC().Format("Monday, 02-Jan-06 15:04:05 GMT"),
		"absurdly many":      "99999999999999999999999999",
		"the end of an int":  "9223372036854775807",
		"the end of Date":    "Fri, 31 Dec 9999 23:59:59 GMT",
		"seconds and spaces": "  120 ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			healthy := s.healthy(t)
			want := failed(healthy, "acme", "users", "online", "closed", "waiting")
			s.acme.Intercept(says(http.StatusTooManyRequests, ``, "Retry-After", value))
			s.until(t, "when asked to wait", want, 1, "5")
			s.acme.Intercept(nil)
			s.acme.ResetCalls()
			for n := range 4 {
				body, took := s.scrape(t, both[n%2], "5")
				if n%2 == 0 {
					same(t, "while waiting", want, gauges(t, body))
				}
				t.Logf("%s: answered after %v", both[n%2], took)
			}
			if got := s.acme.Requests(); got != 0 {
				t.Errorf("%d requests to one who asked to be left alone", got)
			}
			body, _ := s.scrape(t, "/metrics", "5")
			if got := failures(t, body, "acme"); len(got) != 1 || got["rate_limited"] == 0 {
				t.Errorf("failures: %v", got)
			}
		})
	}
}

// A Retry-After that means nothing, or no more, holds nobody back; a short one is
// waited for within the scrape.
func TestRetryAfterThatIsShort(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"0", "1", "-1", "-9223372036854775808", "1e9", "soon", "", "0x10", "3600, 3600", "1.5", "Thu, 01 Jan 1970 00:00:00 GMT", "٣"} {
		t.Run(fmt.Sprintf("%q", value), func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			healthy := s.healthy(t)
			var asked atomic.Int64
			s.acme.Intercept(func(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
				return asked.Add(1) == 1 && says(http.StatusServiceUnavailable, "", "Retry-After", value)(w, r, call)
			})
			began := time.Now()
			s.until(t, "with the request made again", healthy, 1, "10")
			if value == "1" && time.Since(began) < time.Second {
				t.Errorf("asked again after %v, want 1 s", time.Since(began))
			}
		})
	}
}
