package transport

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"

	promconfig "github.com/prometheus/common/config"
)

// respond responds with a status and a body.
func respond(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// raw sends a response verbatim, and closes the connection.
func raw(response string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer connection.Close()
		fmt.Fprint(connection, response)
	}
}

func TestTokenEndpointErrors(t *testing.T) {
	t.Parallel()
	api := record(t, nil, nil)
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string // without "fetching an OAuth2 token from ..."
		fetches int
	}{
		"refused": {respond(401, `{"error":"invalid_client"}`), "auth: 401 Unauthorized: invalid_client", 2},
		"refused for different reasons": {func(w http.ResponseWriter, r *http.Request) {
			if r.PostForm.Has("client_id") {
				respond(400, `{"error":"invalid_scope"}`)(w, r)
				return
			}
			respond(401, `{"error":"invalid_client"}`)(w, r)
		}, "auth: 401 Unauthorized: invalid_client; with the secret in the body: 400 Bad Request: invalid_scope", 2},
		"refused with status 200":   {respond(200, `{"error":"invalid_client"}`), "auth: 200 OK: invalid_client", 2},
		"refused with unknown code": {respond(400, `{"error":"canary-secret"}`), "auth: 400 Bad Request", 2},
		"refused without JSON":      {respond(403, `canary-secret`), "auth: 403 Forbidden", 2},
		"refused with a form": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-www-form-urlencoded")
			w.WriteHeader(400)
			fmt.Fprint(w, "error=invalid_grant&error_description=canary-secret")
		}, "auth: 400 Bad Request: invalid_grant", 2},
		"too many requests":        {respond(429, ``), "auth: 429 Too Many Requests", 1},
		"server error":             {respond(500, `{"error":"server_error","error_description":"canary-secret"}`), "connection: 500 Internal Server Error: server_error", 2},
		"unavailable":              {respond(503, `canary-secret`), "connection: 503 Service Unavailable", 1},
		"no token":                 {respond(200, `{"token_type":"bearer"}`), "auth: the response contains no token", 2},
		"not JSON":                 {respond(200, `canary-secret`), "auth: the response contains no token", 2},
		"a number":                 {respond(200, `{"access_token":12345678}`), "auth: the response contains no token", 2},
		"a token with line breaks": {respond(200, `{"access_token":"canary\nsecret"}`), "auth: the token contains a line break or another control character", 1},
		"a type with line breaks":  {respond(200, `{"access_token":"x","token_type":"canary\nsecret"}`), "auth: the token contains a line break or another control character", 1},
		"echo in the status line":  {raw("HTTP/1.1 500 canary-secret\r\n\r\n"), "connection: 500 Internal Server Error", 2},
		"not HTTP":                 {raw("canary-secret\r\n\r\n"), "connection: no HTTP response from the endpoint or its proxy", 1},
		"closed":                   {raw(""), "connection: the connection was closed before the end of the response", 1},
		"closed in the middle":     {raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), "connection: the connection was closed before the end of the response", 1},
		"switching protocols":      {raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), "auth: 101 Switching Protocols", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := record(t, nil, test.handler)
			_, err := post(t.Context(), build(t, account(endpoint.URL)), api.URL)
			reason, text, _ := strings.Cut(test.want, ": ")
			if want := reason + ": " + from(t, endpoint.URL) + text; outcome(err) != want {
				t.Errorf("%s\nwant %s", outcome(err), want)
			}
			if n := len(endpoint.seen()); n != test.fetches {
				t.Errorf("%d fetches, want %d", n, test.fetches)
			}
		})
	}
	t.Cleanup(func() {
		if len(api.seen()) > 0 {
			t.Error("a request was made without a token")
		}
	})
}

