package faults

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
)

// condition is what else goes wrong while a query meets a fault.
type condition struct {
	name       string
	stalledLog bool // nobody reads the log
	unread     int  // clients that scrape and do not read the answer
	scrapers   int  // that overlap; 0: one, which overlaps with none
	// source makes the credential source that fails, if one does.
	source func(t *testing.T) *source
}

// conditions are the second dimension of the table of faults.
func conditions() []condition {
	return []condition{
		{name: "nobody reads the log", stalledLog: true},
		{name: "clients that do not read", unread: 3},
		{name: "two scrapers", scrapers: 2},
		{name: "three scrapers", scrapers: 3},
		{name: "the token endpoint hangs", source: tokenEndpoint},
		{name: "the credentials file becomes a FIFO", source: credentialsFile(func(path string) error { return syscall.Mkfifo(path, 0o600) })},
		{name: "the credentials file becomes /dev/zero", source: credentialsFile(func(path string) error { return os.Symlink("/dev/zero", path) })},
		{name: "the credentials file cannot be opened", source: credentialsFile(func(path string) error { return os.Symlink(path, path) })},
	}
}

// source is where the program gets the token of an account.
type source struct {
	options string // of the account's configuration
	reason  string // of the failures while it fails
	fails   func(t *testing.T)
	works   func(t *testing.T)
}

// tokenEndpoint is one whose tokens expire at once. When it fails, it accepts requests
// and does not answer.
func tokenEndpoint(t *testing.T) *source {
	var hanging atomic.Bool
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm() // or the server does not notice that the client has gone
		if hanging.Load() {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":1}`, canary)
	}))
	t.Cleanup(endpoint.Close)
	return &source{
		options: fmt.Sprintf(`oauth2: {client_id: exporter, client_secret: "${TOKEN}", token_url: %q}`, endpoint.URL),
		reason:  "timeout",
		fails:   func(*testing.T) { hanging.Store(true) },
		works:   func(*testing.T) { hanging.Store(false) },
	}
}

// credentialsFile is a file in whose place there is something else when it fails, which
// create creates.
func credentialsFile(create func(path string) error) func(*testing.T) *source {
	return func(t *testing.T) *source {
		path := filepath.Join(t.TempDir(), "token")
		replace := func(create func(path string) error) func(*testing.T) {
			return func(t *testing.T) {
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
				if err := create(path); err != nil {
					t.Fatal(err)
				}
			}
		}
		works := replace(func(path string) error { return os.WriteFile(path, []byte(canary), 0o600) })
		works(t)
		return &source{
			options: fmt.Sprintf("authorization: {credentials_file: %q}", path),
			reason:  "auth",
			fails:   replace(create),
			works:   works,
		}
	}
}
