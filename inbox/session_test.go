package inbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// api answers in the place of the API, within a bubble of fake time.
type api struct {
	answer func(n int, r *http.Request) (*http.Response, error) // to the nth request, from 1

	mu    sync.Mutex
	began time.Time
	asked []string        // the bodies of the requests, in the order in which they came
	at    []time.Duration // when they came
}

func newAPI(answer func(n int, r *http.Request) (*http.Response, error)) *api {
	return &api{answer: answer, began: time.Now()}
}

func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	a.asked = append(a.asked, string(body))
	a.at = append(a.at, time.Since(a.began))
	n := len(a.asked)
	a.mu.Unlock()
	return a.answer(n, r)
}

// requests is how many there were.
func (a *api) requests() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.asked)
}

// session returns a session with it; it ends with the test.
func (a *api) session(t testing.TB, limiter *Limiter, retried func()) *Session {
	s := NewSession(fake(a.RoundTrip), limiter, retried)
	t.Cleanup(s.End)
	return s
}

// inTurn answers with these statuses, the last one for ever.
func inTurn(statuses ...int) func(int, *http.Request) (*http.Response, error) {
	return func(n int, r *http.Request) (*http.Response, error) {
		status := statuses[min(n, len(statuses))-1]
		if status == 200 {
			return respond(r, 200, onePage), nil
		}
		return respond(r, status, fmt.Sprintf(oneError, status)), nil
	}
}

func TestSessionAsksAgainWhereThatMayHelp(t *testing.T) {
	t.Parallel()
	reset := func(n int, r *http.Request) (*http.Response, error) {
		return nil, errors.New("connection reset")
	}
	midBody := func(n int, r *http.Request) (*http.Response, error) {
		if n > 1 {
			return respond(r, 200, onePage), nil
		}
		response := respond(r, 200, "")
		response.Body = io.NopCloser(io.MultiReader(strings.NewReader(onePage[:30]), errorReader{io.ErrUnexpectedEOF}))
		return response, nil
	}
	body := func(text string) func(int, *http.Request) (*http.Response, error) {
		return func(n int, r *http.Request) (*http.Response, error) { return respond(r, 200, text), nil }
	}
	for name, test := range map[string]struct {
		answer   func(int, *http.Request) (*http.Response, error)
		requests int
		want     string
	}{
		"a page":                       {inTurn(200), 1, "success"},
		"unavailable once":             {inTurn(503, 200), 2, "success"},
		"unavailable twice":            {inTurn(502, 504, 200), 3, "success"},
		"a broken answer":              {midBody, 2, "success"},
		"unavailable for ever":         {inTurn(503), 3, `http_status, retryable: 503 Service Unavailable: "no such page"`},
		"unavailable in changing ways": {inTurn(503, 429, 502, 200), 3, `http_status, retryable: 502 Bad Gateway: "no such page"`},
		"too many requests":            {inTurn(429), 3, `rate_limited, retryable: 429 Too Many Requests: "no such page"`},
		"no connection":                {reset, 3, "connection, retryable: connection reset"},
		"a bad request":                {inTurn(400), 1, `http_status: 400 Bad Request: "no such page"`},
		"a server error":               {inTurn(500), 1, `http_status: 500 Internal Server Error: "no such page"`},
		"a token rejected":             {inTurn(401), 1, `auth: 401 Unauthorized: "no such page"`},
		"a token rejected in the end":  {inTurn(503, 503, 403), 3, `auth: 403 Forbidden: "no such page"`},
		"a failure":                    {body(`{"success":false,"code":500}`), 1, "api: the API reported a failure with code 500"},
		"a failure of rate":            {body(`{"success":false,"code":429}`), 3, "rate_limited, retryable: the API reported a failure with code 429"},
		"no answer of the API's":       {body(`[]`), 1, "decode: the answer is no JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, retries, observed := newAPI(test.answer), 0, 0
				limiter := NewLimiter(0, 1)
				session := a.session(t, limiter, func() { retries++ })
				page, err := session.Page(t.Context(), Request{Body: []byte(`{"page":3}`), Observe: func(Exchange) { observed++ }}, Known)
				if got := outcome(err); got != test.want {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
				if want := slices.Repeat([]string{`{"page":3}`}, test.requests); !slices.Equal(a.asked, want) {
					t.Errorf("asked %q, want %q", a.asked, want)
				}
				if retries != test.requests-1 || observed != test.requests {
					t.Errorf("%d retries and %d requests observed, of %d", retries, observed, test.requests)
				}
				want := Page{}
				if err == nil {
					want = pageOf("a", "b")
				}
				if diff := cmp.Diff(want, page); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				expectEmpty(t, limiter)
			})
		})
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestSessionPausesGrowAndAreRandom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		firsts := make(map[time.Duration]bool)
		for range 50 {
			a := newAPI(inTurn(503))
			if _, err := a.session(t, NewLimiter(0, 1), nil).Page(t.Context(), Request{}, Known); ReasonOf(err) != HTTPStatus {
				t.Fatal(err)
			}
			const ms = time.Millisecond
			first, second := a.at[1]-a.at[0], a.at[2]-a.at[1]
			if first < 50*ms || first > 151*ms || second < 100*ms || second > 301*ms {
				t.Errorf("paused for %s and %s, want 100ms and 200ms give or take half", first, second)
			}
			firsts[first] = true
		}
		if len(firsts) < 10 {
			t.Errorf("only %d different pauses in 50", len(firsts))
		}
	})
}

