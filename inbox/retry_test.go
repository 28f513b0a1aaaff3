package inbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSessionRetriesWhatMaySucceed(t *testing.T) {
	t.Parallel()
	reset := func(n int, r *http.Request) (*http.Response, error) {
		return nil, errors.New("connection reset")
	}
	midBody := func(n int, r *http.Request) (*http.Response, error) {
		if n > 1 {
			return newResponse(r, 200, onePage), nil
		}
		response := newResponse(r, 200, "")
		response.Body = io.NopCloser(io.MultiReader(strings.NewReader(onePage[:30]), errorReader{io.ErrUnexpectedEOF}))
		return response, nil
	}
	body := func(text string) func(int, *http.Request) (*http.Response, error) {
		return func(n int, r *http.Request) (*http.Response, error) { return newResponse(r, 200, text), nil }
	}
	for name, test := range map[string]struct {
		respond  func(int, *http.Request) (*http.Response, error)
		requests int
		want     string
	}{
		"a page":                       {inTurn(200), 1, "success"},
		"unavailable once":             {inTurn(503, 200), 2, "success"},
		"unavailable twice":            {inTurn(502, 504, 200), 3, "success"},
		"a truncated body":             {midBody, 2, "success"},
		"always unavailable":           {inTurn(503), 3, `http_status, retryable: 503 Service Unavailable: "no such page"`},
		"unavailable in changing ways": {inTurn(503, 429, 502, 200), 3, `http_status, retryable: 502 Bad Gateway: "no such page"`},
		"too many requests":            {inTurn(429), 3, `rate_limited, retryable: 429 Too Many Requests: "no such page"`},
		"no connection":                {reset, 3, "connection, retryable: connection reset"},
		"a bad request":                {inTurn(400), 1, `http_status: 400 Bad Request: "no such page"`},
		"a server error":               {inTurn(500), 1, `http_status: 500 Internal Server Error: "no such page"`},
		"a token rejected":             {inTurn(401), 1, `auth: 401 Unauthorized: "no such page"`},
		"a token rejected in the end":  {inTurn(503, 503, 403), 3, `auth: 403 Forbidden: "no such page"`},
		"a failure":                    {body(`{"success":false,"code":500}`), 1, "api: the API reported a failure with code 500"},
		"a failure with code 429":      {body(`{"success":false,"code":429}`), 3, "rate_limited, retryable: the API reported a failure with code 429"},
		"not a response of the API":    {body(`[]`), 1, "decode: the response is not a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, retries, observed := newAPI(test.respond), 0, 0
				limiter := NewLimiter(0, 1)
				session := a.session(t, limiter, func() { retries++ })
				page, err := session.Page(t.Context(), Request{Body: []byte(`{"page":3}`), Observe: func(Exchange) { observed++ }}, Known)
				if got := outcome(err); got != test.want {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
				if want := slices.Repeat([]string{`{"page":3}`}, test.requests); !slices.Equal(a.bodies, want) {
					t.Errorf("requests %q, want %q", a.bodies, want)
				}
				if retries != test.requests-1 || observed != test.requests {
					t.Errorf("%d retries and %d requests observed, of %d", retries, observed, test.requests)
				}
				want := Page{}
				if err == nil {
					want = pageOf("a", "b")
				}
				if diff := cmp.Diff(want, page, comparePages); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				expectEmpty(t, limiter)
			})
		})
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestBackoffGrowsAndIsRandom(t *testing.T) {
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
				t.Errorf("waited for %s and %s, want 100ms and 200ms plus or minus half", first, second)
			}
			firsts[first] = true
		}
		if len(firsts) < 10 {
			t.Errorf("only %d different delays in 50", len(firsts))
		}
	})
}

// A session does not wait for a retry beyond the deadline. The last error of the API is
// more helpful than a timeout.
func TestRetriesEndWithTheDeadline(t *testing.T) {
	t.Parallel()
	const unavailable = `http_status, retryable: 503 Service Unavailable: "no such page"`
	for name, test := range map[string]struct {
		timeout, canceled time.Duration // 0: not
		want              time.Duration // when it gives up
	}{
		"a retry after the deadline": {timeout: 40 * time.Millisecond},
		"a deadline at once":         {timeout: 1},
		"canceled before the retry":  {canceled: 30 * time.Millisecond, want: 30 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, limiter := newAPI(inTurn(503)), NewLimiter(0, 1)
				ctx, cancel := context.WithCancel(t.Context())
				if test.timeout > 0 {
					ctx, cancel = context.WithTimeout(t.Context(), test.timeout)
				} else {
					time.AfterFunc(test.canceled, cancel)
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
}

// Nor does it wait for a slot beyond the deadline.
func TestRetriesEndWhileTheyWaitForASlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := provenLimiter(t, 0, 1)
		other := make(chan *slot, 1)
		a := newAPI(func(n int, r *http.Request) (*http.Response, error) {
			go func() {
				slot, _ := limiter.acquire(t.Context(), never, Known, nil)
				other <- slot
			}()
			return newResponse(r, 503, ""), nil
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
