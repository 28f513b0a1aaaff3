package faults

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// styles are ways to write a secret.
var styles = map[string]func(string) string{
	"plain":               func(s string) string { return s },
	"upper case":          strings.ToUpper,
	"for a query":         url.QueryEscape,
	"quoted twice":        func(s string) string { return quoted(quoted(s)) },
	"base64":              func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64, offset 1":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte(":" + s + ":")) },
	"base64, offset 2":    func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("u:" + s)) },
	"base64 for a query":  func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) },
	"hexadecimal":         func(s string) string { return hex.EncodeToString([]byte(s)) },
	"upper-case hex":      func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"every byte escaped":  everyByte,
	"a header of its own": func(s string) string { return "Authorization: Bearer " + s },
}

// gossip is an API, a token endpoint and a proxy that know every secret of every account,
// and tell them in everything that they say.
type gossip struct {
	*httptest.Server
	mu     sync.Mutex
	told   []string // secrets as they are told
	labels bool     // tell in contacts, not in errors
	tokens int      // issued
}

// configured are the secrets that are in gossipYAML itself, inUse those that a process knows
// once it has used them.
var (
	configured = []string{
		"canary/inline+token=", "canary basic password", "canary-header-secret", "canary_header_value",
		"canary%client%secret", "canary-oauth-parameter", "canary-proxy-password", "canary-connect-header",
	}
	inUse = []string{
		"canary~before.rotation", "canary~after.rotation", "canary\"header\\file", "canary-issued-token-1", "canary-issued-token-2",
	}
	secrets = slices.Concat(configured, inUse)
)

const gossipYAML = `
accounts:
  - {name: inline, url: "${API}", authorization: {credentials: "canary/inline+token="}}
  - {name: file, url: "${API}", authorization: {credentials_file: "${FILE}"}}
  - {name: basic, url: "${API}", basic_auth: {username: user, password: "canary basic password"}}
  - name: header
    url: "${API}"
    http_headers: {X-Secret: {secrets: [canary-header-secret]}, X-Value: {values: [canary_header_value]}, X-File: {files: ["${HEADER}"]}}
  - name: oauth
    url: "${API}"
    oauth2: {client_id: id, client_secret: "canary%client%secret", token_url: "${API}/token", endpoint_params: {x: canary-oauth-parameter}}
  - name: refused
    url: "${API}"
    oauth2: {client_id: id, client_secret: "canary%client%secret", token_url: "${API}/refuse", endpoint_params: {x: canary-oauth-parameter}}
  - name: proxied
    url: https://inbox.test
    proxy_url: "${PROXY}"
    proxy_connect_header: {X-Key: [canary-connect-header]}
queries:
  - {name: users, help: All contacts.}
  - {name: noted, help: By note., filter: {isOnline: true}, group_by: {note: note}}
`

