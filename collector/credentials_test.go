package collector

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// authorized creates the account acme on a server, with the given line of configuration
// for its credentials.
func authorized(t *testing.T, server *inboxtest.Server, line string) *Account {
	t.Helper()
	cfg, err := config.Parse("test.yml", fmt.Appendf(nil, `
accounts:
  - name: acme
    url: %s
    rate_limit: 0
    %s
queries:
  - {name: users, help: All contacts.}
  - {name: online, help: Contacts online., filter: {isOnline: true}}
`, server.URL, line), ".", environment)
	if err != nil {
		t.Fatal(err)
	}
	account, err := NewAccount(cfg.Accounts[0], NewProcess(), log.NewNopLogger())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(account.Close)
	return account
}

// While a token endpoint hangs, scrapes fail. They succeed as soon as it has recovered.
func TestHangingTokenEndpoint(t *testing.T) {
	t.Parallel()
	var recovered atomic.Bool
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm() // otherwise the server does not notice that the client has disconnected
		if !recovered.Load() {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"expires_in":3600}`, inboxtest.DefaultToken)
	}))
	t.Cleanup(endpoint.Close)
	server := inboxtest.Start(t, inboxtest.Contacts(100))
	account := authorized(t, server, `oauth2: {client_id: id, client_secret: secret, token_url: "`+endpoint.URL+`"}`)
	failed := map[string]any{"users": inbox.Timeout, "online": inbox.Timeout}
	for range 3 {
		s := account.Scrape(t.Context(), time.Now().Add(100*time.Millisecond))
		if diff := cmp.Diff(failed, values(s)); diff != "" {
			t.Errorf("while it hangs: -want +got\n%s", diff)
		}
	}
	recovered.Store(true)
	want := map[string]any{
		"users":  server.Inbox.Len(),
		"online": server.Inbox.Count(func(c inboxtest.Contact) bool { return c.Online }),
	}
	if diff := cmp.Diff(want, values(account.Scrape(t.Context(), time.Time{}))); diff != "" {
		t.Errorf("after the recovery: -want +got\n%s", diff)
	}
}

// An unusable credentials file fails with reason auth, and without API requests.
func TestUnusableCredentialsFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "acme.token")
	rotate := func(token string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rotate(inboxtest.DefaultToken)
	server := inboxtest.Start(t, inboxtest.Contacts(100))
	account := authorized(t, server, `authorization: {credentials_file: `+path+`}`)
	healthy := values(account.Scrape(t.Context(), time.Time{}))
	for _, token := range []string{"", "one\ntwo"} {
		rotate(token)
		before := server.Requests()
		failed := map[string]any{"users": inbox.Auth, "online": inbox.Auth}
		if diff := cmp.Diff(failed, values(account.Scrape(t.Context(), time.Time{}))); diff != "" {
			t.Errorf("with %q: -want +got\n%s", token, diff)
		}
		if after := server.Requests(); after != before {
			t.Errorf("with %q: %d requests", token, after-before)
		}
	}
	rotate(inboxtest.DefaultToken)
	if diff := cmp.Diff(healthy, values(account.Scrape(t.Context(), time.Time{}))); diff != "" {
		t.Errorf("after the rotation: -want +got\n%s", diff)
	}
}
