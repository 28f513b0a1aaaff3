// Package transport creates the http.RoundTripper of an account from Prometheus' HTTP
// client configuration.
//
// Connections are made by prometheus/common. Reading secret files and fetching OAuth2
// tokens, which can block forever there, is implemented here: RoundTrip returns when the
// request's context ends, and requests to a hanging file or token endpoint do not
// accumulate.
//
// A request that cannot be authorized fails with an *inbox.Error. Its text contains no
// secrets, and of a token endpoint's response only the status and error code:
//
//	auth        a file is unreadable, or the token endpoint refuses the request
//	connection  the token endpoint is unreachable or fails (5xx)
//	timeout     a file or the token endpoint does not respond in time
//
// Secrets are added to every request, whatever its host. Therefore clients must not
// follow redirects.
package transport

import (
	"net/http"

	promconfig "github.com/prometheus/common/config"
)

// connections is the connection name in the metrics of prometheus/common.
const connections = "botpenguin"

// New returns a RoundTripper for the given configuration, which must be valid. Its
// CloseIdleConnections method also closes connections to the token endpoint. Secret files
// are read for each request; New also reads those of tls_config, and returns an error if
// it cannot. What is read from secret files, and every token that is fetched, is passed to
// remember before it is used. The secrets in the configuration itself are not, see Secrets.
func New(cfg promconfig.HTTPClientConfig, userAgent string, remember Remember) (http.RoundTripper, error) {
	return newTransport(cfg, userAgent, newSecretFiles(readRegular, remember))
}

func newTransport(cfg promconfig.HTTPClientConfig, userAgent string, files *secretFiles) (http.RoundTripper, error) {
	headers, oauth := cfg.HTTPHeaders, cfg.OAuth2
	cfg.HTTPHeaders, cfg.OAuth2 = nil, nil
	options := []promconfig.HTTPClientOption{
		promconfig.WithUserAgent(userAgent),
		promconfig.WithSecretManager(files),
	}
	transport, err := promconfig.NewRoundTripperFromConfig(withRefs(cfg), connections, options...)
	if err != nil {
		return nil, err
	}
	if oauth != nil {
		endpoint, err := newTokenEndpoint(oauth, options)
		if err != nil {
			return nil, err
		}
		transport = newOAuth2Transport(transport, oauth2Secret(oauth, files), endpoint, files.remember)
	}
	if headers != nil {
		transport = &headerTransport{next: transport, headers: headers.Headers, files: files}
	}
	return transport, nil
}

// closeIdle closes the idle connections of a RoundTripper.
func closeIdle(transport http.RoundTripper) {
	if closer, ok := transport.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// refuse returns err for a request that is not made. It closes the body, as a RoundTripper
// must.
func refuse(r *http.Request, err error) (*http.Response, error) {
	if r.Body != nil {
		r.Body.Close()
	}
	return nil, err
}
