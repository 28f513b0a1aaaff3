package transport

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"strings"

	promconfig "github.com/prometheus/common/config"
)

// Remember takes note of the current value of a secret. The key tells the secrets of one
// account apart.
type Remember func(key, value string)

const (
	// minUnsure is the length from which on something is taken for a secret that is none
	// by its key, such as a header's plain value or a parameter of a token endpoint.
	minUnsure = 8
	// minSegment is that length for a segment of a URL's path.
	minSegment = 16
)

// Secrets passes on the secrets that a configuration holds, as they are and as they are
// sent.
func Secrets(cfg promconfig.HTTPClientConfig, remember Remember) {
	if a := cfg.Authorization; a != nil {
		remember("credentials", string(a.Credentials))
	}
	remember("bearer_token", string(cfg.BearerToken))
	if b := cfg.BasicAuth; b != nil {
		remember("password", string(b.Password))
		remember.pair("basic_auth", b.Username, string(b.Password))
	}
	remember("key", string(cfg.TLSConfig.Key))
	remember.proxy("proxy", cfg.ProxyConfig)
	if cfg.HTTPHeaders != nil {
		for name, header := range cfg.HTTPHeaders.Headers {
			for i, value := range header.Secrets {
				remember.header(fmt.Sprintf("http_headers %s secret %d", name, i), string(value))
			}
			for i, value := range header.Values {
				if len(value) >= minUnsure {
					remember.header(fmt.Sprintf("http_headers %s value %d", name, i), value)
				}
			}
		}
	}
	if cfg.OAuth2 != nil {
		remember.oauth2(cfg.OAuth2)
	}
}

func (remember Remember) oauth2(cfg *promconfig.OAuth2) {
	remember("client_secret", string(cfg.ClientSecret))
	remember.pair("oauth2", url.QueryEscape(cfg.ClientID), url.QueryEscape(string(cfg.ClientSecret)))
	remember("client_certificate_key", string(cfg.ClientCertificateKey))
	remember("oauth2 key", string(cfg.TLSConfig.Key))
	remember.proxy("oauth2 proxy", cfg.ProxyConfig)
	for name, value := range cfg.EndpointParams {
		remember.unsure("endpoint_params "+name, value, minUnsure)
	}
	for name, value := range cfg.Claims {
		remember.unsure("claims "+name, fmt.Sprint(value), minUnsure)
	}
	if address, err := url.Parse(cfg.TokenURL); err == nil {
		remember.URL("token_url", address)
	}
}

// proxy passes on the secrets of a proxy's configuration.
func (remember Remember) proxy(key string, cfg promconfig.ProxyConfig) {
	if cfg.ProxyURL.URL != nil {
		remember.URL(key, cfg.ProxyURL.URL)
	}
	for name, values := range cfg.ProxyConnectHeader {
		for i, value := range values {
			remember.header(fmt.Sprintf("%s header %s %d", key, name, i), string(value))
		}
	}
	if !cfg.ProxyFromEnvironment {
		return
	}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		text := os.Getenv(name)
		address, err := url.Parse(text)
		switch {
		case err != nil:
			remember(name, text)
		default:
			remember.URL(name, address)
		}
	}
}

// URL passes on what is secret or may be secret in a URL: the password, the values of the
// query, and long segments of the path.
func (remember Remember) URL(key string, address *url.URL) {
	if password, ok := address.User.Password(); ok {
		remember(key+" password", password)
		remember.pair(key+" user", address.User.Username(), password)
	}
	for name, values := range address.Query() {
		for i, value := range values {
			remember.unsure(fmt.Sprintf("%s query %s %d", key, name, i), value, minUnsure)
		}
	}
	for i, segment := range strings.Split(address.Path, "/") {
		remember.unsure(fmt.Sprintf("%s path %d", key, i), segment, minSegment)
	}
}

// unsure passes on what may be a secret and is not too short for one.
func (remember Remember) unsure(key, value string, least int) {
	if len(value) >= least {
		remember(key, value)
	}
}

// pair passes on a name and a password as they are sent.
func (remember Remember) pair(key, name, password string) {
	if password != "" {
		remember(key, name+":"+password)
	}
}

// header passes on the value of a header, and what it consists of if that is a scheme and
// credentials.
func (remember Remember) header(key, value string) {
	remember(key, value)
	scheme, credentials, ok := strings.Cut(value, " ")
	if !ok {
		return
	}
	credentials = strings.TrimSpace(credentials)
	remember.unsure(key+" credentials", credentials, minUnsure)
	if plain, err := base64.StdEncoding.DecodeString(credentials); err == nil && strings.EqualFold(scheme, "basic") {
		_, password, _ := strings.Cut(string(plain), ":")
		remember(key+" password", password)
		remember(key+" user", string(plain))
	}
}
