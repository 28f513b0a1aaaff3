package transport

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// With every key, the requests are the same as with prometheus/common.
func TestKeys(t *testing.T) {
	t.Parallel()
	headers := func(h promconfig.Header) promconfig.HTTPClientConfig {
		return promconfig.HTTPClientConfig{HTTPHeaders: &promconfig.Headers{Headers: map[string]promconfig.Header{"x-key": h}}}
	}
	basic := func(b promconfig.BasicAuth) promconfig.HTTPClientConfig {
		return promconfig.HTTPClientConfig{BasicAuth: &b}
	}
	token := file(t, " token \n")
	for name, test := range map[string]struct {
		cfg  promconfig.HTTPClientConfig
		want http.Header
	}{
		"nothing": {promconfig.HTTPClientConfig{}, http.Header{}},
		"credentials": {
			promconfig.HTTPClientConfig{Authorization: &promconfig.Authorization{Type: "Key", Credentials: "token"}},
			http.Header{"Authorization": {"Key token"}},
		},
		"credentials_file": {credentialsFile(token), http.Header{"Authorization": {"Bearer token"}}},
		"credentials_file of another type": {
			promconfig.HTTPClientConfig{Authorization: &promconfig.Authorization{Type: "Key", CredentialsFile: token}},
			http.Header{"Authorization": {"Key token"}},
		},
		"bearer_token":      {promconfig.HTTPClientConfig{BearerToken: "token"}, http.Header{"Authorization": {"Bearer token"}}},
		"bearer_token_file": {promconfig.HTTPClientConfig{BearerTokenFile: token}, http.Header{"Authorization": {"Bearer token"}}},
		"basic_auth":        {basic(promconfig.BasicAuth{Username: "user", Password: "pass"}), http.Header{"Authorization": {"Basic dXNlcjpwYXNz"}}},
		"basic_auth with files": {
			basic(promconfig.BasicAuth{UsernameFile: file(t, "user\n"), PasswordFile: file(t, "pass\n")}),
			http.Header{"Authorization": {"Basic dXNlcjpwYXNz"}},
		},
		"basic_auth without a password": {basic(promconfig.BasicAuth{Username: "user"}), http.Header{"Authorization": {"Basic dXNlcjo="}}},
		"http_headers": {
			headers(promconfig.Header{Values: []string{"a", "b"}, Secrets: []promconfig.Secret{"c"}, Files: []string{token}}),
			http.Header{"X-Key": {"a", "b", "c", "token"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := record(t, nil, nil)
			same(t, test.cfg, server.URL, func() {
				got := server.seen()[0].Header
				if got.Get("User-Agent") != userAgent {
					t.Errorf("User-Agent: %s", got.Get("User-Agent"))
				}
				got.Del("User-Agent")
				got.Del("Content-Length")
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
			})
		})
	}
}

// same makes a request with the RoundTripper of prometheus/common, and one with that of
// this package, and checks each.
func same(t *testing.T, cfg promconfig.HTTPClientConfig, address string, check func()) {
	t.Helper()
	common, err := promconfig.NewRoundTripperFromConfig(cfg, connections, promconfig.WithUserAgent(userAgent))
	if err != nil {
		t.Fatal(err)
	}
	defer closeIdle(common)
	for name, transport := range map[string]http.RoundTripper{"prometheus/common": common, "this package": build(t, cfg)} {
		if status, err := post(t.Context(), transport, address); status != http.StatusOK {
			t.Fatalf("%s: status %d, %v", name, status, err)
		}
		check()
	}
}

// tlsPair returns the configurations of a server that requires a client certificate, and
// of the client.
func tlsPair(t *testing.T) (*tls.Config, promconfig.TLSConfig) {
	t.Helper()
	serverCert, serverKey := programtest.Certificate(t, "inbox.test")
	clientCert, clientKey := programtest.Certificate(t, "inbox.test")
	certificate, err := tls.X509KeyPair([]byte(serverCert), []byte(serverKey))
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM([]byte(clientCert))
	return &tls.Config{Certificates: []tls.Certificate{certificate}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert},
		promconfig.TLSConfig{CA: serverCert, Cert: clientCert, Key: promconfig.Secret(clientKey), ServerName: "inbox.test"}
}

// inFiles returns the configuration with its certificates and key moved to files.
func inFiles(t *testing.T, c promconfig.TLSConfig) promconfig.TLSConfig {
	t.Helper()
	return promconfig.TLSConfig{
		CAFile: file(t, c.CA), CertFile: file(t, c.Cert), KeyFile: file(t, string(c.Key)), ServerName: c.ServerName,
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	serverTLS, inline := tlsPair(t)
	for name, test := range map[string]struct {
		cfg   promconfig.HTTPClientConfig
		proto string
	}{
		"inline":         {promconfig.HTTPClientConfig{TLSConfig: inline}, "HTTP/1.1"},
		"files":          {promconfig.HTTPClientConfig{TLSConfig: inFiles(t, inline)}, "HTTP/1.1"},
		"HTTP/2":         {promconfig.HTTPClientConfig{TLSConfig: inline, EnableHTTP2: true}, "HTTP/2.0"},
		"HTTP/2, files":  {promconfig.HTTPClientConfig{TLSConfig: inFiles(t, inline), EnableHTTP2: true}, "HTTP/2.0"},
		"not verified":   {promconfig.HTTPClientConfig{TLSConfig: promconfig.TLSConfig{Cert: inline.Cert, Key: inline.Key, InsecureSkipVerify: true}}, "HTTP/1.1"},
		"with a version": {promconfig.HTTPClientConfig{TLSConfig: func() promconfig.TLSConfig { c := inline; c.MaxVersion = tls.VersionTLS12; return c }()}, "HTTP/1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := record(t, serverTLS.Clone(), nil)
			same(t, test.cfg, server.URL, func() {
				r := server.seen()[0]
				if r.Proto != test.proto || len(r.TLS.PeerCertificates) != 1 {
					t.Errorf("%s with %d certificates, want %s with one", r.Proto, len(r.TLS.PeerCertificates), test.proto)
				}
				if most := test.cfg.TLSConfig.MaxVersion; most != 0 && r.TLS.Version != uint16(most) {
					t.Errorf("version %x, want %x", r.TLS.Version, most)
				}
			})
		})
	}
}

// When the certificate authority is replaced, the next request uses the new one.
func TestReplacedCertificateAuthority(t *testing.T) {
	t.Parallel()
	serverTLS, inline := tlsPair(t)
	other, _ := programtest.Certificate(t, "inbox.test")
	cfg := promconfig.HTTPClientConfig{TLSConfig: inFiles(t, inline)}
	rewrite(t, cfg.TLSConfig.CAFile, other)
	server := record(t, serverTLS, nil)
	transport := build(t, cfg)
	if status, err := post(t.Context(), transport, server.URL); err == nil {
		t.Fatalf("status %d from a server of another authority", status)
	}
	rewrite(t, cfg.TLSConfig.CAFile, inline.CA)
	if status, err := post(t.Context(), transport, server.URL); status != http.StatusOK {
		t.Errorf("status %d, %v", status, err)
	}
}

func TestProxies(t *testing.T) {
	t.Parallel()
	proxy := record(t, nil, nil)
	cfg := promconfig.ProxyConfig{ProxyURL: parse(t, proxy.URL)}
	same(t, promconfig.HTTPClientConfig{ProxyConfig: cfg}, "http://inbox.test/users", func() {
		if got := proxy.seen()[0].RequestURI; got != "http://inbox.test/users" {
			t.Errorf("the proxy got a request for %s", got)
		}
	})

	server := record(t, nil, nil)
	cfg.NoProxy = "127.0.0.1"
	same(t, promconfig.HTTPClientConfig{ProxyConfig: cfg}, server.URL, func() {
		if len(proxy.seen()) != 0 || len(server.seen()) != 1 {
			t.Error("the request was sent to the proxy")
		}
	})
}

func TestProxyConnectHeader(t *testing.T) {
	t.Parallel()
	proxy := record(t, nil, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	transport := build(t, promconfig.HTTPClientConfig{ProxyConfig: promconfig.ProxyConfig{
		ProxyURL:           parse(t, proxy.URL),
		ProxyConnectHeader: promconfig.ProxyHeader{"X-Key": {"secret"}},
	}})
	if status, err := post(t.Context(), transport, "https://inbox.test"); err == nil {
		t.Fatalf("status %d through a proxy that refuses", status)
	}
	r := proxy.seen()[0]
	if r.Method != http.MethodConnect || r.Header.Get("X-Key") != "secret" {
		t.Errorf("the proxy got %s with %v", r.Method, r.Header)
	}
}

// rsaKey creates a key for the JWT grant, also in PEM format.
func rsaKey(t *testing.T) (*rsa.PrivateKey, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}

func TestOAuth2Keys(t *testing.T) {
	t.Parallel()
	serverTLS, clientTLS := tlsPair(t)
	private, key := rsaKey(t)
	credentials := promconfig.OAuth2{
		ClientID: "id", ClientSecret: "s p", Scopes: []string{"a", "b"}, EndpointParams: map[string]string{"audience": "inbox"},
	}
	assertion := promconfig.OAuth2{
		ClientID: "id", ClientCertificateKey: promconfig.Secret(key), ClientCertificateKeyID: "kid", GrantType: jwtBearer,
		SignatureAlgorithm: "RS384", Iss: "me", Audience: "them", Claims: map[string]any{"extra": "yes"}, Scopes: []string{"a"},
		EndpointParams: map[string]string{"more": "1"},
	}
	with := func(c promconfig.OAuth2, change func(*promconfig.OAuth2)) promconfig.OAuth2 { change(&c); return c }
	for name, test := range map[string]struct {
		cfg  promconfig.OAuth2
		tls  *tls.Config
		want string // the request that the endpoint receives
	}{
		"client_secret": {credentials, nil, "id:s+p audience=inbox grant_type=client_credentials scope=a b"},
		"client_secret_file": {with(credentials, func(c *promconfig.OAuth2) { c.ClientSecret, c.ClientSecretFile = "", file(t, "s p\n") }),
			nil, "id:s+p audience=inbox grant_type=client_credentials scope=a b"},
		"no secret": {promconfig.OAuth2{ClientID: "id"}, nil, "id: grant_type=client_credentials"},
		"tls_config": {with(promconfig.OAuth2{ClientID: "id"}, func(c *promconfig.OAuth2) { c.TLSConfig = clientTLS }),
			serverTLS, "id: grant_type=client_credentials"},
		"tls_config with files": {with(promconfig.OAuth2{ClientID: "id"}, func(c *promconfig.OAuth2) { c.TLSConfig = inFiles(t, clientTLS) }),
			serverTLS, "id: grant_type=client_credentials"},
		"client_certificate_key": {assertion, nil, "RS384 kid me id them extra=yes a, grant_type=" + jwtBearer + " more=1 scope=a"},
		"client_certificate_key_file": {
			with(assertion, func(c *promconfig.OAuth2) { c.ClientCertificateKey, c.ClientCertificateKeyFile = "", file(t, key) }),
			nil, "RS384 kid me id them extra=yes a, grant_type=" + jwtBearer + " more=1 scope=a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := record(t, test.tls, grant("token"))
			api := record(t, nil, nil)
			test.cfg.TokenURL = endpoint.URL
			same(t, promconfig.HTTPClientConfig{OAuth2: &test.cfg}, api.URL, func() {
				r := endpoint.seen()[0]
				if got := describe(t, r, &private.PublicKey); got != test.want {
					t.Errorf("the endpoint got\n%s, want\n%s", got, test.want)
				}
				if got := r.UserAgent(); got != userAgent {
					t.Errorf("User-Agent of the endpoint: %s", got)
				}
				if got := api.seen()[0].Header.Get("Authorization"); got != "Bearer token" {
					t.Errorf("Authorization: %s", got)
				}
			})
		})
	}
}

// describe formats a request to a token endpoint.
func describe(t *testing.T, r *http.Request, key *rsa.PublicKey) string {
	var parts []string
	if id, secret, ok := r.BasicAuth(); ok {
		parts = append(parts, id+":"+secret)
	}
	if signed := r.PostForm.Get("assertion"); signed != "" {
		claims := jwt.MapClaims{}
		parsed, err := jwt.ParseWithClaims(signed, claims, func(*jwt.Token) (any, error) { return key, nil })
		if err != nil {
			t.Error(err)
			return ""
		}
		parts = append(parts, fmt.Sprint(parsed.Header["alg"], " ", parsed.Header["kid"], " ", claims["iss"], " ", claims["sub"],
			" ", claims["aud"], " extra=", claims["extra"], " ", claims["scope"], ","))
		r.PostForm.Del("assertion")
	}
	for _, name := range []string{"audience", "grant_type", "more", "scope"} {
		if r.PostForm.Has(name) {
			parts = append(parts, name+"="+r.PostForm.Get(name))
			r.PostForm.Del(name)
		}
	}
	if len(r.PostForm) > 0 {
		t.Errorf("not expected: %v", r.PostForm)
	}
	return strings.Join(parts, " ")
}

// grant responds with a token that does not expire soon.
func grant(token string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"bearer","expires_in":3600}`, token)
	}
}

func TestOAuth2Proxy(t *testing.T) {
	t.Parallel()
	proxy := record(t, nil, grant("token"))
	api := record(t, nil, nil)
	same(t, promconfig.HTTPClientConfig{OAuth2: &promconfig.OAuth2{
		ClientID: "id", TokenURL: "http://tokens.test/token", ProxyConfig: promconfig.ProxyConfig{ProxyURL: parse(t, proxy.URL)},
	}}, api.URL, func() {
		if got := proxy.seen()[0].RequestURI; got != "http://tokens.test/token" {
			t.Errorf("the proxy got a request for %s", got)
		}
		if got := api.seen()[0].Header.Get("Authorization"); got != "Bearer token" {
			t.Errorf("Authorization: %s", got)
		}
	})
}
