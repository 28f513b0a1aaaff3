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
	tokenTimeout   = 30 * time.Second // for fetching one token
	tokenIdle      = 10 * time.Second // that a connection to the endpoint stays idle, as in prometheus/common
	maxTokenAnswer = 1 << 20          // bytes of an endpoint's answer that are read
)

// tokenEndpoint fetches tokens. It follows no redirect, which would carry the secret to
// another host.
type tokenEndpoint struct {
	config    *promconfig.OAuth2
	host      string
	transport http.RoundTripper

	mu    sync.Mutex
	style oauth2.AuthStyle // the one that has worked, oauth2.AuthStyleAutoDetect before one has
}

func newTokenEndpoint(cfg *promconfig.OAuth2, options []promconfig.HTTPClientOption) (*tokenEndpoint, error) {
	address, err := url.Parse(cfg.TokenURL)
	if err != nil {
		return nil, errors.New("oauth2: token_url is not a valid URL") // err would show it
	}
	for name := range cfg.EndpointParams {
		if name == "scope" && len(cfg.Scopes) > 0 || name == "assertion" && cfg.GrantType == jwtBearer {
			return nil, fmt.Errorf("oauth2: endpoint_params cannot replace %s", name)
		}
	}
	// After tokenTimeout nobody waits for a connection any more; a dial by itself ends later.
	dialer := net.Dialer{Timeout: tokenTimeout}
	options = append(options[:len(options):len(options)],
		promconfig.WithIdleConnTimeout(tokenIdle), promconfig.WithDialContextFunc(dialer.DialContext))
	transport, err := promconfig.NewRoundTripperFromConfig(
		withRefs(promconfig.HTTPClientConfig{TLSConfig: cfg.TLSConfig, ProxyConfig: cfg.ProxyConfig}), connections, options...)
	if err != nil {
		return nil, fmt.Errorf("oauth2: %w", err)
	}
	return &tokenEndpoint{config: cfg, host: address.Host, transport: transport}, nil
}

// fetch fetches a token with a secret. It ends when ctx does. Every error is an
// *inbox.Error.
func (e *tokenEndpoint) fetch(ctx context.Context, secret string) (*oauth2.Token, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, tokenTimeout,
		inbox.Errorf(inbox.Timeout, "%s: no answer within %s", e.fetching(), tokenTimeout))
	defer cancel()
	client := &http.Client{
		Transport:     bounded{ctx: ctx, next: e.transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ask := e.clientCredentials
	if e.config.GrantType == jwtBearer {
		ask = e.assertion
	}
	token, err := ask(context.WithValue(ctx, oauth2.HTTPClient, client), secret)
	switch {
	case err != nil:
		return nil, e.explain(ctx, err)
	case token.AccessToken == "":
		return nil, e.failed(inbox.Auth, noToken)
	case strings.ContainsFunc(token.Type()+token.AccessToken, unicode.IsControl):
		return nil, e.failed(inbox.Auth, "the token holds a line break or another control character")
	}
	return token, nil
}

// bounded ends requests with a context, whatever context they have: those of the JWT
// grant have none. A response is read before it is returned, so that a connection that
// breaks in its middle is an error of the connection.
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
		response.Body = http.NoBody // to read what follows ends with no context
		return response, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxTokenAnswer))
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}
