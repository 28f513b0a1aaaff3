package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	promconfig "github.com/prometheus/common/config"
	"go.uber.org/goleak"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const userAgent = "botpenguin_exporter/test"

// recorder is a server that records its requests.
type recorder struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request // with parsed forms
}

// record starts a server, with TLS if tlsConfig is not nil.
func record(t *testing.T, tlsConfig *tls.Config, handler http.HandlerFunc) *recorder {
	t.Helper()
	r := &recorder{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		q.ParseForm()
		r.mu.Lock()
		r.requests = append(r.requests, q)
		r.mu.Unlock()
		if handler != nil {
			handler(w, q)
		}
	}))
	if tlsConfig == nil {
		r.Start()
	} else {
		r.TLS = tlsConfig
		r.EnableHTTP2 = true
		r.StartTLS()
	}
	t.Cleanup(r.Close)
	return r
}

// seen returns the requests received since it was last called.
func (r *recorder) seen() []*http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	requests := r.requests
	r.requests = nil
	return requests
}

// file writes a file and returns its path.
func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	rewrite(t, path, content)
	return path
}

func rewrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// credentialsFile returns a configuration with a token in a file.
func credentialsFile(path string) promconfig.HTTPClientConfig {
	return promconfig.HTTPClientConfig{Authorization: &promconfig.Authorization{Type: "Bearer", CredentialsFile: path}}
}

// build creates the RoundTripper of a configuration. It is closed when the test ends.
func build(t *testing.T, cfg promconfig.HTTPClientConfig) http.RoundTripper {
	t.Helper()
	transport, err := New(cfg, userAgent, forget)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeIdle(transport) })
	return transport
}

// post makes a request as inbox.Client does and returns its status.
func post(ctx context.Context, transport http.RoundTripper, address string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("{}"))
	if err != nil {
		return 0, err
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	response.Body.Close()
	return response.StatusCode, nil
}

// outcome returns the reason and text of an error.
func outcome(err error) string {
	var own *inbox.Error
	if err == nil || !errors.As(err, &own) {
		return fmt.Sprintf("%T: %v", err, err)
	}
	return string(own.Reason) + ": " + own.Error()
}

func parse(t *testing.T, address string) promconfig.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return promconfig.URL{URL: u}
}

// forget remembers nothing.
func forget(string, string) {}
