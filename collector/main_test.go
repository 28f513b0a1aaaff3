package collector

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/go-kit/log"
	"go.uber.org/goleak"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noNetwork is a transport to a simulated inbox without a network, for synctest.
type noNetwork struct {
	server http.Handler
	token  string
}

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+n.token)
	r.Header.Del("Accept-Encoding")
	answered := make(chan *http.Response, 1)
	go func() {
		defer close(answered)
		defer func() {
			if p := recover(); p != nil && p != any(http.ErrAbortHandler) {
				panic(p)
			}
		}()
		recorder := httptest.NewRecorder()
		n.server.ServeHTTP(recorder, r)
		answered <- recorder.Result()
	}()
	select {
	case response, ok := <-answered:
		if !ok {
			return nil, io.ErrUnexpectedEOF
		}
		return response, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// logs collects the log of a test's accounts.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// open creates the first account of a configuration on a simulated inbox.
func open(t testing.TB, server *inboxtest.Server, yaml string) (*Account, *Metrics, *logs) {
	t.Helper()
	cfg, err := config.Parse("test.yml", []byte(yaml), ".", environment)
	if err != nil {
		t.Fatal(err)
	}
	process, lines := NewProcess(), &logs{}
	account := newAccount(cfg.Accounts[0], noNetwork{server, inboxtest.DefaultToken}, process, log.NewLogfmtLogger(lines))
	t.Cleanup(account.Close)
	return account, process.Metrics, lines
}

func environment(name string) (string, bool) {
	value, ok := map[string]string{"BOTPENGUIN_URL": "http://inbox.test", "BOTPENGUIN_TOKEN": inboxtest.DefaultToken}[name]
	return value, ok
}

// builtIn returns the built-in configuration.
func builtIn(t testing.TB) string {
	t.Helper()
	yaml, err := os.ReadFile("../config.example.yml")
	if err != nil {
		t.Fatal(err)
	}
	return string(yaml)
}

// scrape scrapes an account with a scrape timeout of 10 s.
func scrape(a *Account) *Snapshot {
	return a.Scrape(context.Background(), time.Now().Add(9500*time.Millisecond))
}

const accountYAML = `
accounts:
  - name: acme
    url: http://inbox.test
    authorization: {credentials: simulated-token}
    rate_limit: 0
`
