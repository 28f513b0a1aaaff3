package config

import (
	"strings"
	"testing"
)

// A header is hidden whatever its name, also if that is one of a key with other rules.
func TestHeadersAreHiddenWhateverTheirNames(t *testing.T) {
	t.Parallel()
	const text = `
accounts:
  - name: acme
    url: http://inbox.test
    http_headers: {url: {values: [canary]}, proxy_url: {values: [canary]}, token_url: {values: [canary]}, dimensions: {values: [canary]}}
queries: [{name: users, help: All.}]
`
	cfg, err := Parse("test.yml", []byte(text), ".", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(cfg.YAML()); strings.Contains(got, "canary") || strings.Count(got, hidden) != 4 {
		t.Errorf("shown as\n%s", got)
	}
}

func TestHideInURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://api-v7.express-chat.com":             "https://api-v7.express-chat.com",
		"https://inbox.example:8443/":                 "https://inbox.example:8443/",
		"http://localhost:8080/api/v1":                "http://localhost:8080/api/v1",
		"https://login.example/openid-connect/token":  "https://login.example/openid-connect/token",
		"https://inbox.example/hunter22/v1":           "https://inbox.example/<secret>/v1",
		"https://inbox.example/a-word-that-is-long/x": "https://inbox.example/<secret>/x",
		"https://me:hunter2@inbox.example":            "https://<secret>@inbox.example",
		"https://inbox.example/v1?key=hunter2#top":    "https://inbox.example/v1?<secret>",
		"https://inbox.example#hunter2":               "https://inbox.example?<secret>",
		"${BOTPENGUIN_URL}":                           "${BOTPENGUIN_URL}",
		"${URL:-https://api-v7.express-chat.com}":     "${URL:-https://api-v7.express-chat.com}",
		"${URL:-https://inbox.example/hunter22}":      "${URL:-https://inbox.example/<secret>}",
		"${URL:-https://me:hunter2@inbox.example}/v1": "${URL:-https://<secret>@inbox.example}/v1",
		"https://${HOST}/${A_LONG_VARIABLE_NAME}/v1":  "https://${HOST}/${A_LONG_VARIABLE_NAME}/v1",
		"https://${USER}:${PASSWORD:-a/b}@${HOST}/v1": "https://<secret>@${HOST}/v1",
		"https://me:${PASSWORD:-a/b?c#d@e}@inbox/v1":  "https://<secret>@inbox/v1",
		"https://${HOST}/hunter2-${SUFFIX}":           "https://${HOST}/<secret>${SUFFIX}",
	} {
		if got := hideInURL(text); got != want {
			t.Errorf("%s is shown as %s, want %s", text, got, want)
		}
	}
}