func TestJWTGrantErrors(t *testing.T) {
	t.Parallel()
	api := record(t, nil, nil)
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"refused":     {respond(400, `{"error":"invalid_grant","error_description":"canary-secret"}`), "auth: 400 Bad Request: invalid_grant"},
		"unknown":     {respond(400, `{"error":"canary-secret"}`), "auth: 400 Bad Request"},
		"not JSON":    {respond(400, `canary-secret`), "auth: 400 Bad Request"},
		"server":      {respond(500, `canary-secret`), "connection: 500 Internal Server Error"},
		"no token":    {respond(200, `{}`), "auth: the response contains no token"},
		"not a token": {respond(200, `canary-secret`), "auth: the response contains no token"},
		"closed":      {raw(""), "connection: the connection was closed before the end of the response"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := record(t, nil, test.handler)
			_, err := post(t.Context(), build(t, grants(t, endpoint.URL)["JWT"]), api.URL)
			reason, text, _ := strings.Cut(test.want, ": ")
			if want := reason + ": " + from(t, endpoint.URL) + text; outcome(err) != want {
				t.Errorf("%s\nwant %s", outcome(err), want)
			}
		})
	}
	cfg := account("http://tokens.test")
	cfg.OAuth2.GrantType, cfg.OAuth2.ClientCertificateKey = jwtBearer, "canary-secret"
	_, err := post(t.Context(), build(t, cfg), api.URL)
	want := "auth: fetching an OAuth2 token from tokens.test: the client_certificate_key is not an RSA private key in PEM format"
	if outcome(err) != want {
		t.Errorf("%s\nwant %s", outcome(err), want)
	}
}

// Errors show no secrets even if the endpoint echoes the whole request.
func TestEchoedSecrets(t *testing.T) {
	t.Parallel()
	api := record(t, nil, nil)
	for status := range map[int]bool{200: true, 400: true, 401: true, 500: true, 503: true} {
		endpoint := record(t, nil, func(w http.ResponseWriter, r *http.Request) {
			request, _ := httputil.DumpRequest(r, false)
			respond(status, string(request)+r.PostForm.Encode())(w, r)
		})
		for name, cfg := range grants(t, endpoint.URL+"/canary-secret?key=canary-secret") {
			cfg.OAuth2.EndpointParams = map[string]string{"password": "canary-secret"}
			_, err := post(t.Context(), build(t, cfg), api.URL)
			if err == nil || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s, %d: %v", name, status, err)
			}
		}
	}
}

func TestUnreachableTokenEndpoint(t *testing.T) {
	t.Parallel()
	api := record(t, nil, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	listener.Close()
	serverTLS, _ := tlsPair(t)
	secure, plain := record(t, serverTLS, nil), record(t, nil, nil)
	refusing := record(t, nil, raw("HTTP/1.1 407 canary-secret\r\n\r\n"))

	proxied := account("https://tokens.test")
	proxied.OAuth2.ProxyURL = parse(t, refusing.URL)
	for name, test := range map[string]struct {
		cfg  promconfig.HTTPClientConfig
		want string
	}{
		"closed":      {account("http://" + closed), "dial tcp " + closed + ": connect: connection refused"},
		"not trusted": {account(secure.URL), "tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"},
		"not TLS":     {account(strings.Replace(plain.URL, "http:", "https:", 1)), "http: server gave HTTP response to HTTPS client"},
		"behind a proxy that refuses": {proxied,
			"no HTTP response from the endpoint or its proxy"},
	} {
		_, err := post(t.Context(), build(t, test.cfg), api.URL)
		if want := "connection: " + from(t, test.cfg.OAuth2.TokenURL) + test.want; outcome(err) != want {
			t.Errorf("%s: %s\nwant %s", name, outcome(err), want)
		}
	}
}

func TestUnusableConfigurations(t *testing.T) {
	t.Parallel()
	with := func(change func(*promconfig.OAuth2)) promconfig.HTTPClientConfig {
		cfg := account("http://tokens.test")
		change(cfg.OAuth2)
		return cfg
	}
	for want, cfg := range map[string]promconfig.HTTPClientConfig{
		"oauth2: token_url is not a valid URL": with(func(c *promconfig.OAuth2) { c.TokenURL = "http://%zzcanary" }),
		"oauth2: endpoint_params cannot replace scope": with(func(c *promconfig.OAuth2) {
			c.Scopes, c.EndpointParams = []string{"a"}, map[string]string{"scope": "b"}
		}),
		"oauth2: endpoint_params cannot replace assertion": with(func(c *promconfig.OAuth2) {
			c.GrantType, c.EndpointParams = jwtBearer, map[string]string{"assertion": "b"}
		}),
		"oauth2: unable to read CA cert: reading ca_file none: no such file or directory": with(func(c *promconfig.OAuth2) {
			c.TLSConfig.CAFile = "none"
		}),
	} {
		if _, err := New(cfg, userAgent, forget); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}
