package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const hiddenComment = " # a secret in the configuration before; set the variable\n"

func TestAccountsAsWritten(t *testing.T) {
	t.Parallel()
	env := map[string]string{"TOKEN": "canary-env", "URL": "http://inbox.test"}
	for name, test := range map[string]struct{ account, want string }{
		"variables stay": {
			`{url: "${URL}", name: acme, authorization: {credentials: "${TOKEN}"}, timeout: "${T:-5s}"}`,
			"name: acme\nurl: ${URL}\nauthorization: {credentials: '${TOKEN}'}\ntimeout: ${T:-5s}\n",
		},
		"files stay": {
			`{name: acme, url: "http://inbox.test", authorization: {credentials_file: testdata/good.token}}`,
			"name: acme\nurl: http://inbox.test\nauthorization: {credentials_file: testdata/good.token}\n",
		},
		"keys in the order of the example": {
			`{counting: walk, min_interval: 1m, timeout: 5s, concurrency: 2, rate_limit: 0, proxy_url: "http://proxy", url: "http://inbox.test", name: acme}`,
			"name: acme\nurl: http://inbox.test\nproxy_url: http://proxy\nrate_limit: 0\nconcurrency: 2\ntimeout: 5s\nmin_interval: 1m\ncounting: walk\n",
		},
		"a token": {
			`{name: acme, url: "http://inbox.test", authorization: {type: Key, credentials: canary-1}}`,
			"name: acme\nurl: http://inbox.test\nauthorization:\n  type: Key\n  credentials: ${BOTPENGUIN_TOKEN}" + hiddenComment,
		},
		"a token that is a default": {
			`{name: acme, url: "http://inbox.test", authorization: {credentials: "${TOKEN:-canary-1}"}}`,
			"name: acme\nurl: http://inbox.test\nauthorization:\n  credentials: ${TOKEN}" + hiddenComment,
		},
		"a token in part": {
			`{name: acme, url: "http://inbox.test", authorization: {credentials: "canary-1${TOKEN}"}}`,
			"name: acme\nurl: http://inbox.test\nauthorization:\n  credentials: ${BOTPENGUIN_TOKEN}" + hiddenComment,
		},
		"a token with a dollar": {
			`{name: acme, url: "http://inbox.test", authorization: {credentials: "canary$$-1"}}`,
			"name: acme\nurl: http://inbox.test\nauthorization:\n  credentials: ${BOTPENGUIN_TOKEN}" + hiddenComment,
		},
		"several secrets": {
			`{name: acme, url: "http://inbox.test", http_headers: {X-Key: {secrets: [canary-2, "${TOKEN}"], values: [canary-3]}}, basic_auth: {username: ana, password: canary-1}}`,
			"name: acme\nurl: http://inbox.test\nhttp_headers:\n  X-Key:\n    secrets:\n    - ${BOTPENGUIN_TOKEN_2}" + hiddenComment +
				"    - ${TOKEN}\n    values:\n    - ${BOTPENGUIN_TOKEN_3}" + hiddenComment +
				"basic_auth:\n  username: ana\n  password: ${BOTPENGUIN_TOKEN}" + hiddenComment,
		},
		"a password in a URL": {
			`{name: acme, url: "http://inbox.test", proxy_url: "http://ana:canary-1@proxy"}`,
			"name: acme\nurl: http://inbox.test\nproxy_url: ${BOTPENGUIN_PROXY_URL}" + hiddenComment,
		},
		"a path that may be a secret": {
			`{name: acme, url: "http://inbox.test/canary-0123456789/v7"}`,
			"name: acme\nurl: ${BOTPENGUIN_URL}" + hiddenComment,
		},
		"a proxy's password in a variable": {
			`{name: acme, url: "http://inbox.test", proxy_url: "http://ana:${TOKEN}@proxy"}`,
			"name: acme\nurl: http://inbox.test\nproxy_url: ${BOTPENGUIN_PROXY_URL}" + hiddenComment,
		},
		"a proxy's user and password in variables": {
			`{name: acme, url: "http://inbox.test", proxy_url: "http://${TOKEN}:${TOKEN}@proxy"}`,
			"name: acme\nurl: http://inbox.test\nproxy_url: http://${TOKEN}:${TOKEN}@proxy\n",
		},
		"a URL that is a default": {
			`{name: acme, url: "${URL:-http://inbox.test/canary-0123456789/v7}"}`,
			"name: acme\nurl: ${URL}" + hiddenComment,
		},
		"headers with the names of keys": {
			`{name: acme, url: "http://inbox.test", http_headers: {url: {values: [canary-1]}, dimensions: {values: [canary-2]}}}`,
			"name: acme\nurl: http://inbox.test\nhttp_headers:\n  url:\n    values:\n    - ${BOTPENGUIN_TOKEN}" + hiddenComment +
				"  dimensions:\n    values:\n    - ${BOTPENGUIN_TOKEN_2}" + hiddenComment,
		},
		"fields under extra": {
			`{name: acme, url: "http://inbox.test", authorization: {credentials: canary-1}, dimensions: {tag: {a: {extra: {key: canary-0}}}, key: {a: {extra: {apiKey: canary-2, token: "${TOKEN}", other: 1}}}}}`,
			"name: acme\nurl: http://inbox.test\nauthorization:\n  credentials: ${BOTPENGUIN_TOKEN}" + hiddenComment +
				"dimensions:\n  key:\n    a:\n      extra:\n        apiKey: ${BOTPENGUIN_TOKEN_2}" + hiddenComment + "        token: ${TOKEN}\n        other: 1\n",
		},
		"dimensions": {
			`{name: acme, url: "http://inbox.test", dimensions: {tag: {a: {tags: [a]}}, key: {"$${b}": {tags: ["$${b}"]}}}}`,
			"name: acme\nurl: http://inbox.test\ndimensions: {key: {'$${b}': {tags: ['$${b}']}}}\n",
		},
		"no dimensions": {
			`{name: acme, url: "http://inbox.test", dimensions: {tag: {a: {tags: [a]}}}}`,
			"name: acme\nurl: http://inbox.test\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := fmt.Sprintf("accounts: [%s]\nqueries: [{name: users, help: All.}]", test.account)
			cfg, err := Parse("test.yml", []byte(text), ".", func(name string) (string, bool) {
				value, ok := env[name]
				return value, ok
			})
			if err != nil {
				t.Fatal(err)
			}
			got := string(cfg.Accounts[0].Written("tag"))
			if diff := cmp.Diff(test.want, got); diff != "" || strings.Contains(got, "canary") {
				t.Errorf("(-want +got):\n%s", diff)
			}
			again := fmt.Sprintf("accounts:\n  - %s\nqueries: [{name: users, help: All.}]", strings.ReplaceAll(strings.TrimSpace(got), "\n", "\n    "))
			if _, err := Parse("again.yml", []byte(again), ".", func(name string) (string, bool) {
				return "http://inbox.test", !strings.HasPrefix(name, "T") || name == "TOKEN"
			}); err != nil {
				t.Errorf("%v in\n%s", err, again)
			}
		})
	}
}
