package transport

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	promconfig "github.com/prometheus/common/config"
	"go.uber.org/goleak"
)

// account returns the configuration of an account with a token endpoint.
func account(tokenURL string) promconfig.HTTPClientConfig {
	return promconfig.HTTPClientConfig{OAuth2: &promconfig.OAuth2{ClientID: "id", ClientSecret: "canary-secret", TokenURL: tokenURL}}
}

// from returns the beginning of an endpoint's errors.
func from(t *testing.T, address string) string {
	t.Helper()
	return "fetching an OAuth2 token from " + parse(t, address).Host + ": "
}

// grants returns configurations for both grants.
func grants(t *testing.T, tokenURL string) map[string]promconfig.HTTPClientConfig {
	t.Helper()
	_, key := rsaKey(t)
	assertion := account(tokenURL)
	assertion.OAuth2.GrantType, assertion.OAuth2.ClientCertificateKey = jwtBearer, promconfig.Secret(key)
	return map[string]promconfig.HTTPClientConfig{"client_credentials": account(tokenURL), "JWT": assertion}
}

// If the token endpoint hangs, requests end with their context. The fetch is canceled with
// the last of them, so that nothing accumulates over several scrapes, and the first request
// after the recovery succeeds.
func TestHangingTokenEndpoint(t *testing.T) {
	var mu sync.Mutex
	hanging := true
	var handlers sync.WaitGroup
	requested := make(chan struct{})
	endpoint := record(t, nil, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		hangs := hanging
		mu.Unlock()
		if !hangs {
			grant("token")(w, r)
			return
		}
		handlers.Add(1)
		defer handlers.Done()
		requested <- struct{}{}
		<-r.Context().Done() // until the fetch is canceled
	})
	api := record(t, nil, nil)
	for name, cfg := range grants(t, endpoint.URL) {
		t.Run(name, func(t *testing.T) {
			transport := build(t, cfg)
			before := goleak.IgnoreCurrent()
			for range 3 {
				ctx, cancel := context.WithCancel(t.Context())
				var scrape sync.WaitGroup
				for range 10 {
					scrape.Go(func() {
						_, err := post(ctx, transport, api.URL)
						if want := "timeout: " + from(t, endpoint.URL) + "no response before the deadline"; outcome(err) != want {
							t.Errorf("%s\nwant %s", outcome(err), want)
						}
					})
				}
				<-requested
				cancel()
				scrape.Wait()
				handlers.Wait()
			}
			if err := goleak.Find(before); err != nil {
				t.Error(err)
			}
			if fetches := len(endpoint.seen()); fetches != 3 {
				t.Errorf("%d fetches in 3 scrapes", fetches)
			}
			mu.Lock()
			hanging = false
			mu.Unlock()
			if status, err := post(t.Context(), transport, api.URL); status != http.StatusOK {
				t.Errorf("after the recovery: status %d, %v", status, err)
			}
			mu.Lock()
			hanging = true
			mu.Unlock()
			endpoint.seen()
		})
	}
}

// Without a deadline, a fetch has a timeout.
func TestHangingTokenEndpointWithoutDeadline(t *testing.T) {
	t.Parallel()
	for name, cfg := range grants(t, "http://tokens.test/token") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				endpoint := &tokenEndpoint{config: cfg.OAuth2, host: "tokens.test", transport: hanging{}}
				transport := newOAuth2Transport(http.DefaultTransport, oauth2Secret(cfg.OAuth2, nil), endpoint, forget)
				began := time.Now()
				_, err := post(context.Background(), transport, "http://inbox.test")
				want := "timeout: fetching an OAuth2 token from tokens.test: no response within 30s"
				if outcome(err) != want || time.Since(began) != tokenTimeout {
					t.Errorf("%s after %s\nwant %s", outcome(err), time.Since(began), want)
				}
			})
		})
	}
}

