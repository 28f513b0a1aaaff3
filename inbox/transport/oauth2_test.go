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

// account is the configuration of an account that gets its tokens from an endpoint.
func account(tokenURL string) promconfig.HTTPClientConfig {
	return promconfig.HTTPClientConfig{OAuth2: &promconfig.OAuth2{ClientID: "id", ClientSecret: "canary-secret", TokenURL: tokenURL}}
}

// from begins the errors about an endpoint.
func from(t *testing.T, address string) string {
	t.Helper()
	return "fetching an OAuth2 token from " + parse(t, address).Host + ": "
}

// grants are the configurations of both grants.
func grants(t *testing.T, tokenURL string) map[string]promconfig.HTTPClientConfig {
	t.Helper()
	_, key := rsaKey(t)
	assertion := account(tokenURL)
	assertion.OAuth2.GrantType, assertion.OAuth2.ClientCertificateKey = jwtBearer, promconfig.Secret(key)
	return map[string]promconfig.HTTPClientConfig{"client_credentials": account(tokenURL), "JWT": assertion}
}

// Over several scrapes, requests whose token endpoint hangs end with their context. Their
// fetch ends with the last of them, so nothing accumulates, and the first request after
// the recovery succeeds.
func TestHangingTokenEndpoint(t *testing.T) {
	var mu sync.Mutex
	hanging := true
	var handlers sync.WaitGroup
	asked := make(chan struct{})
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
		asked <- struct{}{}
		<-r.Context().Done() // when the fetch is cancelled
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
				<-asked
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

// An endpoint that hangs is given up for those whose context lasts longer.
func TestHangingTokenEndpointWithoutDeadline(t *testing.T) {
	t.Parallel()
	for name, cfg := range grants(t, "http://tokens.test/token") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				endpoint := &tokenEndpoint{config: cfg.OAuth2, host: "tokens.test", transport: hanging{}}
				transport := newOAuth2Transport(http.DefaultTransport, oauth2Secret(cfg.OAuth2, nil), endpoint)
				began := time.Now()
				_, err := post(context.Background(), transport, "http://inbox.test")
				want := "timeout: fetching an OAuth2 token from tokens.test: no answer within 30s"
				if outcome(err) != want || time.Since(began) != tokenTimeout {
					t.Errorf("%s after %s\nwant %s", outcome(err), time.Since(began), want)
				}
			})
		})
	}
}

// hanging ends requests with their context only.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// Requests that need a token at the same time share one fetch, whoever leaves.
func TestSharedFetch(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	endpoint := record(t, nil, func(w http.ResponseWriter, r *http.Request) {
		close(asked) // a second fetch would panic
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
	<-asked
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
		waiting = fetches.calls["canary-secret"].waiting
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
	for answer, fetches := range map[string]int{
		`{"access_token":"a","expires_in":3600}`: 1,
		`{"access_token":"a"}`:                   1,
		`{"access_token":"a","expires_in":5}`:    3,
	} {
		endpoint := record(t, nil, says(http.StatusOK, answer))
		transport := build(t, account(endpoint.URL))
		for range 3 {
			if _, err := post(t.Context(), transport, api.URL); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(endpoint.seen()); n != fetches {
			t.Errorf("%s: %d fetches for 3 requests, want %d", answer, n, fetches)
		}
	}
}

// echoSecret grants a token that names the secret of the request.
func echoSecret(w http.ResponseWriter, r *http.Request) {
	_, secret, _ := r.BasicAuth()
	grant("token-of-"+secret)(w, r)
}

// A secret that is replaced is used for a new token at once; what was fetched with the
// one before is not used any more.
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

// The secret is sent where the endpoint wants it, and from then on only there.
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
					says(test.refusal, "<html>")(w, r)
					return
				}
				says(http.StatusOK, `{"access_token":"a","expires_in":1}`)(w, r) // so each request fetches
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

// A redirect carries the secret nowhere.
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
			want := fmt.Sprintf("auth: %s%d %s: redirects are not followed, for they would carry the secret elsewhere",
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
