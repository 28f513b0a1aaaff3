package transport

import (
	"context"
	"net/http"
	"sync"

	promconfig "github.com/prometheus/common/config"
	"golang.org/x/oauth2"
)

// oauth2Transport adds a token from a token endpoint to each request. It fetches a token
// if it has none, if the token expires within seconds, or if the secret has changed.
// Concurrent requests share one fetch, which is canceled when the last of them has left.
type oauth2Transport struct {
	next     http.RoundTripper
	secret   func(context.Context) (string, error) // returns the secret to fetch tokens with
	endpoint *tokenEndpoint
	remember Remember
	fetches  sharedCalls[*oauth2.Token] // by secret

	mu    sync.Mutex
	token *oauth2.Token // the latest; nil before the first
	used  string        // the secret that token was fetched with
}

func newOAuth2Transport(next http.RoundTripper, secret func(context.Context) (string, error), endpoint *tokenEndpoint, remember Remember) *oauth2Transport {
	return &oauth2Transport{next: next, secret: secret, endpoint: endpoint, remember: remember, fetches: sharedCalls[*oauth2.Token]{abandon: true}}
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

// CloseIdleConnections closes the idle connections, including those to the token endpoint.
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
		if token := t.cached(secret); token != nil { // from a fetch that has ended in between
			return token, nil
		}
		token, err := t.endpoint.fetch(ctx, secret)
		if err != nil {
			return nil, err
		}
		t.remember("oauth2 token", token.AccessToken)
		t.remember("oauth2 refresh token", token.RefreshToken)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.token, t.used = token, secret
		return token, nil
	})
}

// cached returns the latest token if it is valid and was fetched with the secret.
func (t *oauth2Transport) cached(secret string) *oauth2.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.token.Valid() || t.used != secret {
		return nil
	}
	return t.token
}
