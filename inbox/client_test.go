package inbox

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRequestIsAsDocumented(t *testing.T) {
	t.Parallel()
	type request struct {
		Method, Path, Query string
		Header              http.Header
		Body                string
	}
	for base, path := range map[string]string{
		"": "/inbox/users", "/": "/inbox/users", "/partner/v7": "/partner/v7/inbox/users", "/partner/v7/": "/partner/v7/inbox/users",
	} {
		var got request
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = request{r.Method, r.URL.Path, r.URL.RawQuery, r.Header, string(body)}
			io.WriteString(w, onePage)
		}))
		defer server.Close()
		client := NewClient(parseURL(t, server.URL+base), bearerTransport(t, canary), known(canary), nil)
		defer client.Close()
		const body = `{"searchText":"é","page":3}`
		page, retryAfter, err := client.fetch(t.Context(), Request{Body: []byte(body)})
		if err != nil || retryAfter != 0 {
			t.Fatal(retryAfter, err)
		}
		if diff := cmp.Diff(pageOf("a", "b"), page, comparePages); diff != "" {
			t.Errorf("the page: (-want +got)\n%s", diff)
		}
		want := request{"POST", path, "", http.Header{
			"Authorization":   {"Bearer " + canary},
			"Authtype":        {"Key"},
			"Content-Type":    {"application/json"},
			"Content-Length":  {fmt.Sprint(len(body))},
			"Accept":          {"application/json"},
			"Accept-Encoding": {"gzip"},
			"User-Agent":      {"Go-http-client/1.1"},
		}, body}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("base %q: (-want +got)\n%s", base, diff)
		}
	}
}

func TestASelectionIsKept(t *testing.T) {
	t.Parallel()
	client := testClient(t, respondWith(200, `{"success":true,"data":[{"_id":"a","platform":["X"]},{"_id":"a"},{"_id":"b","platform":"Y"}]}`))
	page, _, err := client.fetch(t.Context(), Request{Selection: &Selection{Fields: []Path{{"platform"}}}})
	if err != nil {
		t.Fatal(err)
	}
	a, b := identityOf("a"), identityOf("b")
	want := Page{Records: 3, First: a, Contacts: []Contact{{ID: a, Values: [][]string{{"X"}}}, {ID: a, Values: [][]string{nil}}, {ID: b, Values: [][]string{{"Y"}}}}}
	if diff := cmp.Diff(want, page, cmpopts.EquateEmpty(), comparePages); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	requests := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests++ }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		_, _, err := testClient(t, respondWith(status, "", "Location: "+elsewhere.URL)).fetch(t.Context(), Request{Body: []byte("{}")})
		if ReasonOf(err) != HTTPStatus {
			t.Errorf("%d: %s", status, outcome(err))
		}
	}
	_, _, err := testClient(t, respondWith(302, "")).fetch(t.Context(), Request{})
	if got, want := outcome(err), `http_status: 302 Found to "": redirects are not followed, because they could send the token to another host`; got != want {
		t.Errorf("without a Location: %s, want %s", got, want)
	}
	if requests != 0 {
		t.Errorf("%d requests to the other host", requests)
	}
}

// A transport that cannot authorize a request says why, and that is the error.
func TestErrorsOfTheTransport(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for want, own := range map[string]*Error{
		"auth: reading a file: it is empty":         Errorf(Auth, "reading a file: it is empty"),
		"timeout: reading a file: nothing read":     Errorf(Timeout, "reading a file: nothing read"),
		"connection, retryable: fetching: 500 Oops": Errorf(Connection, "fetching: 500 Oops"),
	} {
		client := fakeClient(func(*http.Request) (*http.Response, error) { return nil, fmt.Errorf("unable to authorize: %w", own) })
		for name, ctx := range map[string]context.Context{"a request": t.Context(), "a request that has ended": ended} {
			if _, _, err := client.fetch(ctx, Request{}); outcome(err) != want {
				t.Errorf("%s: got %s, want %s", name, outcome(err), want)
			}
		}
	}
}

// net/http repeats a request that it can repeat by itself, past the limiter.
func TestRequestsAreNotRepeatedByTheTransport(t *testing.T) {
	t.Parallel()
	client := fakeClient(func(r *http.Request) (*http.Response, error) {
		if r.GetBody != nil {
			t.Error("the transport can repeat the request")
		}
		return newResponse(r, 200, onePage), nil
	})
	if _, _, err := client.fetch(t.Context(), Request{Body: []byte("{}")}); err != nil {
		t.Error(err)
	}
}

func TestEveryExchangeIsObserved(t *testing.T) {
	t.Parallel()
	type response struct {
		status int
		body   string
		gzip   bool
	}
	responses := []response{{200, onePage, false}, {200, onePage, true}, {200, `{"success":false}`, false}, {503, `{"success":false,"code":503}`, true}, {502, "Bad Gateway", false}}
	var want []Exchange
	var mu sync.Mutex
	var byClient, byRequest []Exchange
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if next := responses[n]; next.gzip {
			respondWith(next.status, gzipped(next.body), "Content-Encoding: gzip")(w, r)
		} else {
			respondWith(next.status, next.body)(w, r)
		}
	}))
	defer server.Close()
	client := NewClient(parseURL(t, server.URL), bearerTransport(t, canary), known(canary), func(x Exchange) {
		mu.Lock()
		defer mu.Unlock()
		byClient = append(byClient, x)
	})
	for n = range responses {
		_, _, err := client.fetch(t.Context(), Request{Observe: func(x Exchange) { byRequest = append(byRequest, x) }})
		want = append(want, Exchange{Status: responses[n].status, Bytes: int64(len(responses[n].body)), Err: err})
	}
	if diff := cmp.Diff(want, byClient, cmpopts.EquateErrors(), cmpopts.IgnoreFields(Exchange{}, "Duration")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(byClient, byRequest, cmpopts.EquateErrors()); diff != "" {
		t.Errorf("the observers of client and request differ: (-client +request)\n%s", diff)
	}
	if want[0].Err != nil || want[1].Err != nil || want[2].Err == nil {
		t.Errorf("errors: %v", want)
	}
}

func TestRetryAfterIsReturned(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 401, 429, 500, 503} {
		_, got, _ := testClient(t, respondWith(status, onePage, "Retry-After: 30")).fetch(t.Context(), Request{})
		if got != 30*time.Second {
			t.Errorf("%d with Retry-After: 30 returns %s", status, got)
		}
	}
	synctest.Test(t, func(t *testing.T) { // a date counts from the arrival of the response
		_, got, _ := fakeClient(func(r *http.Request) (*http.Response, error) {
			date := time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)
			time.Sleep(20 * time.Second)
			return newResponse(r, 429, "", "Retry-After: "+date), nil
		}).fetch(t.Context(), Request{})
		if got != 40*time.Second {
			t.Errorf("a date in 40s returns %s", got)
		}
	})
}
