package main

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

func reloadable(url, name string) string {
	return `
accounts:
  - {name: ` + name + `, url: "` + url + `", authorization: {credentials: simulated-token}}
queries:
  - {name: users, help: All contacts.}
`
}

func TestReload(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	server.Inbox.Add(make([]inboxtest.Contact, 7)...)
	path := programtest.WriteFile(t, "botpenguin.yml", reloadable(server.URL, "acme"))
	r := start(t, nil, "--config.file="+path, "--web.enable-lifecycle")
	expect := func(when string, lines ...string) { // a line that starts with ! must be absent
		t.Helper()
		_, body := r.Get(t, "/metrics")
		for _, line := range lines {
			absent := strings.HasPrefix(line, "!")
			if strings.Contains(body, strings.TrimPrefix(line, "!")) == absent {
				t.Errorf("%s: %s in\n%s", when, line, body)
			}
		}
	}
	expect("at first", `botpenguin_inbox_users{account="acme"} 7`, "botpenguin_config_last_reload_successful 1")

	overwrite(t, path, "accounts: []")
	if status, body := r.Post(t, "/-/reload"); status != 500 || !strings.Contains(body, "botpenguin.yml:1:") {
		t.Errorf("a broken file: %d %s", status, body)
	}
	expect("with a broken file", `botpenguin_inbox_users{account="acme"} 7`, "botpenguin_config_last_reload_successful 0")
	if status, _ := r.Get(t, "/-/ready"); status != 200 {
		t.Errorf("not ready with a broken file: %d", status)
	}

	overwrite(t, path, reloadable(server.URL, "zenith"))
	if status, body := r.Post(t, "/-/reload"); status != 200 {
		t.Errorf("a good file: %d %s", status, body)
	}
	expect("with another account", `botpenguin_inbox_users{account="zenith"} 7`, "botpenguin_config_last_reload_successful 1", `!botpenguin_inbox_users{account="acme"}`)

	overwrite(t, path, reloadable(server.URL, "third"))
	r.Signal(syscall.SIGHUP)
	r.Await(t, `(?s)(?:loaded the configuration.*){3}`)
	expect("after a SIGHUP", `botpenguin_inbox_users{account="third"} 7`)
	if _, body := r.Get(t, "/config"); !strings.Contains(body, "name: third") {
		t.Errorf("/config shows\n%s", body)
	}
}

// An account that one reload removes and the next adds again keeps its metrics, even if a
// scrape from before the first reload ends after the second.
func TestReloadRestoresAnAccount(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	path := programtest.WriteFile(t, "botpenguin.yml", reloadable(server.URL, "acme"))
	r := start(t, nil, "--config.file="+path, "--web.enable-lifecycle")
	requests, release := make(chan struct{}, 10), make(chan struct{})
	server.Intercept(func(http.ResponseWriter, *http.Request, inboxtest.Call) bool {
		requests <- struct{}{}
		<-release
		return false
	})
	scraped := make(chan struct{})
	go func() {
		defer close(scraped)
		r.Get(t, "/metrics")
	}()
	<-requests
	for _, name := range []string{"zenith", "acme"} {
		overwrite(t, path, reloadable(server.URL, name))
		if status, body := r.Post(t, "/-/reload"); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
	}
	server.Intercept(nil)
	close(release)
	<-scraped
	for range 20 {
		if _, body := r.Get(t, "/metrics"); !strings.Contains(body, `botpenguin_api_retries_total{account="acme"}`) {
			t.Fatalf("the account's metrics are gone:\n%s", body)
		}
	}
}

func overwrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A pipe is no configuration: nothing waits for its other end.
func TestReloadOfAPipe(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	path := programtest.WriteFile(t, "botpenguin.yml", reloadable(server.URL, "acme"))
	r := start(t, nil, "--config.file="+path, "--web.enable-lifecycle")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, body := r.Post(t, "/-/reload"); status != 500 || !strings.Contains(body, "not a regular file") {
		t.Errorf("%d %s", status, body)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	overwrite(t, path, reloadable(server.URL, "acme"))
	if status, body := r.Post(t, "/-/reload"); status != 200 {
		t.Errorf("once it is a file again: %d %s", status, body)
	}
}