// A pause never lasts beyond the deadline: then the API's last error says more than
// that time is up.
func TestSessionGivesUpInAPause(t *testing.T) {
	t.Parallel()
	const unavailable = `http_status, retryable: 503 Service Unavailable: "no such page"`
	for name, test := range map[string]struct {
		deadline, cancelled time.Duration
		want                time.Duration // when it gives up
	}{
		"a pause that ends too late is not begun": {deadline: 40 * time.Millisecond},
		"a deadline at once":                      {deadline: 1},
		"given up in the pause":                   {cancelled: 30 * time.Millisecond, want: 30 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, limiter := newAPI(inTurn(503)), NewLimiter(0, 1)
				ctx, cancel := context.WithCancel(t.Context())
				if test.deadline > 0 {
					ctx, cancel = context.WithTimeout(t.Context(), test.deadline)
				} else {
					time.AfterFunc(test.cancelled, cancel)
				}
				defer cancel()
				_, err := a.session(t, limiter, nil).Page(ctx, Request{}, Known)
				if got := outcome(err); got != unavailable {
					t.Errorf("got  %s\nwant %s", got, unavailable)
				}
				if got := time.Since(a.began); got != test.want || a.requests() != 1 {
					t.Errorf("gave up after %s and %d requests, want %s and 1", got, a.requests(), test.want)
				}
				expectEmpty(t, limiter)
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // who else is in takes the rest of the time
		limiter := provenLimiter(t, 0, 1)
		other := make(chan *slot, 1)
		a := newAPI(func(n int, r *http.Request) (*http.Response, error) {
			go func() {
				slot, _ := limiter.acquire(t.Context(), never, Known)
				other <- slot
			}()
			return respond(r, 503, ""), nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := a.session(t, limiter, nil).Page(ctx, Request{}, Known)
		if got, want := outcome(err), "http_status, retryable: 503 Service Unavailable"; got != want || time.Since(a.began) != time.Second {
			t.Errorf("got %s after %s, want %s", got, time.Since(a.began), want)
		}
		(<-other).release(nil)
	})
}

func TestSessionHeedsItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, limiter := newAPI(inTurn(200)), NewLimiter(0, 1)
		session := a.session(t, limiter, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := session.Page(ctx, Request{}, Known)
		if got, want := outcome(err), "timeout: the request could not be sent before the deadline"; got != want || a.requests() != 0 {
			t.Errorf("got %s and %d requests, want %s and none", got, a.requests(), want)
		}
		expectEmpty(t, limiter)
	})
	synctest.Test(t, func(t *testing.T) {
		a, limiter := newAPI(func(n int, r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}), NewLimiter(0, 1)
		session := a.session(t, limiter, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := session.Page(ctx, Request{}, Known)
		if got, want := outcome(err), "timeout: no response before the deadline"; got != want || a.requests() != 1 || time.Since(a.began) != 10*time.Second {
			t.Errorf("got %s and %d requests in %s, want %s and one in 10s", got, a.requests(), time.Since(a.began), want)
		}
		expectEmpty(t, limiter)
	})
}

// asking has a request made and returns where its outcome will be.
func asking(ctx context.Context, s *Session, body string) chan string {
	done := make(chan string, 1)
	go func() {
		_, err := s.Page(ctx, Request{Body: []byte(body)}, Known)
		done <- outcome(err)
	}()
	synctest.Wait()
	return done
}

func TestRetryAfterHoldsBackTheWholeAccount(t *testing.T) {
	t.Parallel()
	const wait = "Retry-After: 5"
	answer := func(n int, r *http.Request) (*http.Response, error) {
		if n == 1 {
			return respond(r, 429, "", wait), nil
		}
		return respond(r, 200, onePage), nil
	}
	synctest.Test(t, func(t *testing.T) {
		a, limiter := newAPI(answer), NewLimiter(0, 4)
		patient, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		hasty, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		session := a.session(t, limiter, nil)
		refused := asking(patient, session, "a")
		other := asking(patient, session, "b")
		next := asking(hasty, a.session(t, limiter, nil), "c")
		const held = "rate_limited: the API asked to wait until 2000-01-01T00:00:05Z (Retry-After)"
		if got := <-next; got != held || time.Since(a.began) != 0 {
			t.Errorf("one with an early deadline: %s after %s, want %s at once", got, time.Since(a.began), held)
		}
		if got := []string{<-refused, <-other}; !slices.Equal(got, []string{"success", "success"}) {
			t.Errorf("the others: %q", got)
		}
		if diff := cmp.Diff([]time.Duration{0, 5 * time.Second, 5 * time.Second}, a.at); diff != "" {
			t.Errorf("asked at: (-want +got)\n%s", diff)
		}
		expectEmpty(t, limiter)
	})
	synctest.Test(t, func(t *testing.T) {
		a, limiter := newAPI(answer), NewLimiter(0, 4)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err := a.session(t, limiter, nil).Page(ctx, Request{}, Known)
		if got := ReasonOf(err); got != RateLimited || a.requests() != 1 || time.Since(a.began) > time.Second {
			t.Errorf("the request itself: %s after %s and %d requests, want rate_limited at once", outcome(err), time.Since(a.began), a.requests())
		}
		time.Sleep(time.Until(a.began.Add(4 * time.Second)))
		ctx, cancel = context.WithTimeout(t.Context(), 999*time.Millisecond)
		defer cancel()
		_, err = a.session(t, limiter, nil).Page(ctx, Request{}, Known)
		if got := ReasonOf(err); got != RateLimited || a.requests() != 1 {
			t.Errorf("the next scrape: %s and %d requests", outcome(err), a.requests())
		}
		time.Sleep(time.Second)
		if _, err := a.session(t, limiter, nil).Page(t.Context(), Request{}, Known); err != nil || a.requests() != 2 {
			t.Errorf("a scrape after it: %v, and %d requests", err, a.requests())
		}
	})
	synctest.Test(t, func(t *testing.T) { // an answer that is no failure holds nobody back
		a, limiter := newAPI(func(n int, r *http.Request) (*http.Response, error) { return respond(r, 200, onePage, wait), nil }), NewLimiter(0, 4)
		for range 2 {
			if _, err := a.session(t, limiter, nil).Page(t.Context(), Request{}, Known); err != nil {
				t.Error(err)
			}
		}
		if time.Since(a.began) != 0 {
			t.Errorf("two pages took %s", time.Since(a.began))
		}
	})
}

func TestARejectedTokenEndsTheSession(t *testing.T) {
	t.Parallel()
	const rejected = `auth: 401 Unauthorized: "no such page"`
	for round := range 20 { // what happens at one moment happens in any order
		synctest.Test(t, func(t *testing.T) {
			accepts := false
			a, limiter := newAPI(func(n int, r *http.Request) (*http.Response, error) {
				time.Sleep(100 * time.Millisecond)
				if accepts {
					return respond(r, 200, onePage), nil
				}
				return respond(r, 401, fmt.Sprintf(oneError, 401)), nil
			}), NewLimiter([]float64{0, 5}[round%2], 4)
			scrape := func() (outcomes []string) {
				session := a.session(t, limiter, nil)
				var all []chan string
				for i := range 8 {
					all = append(all, asking(t.Context(), session, fmt.Sprint(i)))
				}
				for _, one := range all {
					outcomes = append(outcomes, <-one)
				}
				if got := asking(t.Context(), session, "late"); accepts != (<-got == "success") {
					t.Errorf("a late one: accepted %t", !accepts)
				}
				return outcomes
			}
			for n := range 3 {
				if diff := cmp.Diff(slices.Repeat([]string{rejected}, 8), scrape()); diff != "" {
					t.Errorf("scrape %d: (-want +got)\n%s", n, diff)
				}
				if a.requests() != n+1 {
					t.Errorf("scrape %d: %d requests in all, want one a scrape", n, a.requests())
				}
				time.Sleep(time.Minute)
			}
			accepts = true
			before := a.requests()
			if diff := cmp.Diff(slices.Repeat([]string{"success"}, 8), scrape()); diff != "" {
				t.Errorf("with a token that is accepted: (-want +got)\n%s", diff)
			}
			if at := a.at[before:]; len(at) != 9 || at[1]-at[0] != 100*time.Millisecond || round%2 == 0 && at[4] != at[1] {
				t.Errorf("asked at %v, want one alone and then the others", at)
			}
			expectEmpty(t, limiter)
		})
	}
}

// A rejected token ends the others' pauses, not the requests that are in flight.
func TestARejectedTokenEndsRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := provenLimiter(t, 0, 4)
		a := newAPI(nil)
		a.answer = func(n int, r *http.Request) (*http.Response, error) {
			switch a.asked[n-1] {
			case "slow":
				time.Sleep(time.Second)
				return respond(r, 200, onePage), nil
			case "unavailable":
				return respond(r, 503, ""), nil
			default:
				time.Sleep(10 * time.Millisecond)
				return respond(r, 401, ""), nil
			}
		}
		session := a.session(t, limiter, nil)
		slow, unavailable, rejected := asking(t.Context(), session, "slow"), asking(t.Context(), session, "unavailable"), asking(t.Context(), session, "rejected")
		got := []string{<-slow, <-unavailable, <-rejected}
		if diff := cmp.Diff([]string{"success", "auth: 401 Unauthorized", "auth: 401 Unauthorized"}, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if a.requests() != 3 {
			t.Errorf("asked %q", a.asked)
		}
		expectEmpty(t, limiter)
	})
}

