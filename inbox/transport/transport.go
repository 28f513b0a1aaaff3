// Package transport makes the http.RoundTripper of an account from Prometheus' HTTP
// client configuration.
//
// The connections are those of prometheus/common. What can wait without an end there
// is done here instead: reading secret files and fetching OAuth2 tokens. RoundTrip
// returns at the latest when the request's context ends, and however long a file or a
// token endpoint hangs, its requests leave nothing behind that accumulates.
//
// A request that cannot be authorized fails with an *inbox.Error, whose text holds no
// secret and nothing of a token endpoint's answer but its status and error code:
//
//	auth        a file is unreadable, or the token endpoint refuses
//	connection  the token endpoint is unreachable or broken (5xx)
//	timeout     a file or the token endpoint does not answer in time
//
// Every request gets the account's secrets, wherever it goes: a client must not follow
// redirects.
package transport

import (
	"net/http"

	promconfig "github.com/prometheus/common/config"
)

// connections is the name of the connections in the metrics of prometheus/common.
const connections = "botpenguin"

// New returns the RoundTripper for requests with the given configuration, which must be
// valid. Its CloseIdleConnections method closes those of a token endpoint, too. Secret
// files are read anew for each request; those of tls_config are read here, too.
func New(cfg promconfig.HTTPClientConfig, userAgent string) (http.RoundTripper, error) {
	return newTransport(cfg, userAgent, newSecretFiles(readRegular))
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
		transport = newOAuth2Transport(transport, oauth2Secret(oauth, files), endpoint)
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

// refuse is the end of a request that was not made: a RoundTripper always closes the body.
func refuse(r *http.Request, err error) (*http.Response, error) {
	if r.Body != nil {
		r.Body.Close()
	}
	return nil, err
}
