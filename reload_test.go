package main

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
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
	path := write(t, "botpenguin.yml", reloadable(server.URL, "acme"))
	r := boot(t, environ{}, "--config.file="+path, "--web.enable-lifecycle")
	expect := func(when string, lines ...string) {
		t.Helper()
		_, body := r.get(t, "/metrics")
		for _, line := range lines {
			absent := strings.HasPrefix(line, "!")
			if strings.Contains(body, strings.TrimPrefix(line, "!")) == absent {
				t.Errorf("%s: %s in\n%s", when, line, body)
			}
		}
	}
	expect("at first", `botpenguin_inbox_users{account="acme"} 7`, "botpenguin_config_last_reload_successful 1")

	overwrite(t, path, "accounts: []")
	if status, body := r.request(t, http.MethodPost, "/-/reload"); status != 500 || !strings.Contains(body, "botpenguin.yml:1:") {
		t.Errorf("a broken file: %d %s", status, body)
	}
	expect("with a broken file", `botpenguin_inbox_users{account="acme"} 7`, "botpenguin_config_last_reload_successful 0")
	if status, _ := r.get(t, "/-/ready"); status != 200 {
		t.Errorf("not ready with a broken file: %d", status)
	}

	overwrite(t, path, reloadable(server.URL, "zenith"))
	if status, body := r.request(t, http.MethodPost, "/-/reload"); status != 200 {
		t.Errorf("a good file: %d %s", status, body)
	}
	expect("with another account", `botpenguin_inbox_users{account="zenith"} 7`, "botpenguin_config_last_reload_successful 1", `!botpenguin_inbox_users{account="acme"}`)

	overwrite(t, path, reloadable(server.URL, "third"))
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for strings.Count(r.Output(), "loaded the configuration") < 3 {
		if _, body := r.get(t, "/-/healthy"); body == "" { // gives it time
			t.Fatal("not healthy")
		}
	}
	expect("after a SIGHUP", `botpenguin_inbox_users{account="third"} 7`)
	if _, body := r.get(t, "/config"); !strings.Contains(body, "name: third") {
		t.Errorf("/config shows\n%s", body)
	}
}

// An account that a reload takes away and another one brings back keeps its metrics,
// although a scrape of the first one ends only after that.
func TestReloadBringsAnAccountBack(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	path := write(t, "botpenguin.yml", reloadable(server.URL, "acme"))
	r := boot(t, environ{}, "--config.file="+path, "--web.enable-lifecycle")
	reached, release := make(chan struct{}, 10), make(chan struct{})
	server.Intercept(func(http.ResponseWriter, *http.Request, inboxtest.Call) bool {
		reached <- struct{}{}
		<-release
		return false
	})
	scraped := make(chan struct{})
	go func() {
		defer close(scraped)
		r.get(t, "/metrics")
	}()
	<-reached
	for _, name := range []string{"zenith", "acme"} {
		overwrite(t, path, reloadable(server.URL, name))
		if status, body := r.request(t, http.MethodPost, "/-/reload"); status != 200 {
			t.Fatalf("%d %s", status, body)
		}
	}
	server.Intercept(nil)
	close(release)
	<-scraped
	for range 20 {
		if _, body := r.get(t, "/metrics"); !strings.Contains(body, `botpenguin_api_retries_total{account="acme"}`) {
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

func TestHealthcheck(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	r := boot(t, builtInEnv(server))
	address := strings.TrimPrefix(r.URL, "http://")
	if exit, stdout, stderr := invoke(t, environ{}, "healthcheck", "--web.listen-address="+address); exit != 0 || stdout+stderr != "" {
		t.Errorf("exit code %d: %s%s", exit, stdout, stderr)
	}
	for _, wrong := range []string{"127.0.0.1:1", "nowhere", "vsock://:1"} {
		if exit, _, stderr := invoke(t, environ{}, "healthcheck", "--web.listen-address="+wrong); exit != 1 || !strings.Contains(stderr, "checking the health") {
			t.Errorf("%s: exit code %d: %s", wrong, exit, stderr)
		}
	}
	// The hash is of "secret".
	web := write(t, "web.yml", "basic_auth_users: {prometheus: $2a$04$GZiQKVbv4R.uJb/wiDJWnu/uog0iDLEy/bZvQlLy7SMWaAA6sg2tm}\n")
	guarded := boot(t, builtInEnv(server), "--web.config.file="+web)
	address = strings.TrimPrefix(guarded.URL, "http://")
	if exit, _, stderr := invoke(t, environ{}, "healthcheck", "--web.listen-address="+address, "--web.config.file="+web); exit != 0 {
		t.Errorf("exit code %d where a password is wanted: %s", exit, stderr)
	}
	if exit, _, _ := invoke(t, environ{}, "healthcheck", "--web.listen-address="+address); exit != 1 {
		t.Errorf("exit code %d where a password is wanted and none is known of, want 1", exit)
	}
}
