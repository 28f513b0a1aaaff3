package faults

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// Wherever a secret is in the configuration, no command and no page shows it, whether
// the API likes it, echoes it, or cannot be reached.
func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	quoted := `'` + canary + `'`
	file := programtest.WriteFile(t, "token", canary+"\n")
	proxy := url.URL{Scheme: "http", User: url.UserPassword("user", canary), Host: "127.0.0.1:1"}
	for name, options := range map[string]string{
		"inline":               `authorization: {credentials: ` + quoted + `}`,
		"type":                 `authorization: {type: Key, credentials: ` + quoted + `}`,
		"file":                 `authorization: {credentials_file: ` + file + `}`,
		"environment":          `authorization: {credentials: "${TOKEN}"}`,
		"bearer_token":         `bearer_token: ` + quoted,
		"basic_auth":           `basic_auth: {username: user, password: ` + quoted + `}`,
		"basic_auth, file":     `basic_auth: {username: user, password_file: ` + file + `}`,
		"header, secret":       `http_headers: {X-Api-Key: {secrets: [` + quoted + `]}}`,
		"header, plain":        `http_headers: {X-Api-Key: {values: [` + quoted + `]}}`,
		"header, file":         `http_headers: {X-Api-Key: {files: [` + file + `]}}`,
		"proxy":                `proxy_url: '` + proxy.String() + `'`,
		"proxy header":         `proxy_url: 'http://127.0.0.1:1', proxy_connect_header: {X-Key: [` + quoted + `]}`,
		"oauth2":               `oauth2: {client_id: user, client_secret: ` + quoted + `, token_url: "${URL}/token"}`,
		"oauth2 and its proxy": `oauth2: {client_id: user, client_secret: ` + quoted + `, token_url: "http://127.0.0.1:1/t", proxy_url: '` + proxy.String() + `'}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.Start(t, inboxtest.Token(canary))
			server.Intercept(echoHeaders)
			env := programtest.Env{"URL": server.URL, "TOKEN": canary}
			config := programtest.WriteFile(t, "secret.yml", fmt.Sprintf(`
accounts:
  - {name: acme, url: "${URL}", %s}
  - {name: zenith, url: "http://127.0.0.1:1", %[1]s}
queries:
  - {name: users, help: All contacts.}
`, options))
			for _, args := range [][]string{
				{"check"}, {"count"}, {"count", "--output=json"}, {"doctor"}, {"doctor", "--output=json"},
				{"discover", "--account=acme"}, {"discover", "--account=zenith"},
			} {
				exit, stdout, stderr := programtest.Run(t, watched, env, append(args, "--config.file="+config, "--log.level=debug")...)
				mute(t, strings.Join(args, " "), stdout+stderr)
				if args[0] == "check" && exit != 0 {
					t.Errorf("check: exit code %d\n%s", exit, stderr)
				}
			}
			r := boot(t, env, "--config.file="+config, "--log.level=debug", "--web.enable-pprof")
			r.Get(t, "/metrics", timeoutHeader, "1")
			r.silent(t)
		})
	}
}

// echoHeaders refuses, and says what it got in every header.
func echoHeaders(w http.ResponseWriter, r *http.Request, call inboxtest.Call) bool {
	var message strings.Builder
	for name, values := range call.Header {
		fmt.Fprintf(&message, "%s: %s; ", name, values)
		if password, ok := strings.CutPrefix(values[0], "Basic "); ok {
			plain, _ := base64.StdEncoding.DecodeString(password)
			fmt.Fprintf(&message, "that is %s; ", plain)
		}
	}
	return says(http.StatusTeapot, fmt.Sprintf(`{"success":false,"message":%q}`, message.String()))(w, r, call)
}

// A configuration that is wrong is told so, and not told what its secrets are.
func TestWrongConfigurationsShowNoSecrets(t *testing.T) {
	t.Parallel()
	const bare = "canary-canary-canary"
	for _, options := range []string{
		"authorization: {credentials: [%s]}",
		"authorization: {credentials: {a: %s}}",
		"authorization: {credentials: %s: x}",
		"authorization: {credentials: '%s}",
		"authorization: {credentials: \"%s\\q\"}",
		"authorization: {credentials: \"%s\\n\"}",
		"authorization: {credentials: *%s}",
		"authorization: {credentials: &%s}",
		"authorization: {credentials: !%s x}",
		"authorization: {credentials: !!binary %s}",
		"authorization: {credentials: @%s}",
		"authorization: {credentials: `%s`}",
		"authorization: {credentials: %%%s}",
		"authorization: {credentials: '${%s'}",
		"authorization: {credentials: a, credentials: %s}",
		"authorization: {credential: %s}",
		"authorization: {%s}",
		"authorization: %s",
		"authorization: {type: Basic, credentials: %s}",
		"authorisation: {credentials: %s}",
		"authorization: {credentials: %s}, bearer_token: %[1]s",
		"authorization: {credentials: %s}, basic_auth: {username: u, password: %[1]s}",
		"authorization: {credentials: '${TOKEN}${NO}'}",
		"basic_auth: {username: u, pasword: %s}",
		"basic_auth: {username: u, password: [%s]}",
		"bearer_token: [%s]",
		"proxy_url: 'http://u:%s@'",
		"proxy_url: 'http://u:%s@h:port'",
		"proxy_url: 'u:%s@h:1'",
		"proxy_url: [%s]",
		"http_headers: {Authorization: {values: [%s]}}",
		"http_headers: {X: %s}",
		"http_headers: {X: {values: %s}}",
		"http_headers: {X: {value: [%s]}}",
		"http_headers: {X: [%s]}",
		"http_headers: {'X: %s': {values: [a]}}",
		"oauth2: {client_id: x, client_secret: [%s], token_url: 'http://a'}",
		"oauth2: {client_id: x, client_secret: y, token_url: 'ftp://u:%s@h'}",
		"tls_config: {ca: '%s'}",
		"tls_config: {cert: '%s', key: '%[1]s'}",
		"timeout: '${TOKEN}'",
		"rate_limit: '${TOKEN}'",
		"concurrency: '${TOKEN}'",
		"counting: '${TOKEN}'",
		"'${TOKEN}': x",
		"url: 'http://u:%s@h'",
		"url: 'http://h/?token=%s'",
		"url: 'h:%s'",
	} {
		config := programtest.WriteFile(t, "wrong.yml", fmt.Sprintf("accounts:\n  - {name: acme, url: \"http://inbox.test\", "+strings.ReplaceAll(options, "%s", "%[1]s")+"}\nqueries:\n  - {name: users, help: All contacts.}\n", bare))
		for command, code := range map[string]int{"check": 1, "serve": 1, "count": 1, "doctor": 2, "discover": 1} {
			exit, stdout, stderr := programtest.Run(t, watched, programtest.Env{"TOKEN": bare}, command, "--config.file="+config)
			mute(t, command+" with "+options, stdout+stderr)
			if exit != code {
				t.Fatalf("%s with %s: exit code %d", command, options, exit)
			}
		}
	}
}
