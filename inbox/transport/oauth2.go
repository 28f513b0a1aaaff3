package transport

import (
	"context"
	"net/http"
	"sync"

	promconfig "github.com/prometheus/common/config"
	"golang.org/x/oauth2"
)

// oauth2Transport adds a token of a token endpoint to each request. It fetches one when
// it has none, when the one it has expires within seconds, and when the secret has
// changed. Requests that need one at the same time share one fetch, which is cancelled
// when none of them waits any more.
type oauth2Transport struct {
	next     http.RoundTripper
	secret   func(context.Context) (string, error) // what tokens are fetched with
	endpoint *tokenEndpoint
	fetches  group[*oauth2.Token] // by the secret

	mu    sync.Mutex
	token *oauth2.Token // the latest, nil before there is one
	used  string        // the secret that it was fetched with
}

func newOAuth2Transport(next http.RoundTripper, secret func(context.Context) (string, error), endpoint *tokenEndpoint) *oauth2Transport {
	return &oauth2Transport{next: next, secret: secret, endpoint: endpoint, fetches: group[*oauth2.Token]{abandon: true}}
}

// oauth2Secret returns a function that returns the secret of cfg.
func oauth2Secret(cfg *promconfig.OAuth2, files *secretFiles) func(context.Context) (string, error) {
	key, secret, path := "client_secret_file", cfg.ClientSecret, cfg.ClientSecretFile
	if cfg.GrantType == jwtBearer {
		key, secret, path = "client_certificate_key_file", cfg.ClientCertificateKey, cfg.ClientCertificateKeyFile
	}
	return func(ctx context.Context) (string, error) {
		if secret != "" || path == "" {
			return string(secret), nil
		}
		return files.read(ctx, key, path)
	}
}

// RoundTrip implements http.RoundTripper.
func (t *oauth2Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	token, err := t.authorize(r.Context())
	if err != nil {
		return refuse(r, err)
	}
	r = r.Clone(r.Context())
	token.SetAuthHeader(r)
	return t.next.RoundTrip(r)
}

// CloseIdleConnections closes the idle connections, those to the token endpoint too.
func (t *oauth2Transport) CloseIdleConnections() {
	closeIdle(t.endpoint.transport)
	closeIdle(t.next)
}

// authorize returns a token. It returns when ctx ends at the latest.
func (t *oauth2Transport) authorize(ctx context.Context) (*oauth2.Token, error) {
	secret, err := t.secret(ctx)
	if err != nil {
		return nil, err
	}
	if token := t.cached(secret); token != nil {
		return token, nil
	}
	late := t.endpoint.fetching() + ": no response before the deadline"
	return t.fetches.do(ctx, secret, late, func(ctx context.Context) (*oauth2.Token, error) {
		if token := t.cached(secret); token != nil { // of a fetch that ended in between
			return token, nil
		}
		token, err := t.endpoint.fetch(ctx, secret)
		if err != nil {
			return nil, err
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.token, t.used = token, secret
		return token, nil
	})
}

// cached returns the latest token if it is still good and was fetched with the secret.
func (t *oauth2Transport) cached(secret string) *oauth2.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.token.Valid() || t.used != secret {
		return nil
	}
	return t.token
}