func TestAnEndedSessionAsksNothing(t *testing.T) {
	t.Parallel()
	const ended = "timeout: the scrape has ended"
	synctest.Test(t, func(t *testing.T) {
		limiter := provenLimiter(t, 0, 1)
		a := newAPI(func(n int, r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return respond(r, 200, onePage), nil
		})
		session := a.session(t, limiter, nil)
		inFlight, waiting := asking(t.Context(), session, "a"), asking(t.Context(), session, "b")
		session.End()
		late := asking(t.Context(), session, "c")
		got := []string{<-inFlight, <-waiting, <-late}
		if diff := cmp.Diff([]string{"success", ended, ended}, got); diff != "" || a.requests() != 1 {
			t.Errorf("%d requests: (-want +got)\n%s", a.requests(), diff)
		}
		expectEmpty(t, limiter)
		if got := <-asking(t.Context(), a.session(t, limiter, nil), "d"); got != "success" {
			t.Errorf("the next session: %s", got)
		}
	})
}

// A scrape's requests keep to the limits of the limiter, and all are answered.
func TestSessionsShareTheLimitsOfTheGate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := provenLimiter(t, 20, 3)
		var mu sync.Mutex
		in, most := 0, 0
		a := newAPI(func(n int, r *http.Request) (*http.Response, error) {
			mu.Lock()
			in++
			most = max(most, in)
			mu.Unlock()
			time.Sleep(100 * time.Millisecond)
			mu.Lock()
			in--
			mu.Unlock()
			return respond(r, 200, onePage), nil
		})
		var all []chan string
		sessions := []*Session{a.session(t, limiter, nil), a.session(t, limiter, nil)}
		for i := range 60 {
			all = append(all, asking(t.Context(), sessions[i%2], ""))
		}
		for _, one := range all {
			if got := <-one; got != "success" {
				t.Error(got)
			}
		}
		if most != 3 {
			t.Errorf("%d requests were in flight at once, want 3", most)
		}
		// 20 at once and 20 a second: 60 take two seconds at least. Three at a time, they take as long.
		if last := a.at[59]; last < 1950*time.Millisecond || last > 2100*time.Millisecond {
			t.Errorf("the last request was made after %s", last)
		}
		for i, at := range a.at {
			if soonest := time.Duration(i-19) * 50 * time.Millisecond; at < soonest {
				t.Errorf("request %d was made after %s, before %s", i+1, at, soonest)
			}
		}
		expectEmpty(t, limiter)
	})
}

