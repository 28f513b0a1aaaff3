package transport

import (
	"net/http"

	promconfig "github.com/prometheus/common/config"
)

// headerTransport adds the headers from http_headers.
type headerTransport struct {
	next    http.RoundTripper
	headers map[string]promconfig.Header
	files   *secretFiles
}

// RoundTrip implements http.RoundTripper.
func (t *headerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	r = r.Clone(ctx)
	for name, header := range t.headers {
		for _, value := range header.Values {
			r.Header.Add(name, value)
		}
		for _, secret := range header.Secrets {
			r.Header.Add(name, string(secret))
		}
		for _, path := range header.Files {
			text, err := t.files.readHeader(ctx, path)
			if err != nil {
				return refuse(r, err)
			}
			r.Header.Add(name, text)
		}
	}
	return t.next.RoundTrip(r)
}

// CloseIdleConnections closes the idle connections.
func (t *headerTransport) CloseIdleConnections() { closeIdle(t.next) }
