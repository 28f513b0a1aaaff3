package transport

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"
)

// memory remembers.
type memory struct {
	mu     sync.Mutex
	values map[string]bool
}

func (m *memory) remember(_, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = make(map[string]bool)
	}
	m.values[value] = true
}

// all returns what was remembered since it was last called, except "".
func (m *memory) all() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, "")
	values := slices.Sorted(maps.Keys(m.values))
	m.values = nil
	return values
}

func TestSecretsOfAConfiguration(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://user:from-env@proxy.test")
	t.Setenv("HTTP_PROXY", "http://user:%zz@proxy.test")
	for _, name := range []string{"http_proxy", "https_proxy"} {
		t.Setenv(name, "")
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("user:pass"))
	header := func(h promconfig.Header) *promconfig.Headers {
		return &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Key": h}}
	}
	for name, test := range map[string]struct {
		cfg  promconfig.HTTPClientConfig
		want []string
	}{
		"nothing":       {promconfig.HTTPClientConfig{}, nil},
		"authorization": {promconfig.HTTPClientConfig{Authorization: &promconfig.Authorization{Type: "Key", Credentials: "token"}}, []string{"token"}},
		"bearer_token":  {promconfig.HTTPClientConfig{BearerToken: "token"}, []string{"token"}},
		"basic_auth":    {promconfig.HTTPClientConfig{BasicAuth: &promconfig.BasicAuth{Username: "user", Password: "abc"}}, []string{"abc", "user:abc"}},
		"a key":         {promconfig.HTTPClientConfig{TLSConfig: promconfig.TLSConfig{Cert: "certificate", Key: "key"}}, []string{"key"}},
		"header, secrets": {promconfig.HTTPClientConfig{HTTPHeaders: header(promconfig.Header{Secrets: []promconfig.Secret{"abc", "Token of-eight"}})},
			[]string{"Token of-eight", "abc", "of-eight"}},
		"header, values": {promconfig.HTTPClientConfig{HTTPHeaders: header(promconfig.Header{Values: []string{"prod", "of-eight"}})},
			[]string{"of-eight"}},
		"proxy": {promconfig.HTTPClientConfig{ProxyConfig: promconfig.ProxyConfig{
			ProxyURL:           parse(t, "http://user:p%40ss@proxy.test"),
			ProxyConnectHeader: promconfig.ProxyHeader{"X-Key": {promconfig.Secret(basic)}},
		}}, []string{basic, basic[len("Basic "):], "p@ss", "pass", "user:p@ss", "user:pass"}},
		"proxy of the environment": {promconfig.HTTPClientConfig{ProxyConfig: promconfig.ProxyConfig{ProxyFromEnvironment: true}},
			[]string{"from-env", "http://user:%zz@proxy.test", "user:from-env"}},
		"oauth2": {promconfig.HTTPClientConfig{OAuth2: &promconfig.OAuth2{
			ClientID: "id", ClientSecret: "a secret", ClientCertificateKey: "key",
			TokenURL:       "http://u:pw@tokens.test/tenant/0123456789abcdef/token?key=query-key&v=2",
			EndpointParams: map[string]string{"api": "parameter", "v": "2"},
			Claims:         map[string]any{"claim": "long claim", "n": 1},
			ProxyConfig:    promconfig.ProxyConfig{ProxyURL: parse(t, "http://user:pass@proxy.test")},
			TLSConfig:      promconfig.TLSConfig{Key: "tls key"},
		}}, []string{"0123456789abcdef", "a secret", "id:a+secret", "key", "long claim", "parameter", "pass", "pw", "query-key", "tls key", "u:pw", "user:pass"}},
	} {
		var m memory
		Secrets(test.cfg, m.remember)
		if diff := cmp.Diff(test.want, m.all()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	var m memory
	Remember(m.remember).URL("url", &url.URL{Path: "/gateway/key-of-16-letters"})
	if diff := cmp.Diff([]string{"key-of-16-letters"}, m.all()); diff != "" {
		t.Errorf("url (-want +got):\n%s", diff)
	}
}

// What is read from a file or fetched is remembered before it is sent.
func TestSecretsInUse(t *testing.T) {
	t.Parallel()
	tokens := record(t, nil, respond(200, `{"access_token":"fetched","refresh_token":"another"}`))
	oauth := account(tokens.URL)
	oauth.OAuth2.ClientSecret, oauth.OAuth2.ClientSecretFile = "", file(t, "client secret\n")
	path := file(t, "before")
	headers := promconfig.HTTPClientConfig{HTTPHeaders: &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Key": {Files: []string{file(t, "Token in-a-file")}}}}}
	basic := promconfig.HTTPClientConfig{BasicAuth: &promconfig.BasicAuth{UsernameFile: file(t, "user"), PasswordFile: file(t, "password")}}
	for name, test := range map[string]struct {
		cfg  promconfig.HTTPClientConfig
		want []string
	}{
		"credentials": {credentialsFile(path), []string{"before"}},
		"header":      {headers, []string{"Token in-a-file", "in-a-file"}},
		"basic":       {basic, []string{"password"}},
		"oauth2":      {oauth, []string{"another", "client secret", "fetched"}},
	} {
		var m memory
		server := record(t, nil, func(http.ResponseWriter, *http.Request) {
			if diff := cmp.Diff(test.want, m.all()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
		transport, err := New(test.cfg, userAgent, m.remember)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := post(t.Context(), transport, server.URL); err != nil {
			t.Error(err)
		}
		closeIdle(transport)
	}
}