// ServeHTTP implements http.Handler.
func (g *gossip) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Method == http.MethodConnect:
		line := strings.NewReplacer("\r", "", "\n", "").Replace(strings.Join(g.told, " "))
		raw("HTTP/1.1 407 "+line+"\r\nContent-Length: 0\r\n\r\n", "", false)(w, r, inboxtest.Call{})
	case r.URL.Path == "/token":
		g.tokens++
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"canary-issued-token-%d","expires_in":1}`, min(g.tokens, 2))
	case r.URL.Path == "/refuse":
		http.Error(w, fmt.Sprintf("%s %v %s", strings.Join(g.told, " "), r.Header, body), http.StatusInternalServerError)
	case g.labels && strings.Contains(string(body), `"page":1,`):
		var notes []string
		for _, text := range g.told {
			notes = append(notes, quoted(text), quoted("note: "+text))
		}
		told := "[" + strings.Join(notes, ",") + "]"
		io.WriteString(w, answerOf(fmt.Sprintf(`[{"_id":"a","note":%[1]s,"status":%[1]s,"platform":%[1]s,"_agentAssigned":%[1]s,"profile":{"userDetails":{"tags":%[1]s}}}]`, told)))
	case g.labels && r.Method == http.MethodGet: // segments or bots
		var named []string
		for i, text := range g.told {
			named = append(named, fmt.Sprintf(`{"_id":"%024d","segmentName":%[2]s,"name":%[2]s}`, i, quoted(text)), fmt.Sprintf(`{"_id":%[1]s,"segmentName":%[1]s,"name":%[1]s}`, quoted(text)))
		}
		io.WriteString(w, answerOf(`[`+strings.Join(named, ",")+`]`))
	case g.labels:
		io.WriteString(w, answerOf(`[]`))
	default:
		says(http.StatusTeapot, fmt.Sprintf(`{"success":false,"message":%s}`, quoted(strings.Join(g.told, " "))))(w, r, inboxtest.Call{})
	}
}

// tell has it tell secrets in a style.
func (g *gossip) tell(secrets []string, style func(string) string, labels bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.told, g.labels = nil, labels
	for _, secret := range secrets {
		g.told = append(g.told, style(secret))
	}
}

// shown is a label with a secret.
var shown = regexp.MustCompile(`botpenguin_inbox_noted\{account="inline",note=".*<secret>.*"\} 1`)

// muteAll checks that a text holds no secret, however it is written.
func muteAll(t *testing.T, name, text string) {
	t.Helper()
	mute(t, name, text)
	text = strings.ToLower(text)
	for _, secret := range secrets {
		for style, write := range styles {
			written := strings.ToLower(write(secret))
			// The ends of base64 depend on what is around the secret.
			if core := written[min(4, len(written)-1) : len(written)-4]; strings.Contains(text, core) {
				t.Errorf("%s shows %s, %s: %s", name, secret, style, core)
			}
		}
	}
}

// No account's secret is shown by anything, whoever tells it: its own API, another
// account's, a token endpoint or a proxy. Nor is the token before a rotation.
func TestSecretsFromEverySource(t *testing.T) {
	t.Parallel()
	g := &gossip{}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	file := programtest.WriteFile(t, "token", "canary~before.rotation\n")
	proxy := url.URL{Scheme: "http", User: url.UserPassword("user", "canary-proxy-password"), Host: g.Listener.Addr().String()}
	env := programtest.Env{
		"API": g.URL, "FILE": file, "PROXY": proxy.String(),
		"HEADER": programtest.WriteFile(t, "header", `canary"header\file`),
	}
	config := programtest.WriteFile(t, "gossip.yml", gossipYAML)
	r := boot(t, env, "--config.file="+config, "--log.level=debug")
	// Every secret is in use once, and then one is replaced.
	r.Get(t, "/metrics", timeoutHeader, "5")
	if err := os.WriteFile(file, []byte("canary~after.rotation"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.Get(t, "/metrics", timeoutHeader, "5")
	for style, write := range styles {
		for _, labels := range []bool{false, true} {
			g.tell(secrets, write, labels)
			name := fmt.Sprintf("%s, labels %t: ", style, labels)
			logged := len(r.Output())
			_, metrics := r.Get(t, "/metrics", timeoutHeader, "5")
			muteAll(t, name+"/metrics", metrics)
			muteAll(t, name+"the log", r.Output()[logged:])
			if told := shown.MatchString(metrics); told != labels {
				t.Errorf("%sthe label <secret> is there: %t", name, told)
			}
		}
	}
	for _, path := range []string{"/config", "/", "/sd"} {
		_, page := r.Get(t, path)
		muteAll(t, path, page)
	}
	muteAll(t, "the log", r.Output())
	commands := [][]string{{"check"}, {"count"}, {"count", "--output=json"}, {"doctor"}, {"doctor", "--output=json"}}
	for _, account := range []string{"inline", "file", "basic", "header", "oauth", "refused", "proxied"} {
		commands = append(commands, []string{"discover", "--account=" + account})
	}
	unreachable := map[string]bool{"--account=refused": true, "--account=proxied": true}
	for _, args := range commands {
		for _, labels := range []bool{false, true} {
			g.tell(configured, styles["plain"], labels)
			_, stdout, stderr := programtest.Run(t, watched, env, append(slices.Clone(args), "--config.file="+config)...)
			muteAll(t, fmt.Sprintf("%v, labels %t", args, labels), stdout+stderr)
			if args[0] == "discover" && labels != strings.Contains(stdout, "\naccounts:\n") && !unreachable[args[1]] {
				t.Errorf("%v, labels %t prints\n%s%s", args, labels, stdout, stderr)
			}
		}
	}
}

// quoted returns a text as a JSON string.
func quoted(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}
