package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

	promconfig "github.com/prometheus/common/config"
	"golang.org/x/oauth2"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

const (
	tokenTimeout     = 30 * time.Second // for fetching one token
	tokenIdleTimeout = 10 * time.Second // of connections to the endpoint, as in prometheus/common
	maxTokenResponse = 1 << 20          // maximum number of bytes read from a response
)

// tokenEndpoint fetches tokens. It does not follow redirects, which would send the secret
// to another host.
type tokenEndpoint struct {
	config    *promconfig.OAuth2
	host      string
	transport http.RoundTripper

	mu    sync.Mutex
	style oauth2.AuthStyle // the style that has worked, oauth2.AuthStyleAutoDetect at first
}

func newTokenEndpoint(cfg *promconfig.OAuth2, options []promconfig.HTTPClientOption) (*tokenEndpoint, error) {
	address, err := url.Parse(cfg.TokenURL)
	if err != nil {
		return nil, errors.New("oauth2: token_url is not a valid URL") // err would show the URL
	}
	for name := range cfg.EndpointParams {
		if name == "scope" && len(cfg.Scopes) > 0 || name == "assertion" && cfg.GrantType == jwtBearer {
			return nil, fmt.Errorf("oauth2: endpoint_params cannot replace %s", name)
		}
	}
	// No request waits longer than tokenTimeout, but a dial would by default.
	dialer := net.Dialer{Timeout: tokenTimeout}
	options = append(options[:len(options):len(options)],
		promconfig.WithIdleConnTimeout(tokenIdleTimeout), promconfig.WithDialContextFunc(dialer.DialContext))
	transport, err := promconfig.NewRoundTripperFromConfig(
		withRefs(promconfig.HTTPClientConfig{TLSConfig: cfg.TLSConfig, ProxyConfig: cfg.ProxyConfig}), connections, options...)
	if err != nil {
		return nil, fmt.Errorf("oauth2: %w", err)
	}
	return &tokenEndpoint{config: cfg, host: address.Host, transport: transport}, nil
}

// fetch fetches a token with a secret. It returns when ctx ends at the latest. All errors
// are of type *inbox.Error.
func (e *tokenEndpoint) fetch(ctx context.Context, secret string) (*oauth2.Token, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, tokenTimeout,
		inbox.Errorf(inbox.Timeout, "%s: no response within %s", e.fetching(), tokenTimeout))
	defer cancel()
	client := &http.Client{
		Transport:     bounded{ctx: ctx, next: e.transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	grant := e.clientCredentials
	if e.config.GrantType == jwtBearer {
		grant = e.jwtGrant
	}
	token, err := grant(context.WithValue(ctx, oauth2.HTTPClient, client), secret)
	switch {
	case err != nil:
		return nil, e.explain(ctx, err)
	case token.AccessToken == "":
		return nil, e.failed(inbox.Auth, noToken)
	case strings.ContainsFunc(token.Type()+token.AccessToken, unicode.IsControl):
		return nil, e.failed(inbox.Auth, "the token contains a line break or another control character")
	}
	return token, nil
}

// bounded is a RoundTripper that replaces the context of requests, because those of the
// JWT grant have none. It reads responses to the end before it returns them, so that a
// connection that breaks within a response is a connection error.
type bounded struct {
	ctx  context.Context
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r.WithContext(b.ctx))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusSwitchingProtocols {
		response.Body = http.NoBody // reading it would ignore the context
		return response, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxTokenResponse))
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}
