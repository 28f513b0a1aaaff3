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

// jwtBearer is the grant_type of RFC 7523. Any other is client_credentials.
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// clientCredentials asks for a token as RFC 6749, 4.4 says. An endpoint may want the
// secret in the Authorization header, which all have to support, or in the body, which is
// all that some support. Until one has worked, both are tried in this order, as
// prometheus/common does; the one that works is used from then on. No second attempt is
// made if the endpoint did not answer or has too much to do.
func (e *tokenEndpoint) clientCredentials(ctx context.Context, secret string) (*oauth2.Token, error) {
	style := e.known()
	if style != oauth2.AuthStyleAutoDetect {
		return e.credentialsIn(ctx, style, secret)
	}
	token, err := e.credentialsIn(ctx, oauth2.AuthStyleInHeader, secret)
	if err == nil || !askOtherwise(err) {
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
	return nil, inbox.Errorf(second.Reason, "%s; and with the secret in the body: %s",
		first.Error(), strings.TrimPrefix(second.Error(), e.fetching()+": "))
}

// credentialsIn asks with the secret in one place, and remembers the place if that works.
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

func (e *tokenEndpoint) known() oauth2.AuthStyle {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.style
}

// askOtherwise reports whether a fetch may succeed with the secret in another place: it
// was answered, and not only with the wish to be asked later.
func askOtherwise(err error) bool {
	switch answerStatus(err) {
	case 0, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	default:
		return true
	}
}

// assertion asks for a token with a JWT, signed with the key that is the secret.
func (e *tokenEndpoint) assertion(ctx context.Context, secret string) (*oauth2.Token, error) {
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
