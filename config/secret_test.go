package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// secretPlaces are the account's keys with a secret in every place that there
// is for one, in sets that go together.
var secretPlaces = map[string]string{
	"authorization": `
    authorization: {credentials: "${TOKEN}"}`,
	"bearer_token": `
    bearer_token: hunter2-canary`,
	"basic_auth and headers": `
    basic_auth: {username: me, password: hunter2-canary}
    http_headers:
      X-Values: {values: [hunter2-canary, "Key ${TOKEN}"]}
      X-Secrets: {secrets: [hunter2-canary]}`,
	"proxy": `
    proxy_url: http://hunter2-canary:hunter2-canary@proxy.example:3128/?key=hunter2-canary
    proxy_connect_header: {Proxy-Authorization: [hunter2-canary]}`,
	"oauth2": `
    oauth2:
      client_id: me
      client_secret: hunter2-canary
      token_url: https://me:hunter2-canary@login.example/token?key=hunter2-canary
      endpoint_params: {password: hunter2-canary}
      claims: {a: hunter2-canary, b: [hunter2-canary, {c: "${TOKEN}"}]}
      proxy_url: http://:hunter2-canary@proxy.example:3128
      proxy_connect_header: {Proxy-Authorization: [hunter2-canary]}`,
	"oauth2 with a JWT": `
    oauth2:
      client_id: me
      grant_type: urn:ietf:params:oauth:grant-type:jwt-bearer
      client_certificate_key: hunter2-canary
      token_url: https://login.example/token`,
}

func TestDumpHidesSecrets(t *testing.T) {
	t.Parallel()
	for name, keys := range secretPlaces {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, err := Parse("secret.yml", []byte(accountWith(keys)), ".", environment)
			if err != nil {
				t.Fatal(err)
			}
			dumped := string(cfg.YAML())
			if strings.Contains(dumped, canary) {
				t.Errorf("a secret is shown:\n%s", dumped)
			}
			if !strings.Contains(dumped, hidden) {
				t.Errorf("nothing is hidden:\n%s", dumped)
			}
		})
	}
}

// accountWith returns a configuration whose one account has these keys too.
func accountWith(keys string) string {
	return "accounts:\n  - name: acme\n    url: https://inbox.example" + keys +
		"\nqueries:\n  - {name: users, help: All contacts.}\n"
}

// White space around a secret from a variable is dropped. A literal is taken as it is.
func TestWhiteSpaceAroundSecrets(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]string{
		"authorization: {credentials: \"${PADDED}\"}":       canary,
		"authorization: {credentials: \"Key ${PADDED}\"}":   "Key   " + canary,
		"authorization: {credentials: \" ${TOKEN} x \"}":    canary + " x",
		"authorization: {credentials: \" a b \"}":           " a b ",
		"authorization: {credentials: \"${UNSET:- a b }\"}": "a b",
	} {
		cfg, err := Parse("secret.yml", []byte(accountWith("\n    "+keys)), ".", environment)
		if err != nil {
			t.Errorf("%s: %v", keys, err)
			continue
		}
		if got := string(cfg.Accounts[0].HTTP.Authorization.Credentials); got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
}

// A secret in a wrong place must not get into an error on its way out.
func TestErrorsHideSecrets(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{
		"\n    authorization: hunter2-canary",
		"\n    authorization: [hunter2-canary]",
		"\n    authorization: {hunter2-canary: }",
		"\n    authorization: {credentials: *hunter2-canary}",
		"\n    authorization: {credentials: !hunter2-canary }",
		"\n    authorization: {credentials: &hunter2-canary }",
		"\n    authorization: {credentials: {hunter2-canary: }}",
		"\n    authorization: {credentials: \"hunter2-canary${EMPTY}\\nx\"}",
		"\n    authorization: {credentials: \"hunter2-canary${\"}",
		"\n    authorization: {credentials: \"${hunter2-canary}\"}",
		"\n    authorization: {credentials: hunter2-canary: x}",
		"\n    basic_auth: {password: \"hunter2-canary\\q\"}",
		"\n    proxy_url: http://me:hunter2-canary@proxy:port",
		"\n    enable_http2: hunter2-canary",
		"\n    http_headers: {X-Key: {values: hunter2-canary}}",
		"\n    tls_config: {ca: hunter2-canary}",
		"\n    tls_config: {cert: hunter2-canary, key: hunter2-canary}",
		"\n    oauth2: {token_url: \"hunter2-canary://x\"}",
		"\n    timeout: ${TOKEN}",
		"\n    hunter2-canary: x",
		"\n    hunter2-canary:",
		"\n    timeout: hunter2-canary",
		"\n    min_interval: [hunter2-canary]",
		"\n    min_interval: hunter2-canary",
		"\n    rate_limit: hunter2-canary",
		"\n    concurrency: hunter2-canary",
		"\n    counting: hunter2-canary",
		"\n    follow_redirects: hunter2-canary",
		"\n    dimensions: hunter2-canary",
		"\n    authorization: {credentials_file: hunter2-canary}",
		"\n    bearer_token_file: /hunter2-canary",
		"\n    bearer_token_file: /dev/null/hunter2-canary",
		"\n    tls_config: {min_version: hunter2-canary, ca_file: hunter2-canary}",
		"\n    http_headers: {X-Key: {files: [hunter2-canary]}}",
		"\n    http_headers: {X-Key: {hunter2-canary: }}",
		"\n    oauth2: {client_secret_file: hunter2-canary}",
	} {
		_, err := Parse("secret.yml", []byte(accountWith(keys)), ".", environment)
		if err == nil {
			t.Errorf("%s is valid", keys)
			continue
		}
		checkErrors(t, err)
	}
}

func TestFilesCountFromTheConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certificate, key := programtest.Certificate(t)
	for name, content := range map[string]string{"ca.pem": certificate, "cert.pem": certificate, "key.pem": key, "token": "x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := Parse("acme.yml", []byte(accountWith(`
    tls_config: {ca_file: ca.pem, cert_file: cert.pem, key_file: `+filepath.Join(dir, "key.pem")+`}
    http_headers: {X-Key: {files: [token]}}
    oauth2:
      client_id: me
      token_url: https://login.example
      client_secret_file: token
      client_certificate_key_file: key.pem
      tls_config: {ca_file: ca.pem}`)), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	http := cfg.Accounts[0].HTTP
	for got, want := range map[string]string{
		http.TLSConfig.CAFile:                      "ca.pem",
		http.TLSConfig.CertFile:                    "cert.pem",
		http.TLSConfig.KeyFile:                     "key.pem",
		http.HTTPHeaders.Headers["X-Key"].Files[0]: "token",
		http.OAuth2.ClientSecretFile:               "token",
		http.OAuth2.ClientCertificateKeyFile:       "key.pem",
		http.OAuth2.TLSConfig.CAFile:               "ca.pem",
	} {
		if got != filepath.Join(dir, want) {
			t.Errorf("got the path %s, want %s in %s", got, want, dir)
		}
	}
}
