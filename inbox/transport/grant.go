package transport

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	promconfig "github.com/prometheus/common/config"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// jwtBearer is the grant type of RFC 7523. All others mean client_credentials.
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// clientCredentials requests a token according to RFC 6749, 4.4. Endpoints must support
// the secret in the Authorization header, but some only support it in the body. Both are
// tried in this order, as in prometheus/common, and the one that works is used from then
// on. There is no second attempt if the endpoint does not respond or is overloaded.
func (e *tokenEndpoint) clientCredentials(ctx context.Context, secret string) (*oauth2.Token, error) {
	style := e.authStyle()
	if style != oauth2.AuthStyleAutoDetect {
		return e.credentialsIn(ctx, style, secret)
	}
	token, err := e.credentialsIn(ctx, oauth2.AuthStyleInHeader, secret)
	if err == nil || !tryInBody(err) {
		return token, err
	}
	first := e.explain(ctx, err)
	token, err = e.credentialsIn(ctx, oauth2.AuthStyleInParams, secret)
	if err == nil {
		return token, nil
	}
	second := e.explain(ctx, err)
	if second.Error() == first.Error() {
		return nil, second
	}
	return nil, inbox.Errorf(second.Reason, "%s; with the secret in the body: %s",
		first.Error(), strings.TrimPrefix(second.Error(), e.fetching()+": "))
}

// credentialsIn requests a token with the given style, and remembers the style if that
// succeeds.
func (e *tokenEndpoint) credentialsIn(ctx context.Context, style oauth2.AuthStyle, secret string) (*oauth2.Token, error) {
	grant := &clientcredentials.Config{
		ClientID:       e.config.ClientID,
		ClientSecret:   secret,
		TokenURL:       e.config.TokenURL,
		Scopes:         e.config.Scopes,
		EndpointParams: e.parameters(),
		AuthStyle:      style,
	}
	token, err := grant.Token(ctx)
	if err == nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.style = style
	}
	return token, err
}

func (e *tokenEndpoint) authStyle() oauth2.AuthStyle {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.style
}

// tryInBody reports whether a fetch that failed with the secret in the header may succeed
// with the secret in the body.
func tryInBody(err error) bool {
	switch responseStatus(err) {
	case 0, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	default:
		return true
	}
}

// jwtGrant requests a token with a JWT that is signed with the secret, a private key.
func (e *tokenEndpoint) jwtGrant(ctx context.Context, secret string) (*oauth2.Token, error) {
	if _, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(secret)); err != nil {
		return nil, e.failed(inbox.Auth, "the client_certificate_key is not an RSA private key in PEM format")
	}
	cfg := e.config
	algorithm := jwt.SigningMethodRS256
	switch cfg.SignatureAlgorithm {
	case jwt.SigningMethodRS384.Name:
		algorithm = jwt.SigningMethodRS384
	case jwt.SigningMethodRS512.Name:
		algorithm = jwt.SigningMethodRS512
	}
	issuer := cfg.Iss
	if issuer == "" {
		issuer = cfg.ClientID
	}
	grant := promconfig.JwtGrantTypeConfig{
		Iss:              issuer,
		PrivateKey:       []byte(secret),
		SigningAlgorithm: algorithm,
		PrivateKeyID:     cfg.ClientCertificateKeyID,
		Subject:          cfg.ClientID,
		Scopes:           cfg.Scopes,
		TokenURL:         cfg.TokenURL,
		EndpointParams:   e.parameters(),
		Audience:         cfg.Audience,
		PrivateClaims:    cfg.Claims,
	}
	return grant.TokenSource(ctx).Token()
}

func (e *tokenEndpoint) parameters() url.Values {
	values := make(url.Values, len(e.config.EndpointParams))
	for name, value := range e.config.EndpointParams {
		values.Set(name, value)
	}
	return values
}