// A request that hangs while others wait is ended for them; one of an API that is
// merely slow is not.
func TestRequestsThatHangAtTheCostOfOthersAreEnded(t *testing.T) {
	t.Parallel()
	const late = "timeout: the request could not be sent before the deadline"
	ended := func(d time.Duration) string {
		return fmt.Sprintf("timeout: no response in %s, while other queries were waiting", d)
	}
	for name, test := range map[string]struct {
		perSecond float64
		answer    time.Duration // to a request that is answered, one of which came before
		waiter    time.Duration // until the deadline of the one who waits, 0: nobody waits
		want      []string      // of the one that hangs, and of the one who waits
		after     time.Duration // the one that hangs ends
	}{
		"a third of the time":       {0, 100 * time.Millisecond, 9 * time.Second, []string{ended(3 * time.Second), "success"}, 3 * time.Second},
		"of a slow API":             {0, 2 * time.Second, 9 * time.Second, []string{ended(4 * time.Second), "success"}, 4 * time.Second},
		"of an API slower than all": {0, 5 * time.Second, 9 * time.Second, []string{"timeout: no response before the deadline", late}, 30 * time.Second},
		"nobody waits":              {0, 100 * time.Millisecond, 0, []string{"timeout: no response before the deadline"}, 30 * time.Second},
		// It began 900ms after the one before it had ended.
		"begun late, for a rate limit": {1, 100 * time.Millisecond, 9 * time.Second, []string{ended(3 * time.Second), "success"}, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limiter := provenLimiter(t, test.perSecond, 1)
				a := newAPI(nil)
				a.answer = func(n int, r *http.Request) (*http.Response, error) {
					if a.asked[n-1] == "hangs" {
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
					time.Sleep(test.answer)
					return respond(r, 200, onePage), nil
				}
				session := a.session(t, limiter, nil)
				before := asking(t.Context(), session, "before")
				if test.perSecond == 0 {
					<-before
				}
				began := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				all := []chan string{asking(ctx, session, "hangs")}
				if test.waiter > 0 {
					ctx, cancel := context.WithTimeout(t.Context(), test.waiter)
					defer cancel()
					all = append(all, asking(ctx, session, "waits"))
				}
				got := []string{<-all[0]}
				if after := time.Since(began); after != test.after {
					t.Errorf("the one that hangs ended after %s, want %s", after, test.after)
				}
				for _, one := range all[1:] {
					got = append(got, <-one)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				expectEmpty(t, limiter)
			})
		})
	}
}