// hanging blocks requests until their context ends.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// Concurrent requests share one fetch, even if the one that started it leaves.
func TestSharedFetch(t *testing.T) {
	t.Parallel()
	requested, release := make(chan struct{}), make(chan struct{})
	endpoint := record(t, nil, func(w http.ResponseWriter, r *http.Request) {
		close(requested) // a second fetch would panic
		<-release
		grant("token")(w, r)
	})
	api := record(t, nil, nil)
	transport := build(t, account(endpoint.URL))
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := post(ctx, transport, api.URL)
		first <- err
	}()
	<-requested
	var others sync.WaitGroup
	for range 10 {
		others.Go(func() {
			if status, err := post(t.Context(), transport, api.URL); status != http.StatusOK {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
	fetches := &transport.(*oauth2Transport).fetches
	for waiting := 0; waiting < 11; {
		fetches.mu.Lock()
		waiting = fetches.calls["canary-secret"].callers
		fetches.mu.Unlock()
	}
	cancel()
	if err := <-first; outcome(err) != "timeout: "+from(t, endpoint.URL)+"no response before the deadline" {
		t.Error(outcome(err))
	}
	close(release)
	others.Wait()
	if n := len(endpoint.seen()); n != 1 {
		t.Errorf("%d fetches", n)
	}
	for _, r := range api.seen() {
		if got := r.Header.Get("Authorization"); got != "Bearer token" {
			t.Errorf("Authorization: %s", got)
		}
	}
}

// A token is used until shortly before it expires.
func TestCachedToken(t *testing.T) {
	t.Parallel()
	api := record(t, nil, nil)
	for body, fetches := range map[string]int{
		`{"access_token":"a","expires_in":3600}`: 1,
		`{"access_token":"a"}`:                   1,
		`{"access_token":"a","expires_in":5}`:    3,
	} {
		endpoint := record(t, nil, respond(http.StatusOK, body))
		transport := build(t, account(endpoint.URL))
		for range 3 {
			if _, err := post(t.Context(), transport, api.URL); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(endpoint.seen()); n != fetches {
			t.Errorf("%s: %d fetches for 3 requests, want %d", body, n, fetches)
		}
	}
}

// echoSecret grants a token that contains the secret of the request.
func echoSecret(w http.ResponseWriter, r *http.Request) {
	_, secret, _ := r.BasicAuth()
	grant("token-of-"+secret)(w, r)
}

// When the secret is replaced, the next request fetches a new token.
func TestReplacedSecret(t *testing.T) {
	t.Parallel()
	endpoint, api := record(t, nil, echoSecret), record(t, nil, nil)
	path := file(t, "")
	cfg := account(endpoint.URL)
	cfg.OAuth2.ClientSecret, cfg.OAuth2.ClientSecretFile = "", path
	transport := build(t, cfg)
	for _, secret := range []string{"one", "two", "one"} {
		rewrite(t, path, secret+"\n")
		for range 2 {
			if _, err := post(t.Context(), transport, api.URL); err != nil {
				t.Fatal(err)
			}
			if got := api.seen()[0].Header.Get("Authorization"); got != "Bearer token-of-"+secret {
				t.Errorf("Authorization: %s, want that of %s", got, secret)
			}
		}
	}
	if n := len(endpoint.seen()); n != 3 {
		t.Errorf("%d fetches with 3 secrets", n)
	}
}

func TestTwoAccounts(t *testing.T) {
	t.Parallel()
	endpoint, api := record(t, nil, echoSecret), record(t, nil, nil)
	one, two := account(endpoint.URL), account(endpoint.URL)
	one.OAuth2.ClientSecret, two.OAuth2.ClientSecret = "one", "two"
	for secret, transport := range map[string]http.RoundTripper{"one": build(t, one), "two": build(t, two)} {
		if _, err := post(t.Context(), transport, api.URL); err != nil {
			t.Fatal(err)
		}
		if got := api.seen()[0].Header.Get("Authorization"); got != "Bearer token-of-"+secret {
			t.Errorf("Authorization: %s, want that of %s", got, secret)
		}
	}
}

// The style that the endpoint accepts is found once, and then used for all fetches.
func TestAuthStyles(t *testing.T) {
	t.Parallel()
	api := record(t, nil, nil)
	params := func(r *http.Request) bool { return r.PostForm.Get("client_secret") == "canary-secret" }
	header := func(r *http.Request) bool {
		_, secret, _ := r.BasicAuth()
		return secret == "canary-secret"
	}
	for name, test := range map[string]struct {
		accepts func(*http.Request) bool
		refusal int
		want    []int // fetches of each request
	}{
		"either":                           {func(r *http.Request) bool { return params(r) || header(r) }, 0, []int{1, 1, 1}},
		"header":                           {header, http.StatusBadRequest, []int{1, 1, 1}},
		"body":                             {params, http.StatusUnauthorized, []int{2, 1, 1}},
		"body, refusing with a redirect":   {params, http.StatusFound, []int{2, 1, 1}},
		"body, refusing with an error":     {params, http.StatusInternalServerError, []int{2, 1, 1}},
		"body, refusing with another page": {params, http.StatusOK, []int{2, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := record(t, nil, func(w http.ResponseWriter, r *http.Request) {
				if !test.accepts(r) {
					respond(test.refusal, "<html>")(w, r)
					return
				}
				respond(http.StatusOK, `{"access_token":"a","expires_in":1}`)(w, r) // so each request fetches
			})
			transport := build(t, account(endpoint.URL))
			for i, want := range test.want {
				if status, err := post(t.Context(), transport, api.URL); status != http.StatusOK {
					t.Fatalf("status %d, %v", status, err)
				}
				if n := len(endpoint.seen()); n != want {
					t.Errorf("%d fetches for request %d, want %d", n, i+1, want)
				}
			}
		})
	}
}

// Redirects are not followed, because they could send the secret to another host.
func TestRedirectedTokenEndpoint(t *testing.T) {
	t.Parallel()
	elsewhere, api := record(t, nil, grant("stolen")), record(t, nil, nil)
	for _, status := range []int{301, 302, 303, 307, 308} {
		endpoint := record(t, nil, func(w http.ResponseWriter, r *http.Request) {
			location := elsewhere.URL + "?" + url.Values{"echo": r.PostForm["client_secret"]}.Encode()
			http.Redirect(w, r, location, status)
		})
		for name, cfg := range grants(t, endpoint.URL) {
			_, err := post(t.Context(), build(t, cfg), api.URL)
			want := fmt.Sprintf("auth: %s%d %s: redirects are not followed, because they could send the secret to another host",
				from(t, endpoint.URL), status, http.StatusText(status))
			if outcome(err) != want {
				t.Errorf("%s: %s\nwant %s", name, outcome(err), want)
			}
		}
	}
	if len(elsewhere.seen()) > 0 || len(api.seen()) > 0 {
		t.Error("a redirect was followed")
	}
}
