package inbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// tricky is a token with every character that escaping changes.
const tricky = "c4n/ry+~7f3a=9\"c\\2 1%"

func jsonOf(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// No error contains the token, wherever the API echoes it.
func TestNoErrorContainsTheToken(t *testing.T) {
	t.Parallel()
	message := func(text string) http.HandlerFunc {
		return respondWith(400, `{"success":false,"message":`+jsonOf(text)+`}`)
	}
	status := func(text string) string { return "http_status: 400 Bad Request: " + text }
	lower := strings.NewReplacer("%2F", "%2f", "%2B", "%2b", "%3D", "%3d", "%5C", "%5c")
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"in a message":             {message("no user has " + tricky + "!"), status(`"no user has <secret>!"`)},
		"twice":                    {message(tricky + tricky), status(`"<secret><secret>"`)},
		"as the header":            {message("Authorization: Bearer " + tricky), status(`"Authorization: <secret>"`)},
		"escaped in a query":       {message("?token=" + url.QueryEscape(tricky)), status(`"?token=<secret>"`)},
		"escaped in lower case":    {message("?token=" + lower.Replace(url.QueryEscape(tricky))), status(`"?token=<secret>"`)},
		"escaped in a path":        {message("/users/" + url.PathEscape(tricky) + "/x"), status(`"/users/<secret>/x"`)},
		"in the path, lower case":  {message("/users/" + lower.Replace(url.PathEscape(tricky)) + "/x"), status(`"/users/<secret>/x"`)},
		"quoted":                   {message(fmt.Sprintf("%q", tricky)), status(`"\"<secret>\""`)},
		"escaped by another rule":  {message("not " + strings.ReplaceAll(jsonOf(tricky), "/", `\/`)), status(`"<secret>"`)},
		"escaped twice":            {message("not " + jsonOf(jsonOf(tricky))), status(`"<secret>"`)},
		"escaped for HTML":         {message("not " + strings.ReplaceAll(tricky, `"`, "&quot;")), status(`"<secret>"`)},
		"escaped to the last byte": {message("not " + strings.ReplaceAll(fmt.Sprintf("% X", " "+tricky), " ", "%")), status(`"<secret>"`)},
		"another token":            {message("Bearer abc.def.ghi.jkl.mno was sent as bearer%20pqrstuvwxyz01234"), status(`"Bearer <secret> was sent as bearer <secret>"`)},
		"no token":                 {message("Bearer authentication is required"), status(`"Bearer authentication is required"`)},
		"another user":             {message(`Basic dXNlcjpwYXNzd29yZA==, "basic+dXNlcjpwYXNzd29yZA=="`), status(`"Basic <secret>, \"basic <secret>\""`)},
		"not cut before redaction": {message(strings.Repeat("x", 295) + tricky), status(`"` + strings.Repeat("x", 295) + `<secr"`)},
		"beyond the cut":           {message(strings.Repeat("x", 300) + tricky), status(`"` + strings.Repeat("x", 300) + `"`)},
		"in a successful status": {respondWith(200, `{"success":false,"message":`+jsonOf(tricky)+`}`),
			`api: the API reported a failure: "<secret>"`},
		"in a redirect": {respondWith(302, "", "Location: /login?token="+url.QueryEscape(tricky)),
			`http_status: 302 Found to "/login?token=<secret>": redirects are not followed, because they could send the token to another host`},
		"in a duplicate key": {respondWith(200, `{`+jsonOf(tricky)+`:1,`+jsonOf(tricky)+`:1}`),
			`decode: the response has the key "<secret>" twice`},
		"in a key of an invalid body": {respondWith(200, `{"data":[{`+jsonOf(tricky)+`:x}]}`),
			fmt.Sprintf("decode: decoding the response: invalid character 'x' at start of value, at byte %d", len(`{"data":[{`+jsonOf(tricky)+`:`))},
		"in a long key of an invalid body": {respondWith(200, `{"data":[{`+jsonOf(strings.Repeat("x", 50)+tricky+strings.Repeat("x", 40))+`:x}]}`),
			fmt.Sprintf("decode: decoding the response: invalid character 'x' at start of value, at byte %d", len(`{"data":[{`+jsonOf(tricky)+`:`)+90)},
		"in an encoding": {respondWith(200, "", "Content-Encoding: "+tricky),
			`decode: unsupported Content-Encoding "<secret>"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(test.handler)
			defer server.Close()
			_, _, err := NewClient(parseURL(t, server.URL), bearerTransport(t, tricky), nil).fetch(t.Context(), Request{})
			if got := outcome(err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestNoErrorContainsTheTokenOfAMalformedResponse(t *testing.T) {
	t.Parallel()
	for _, response := range []string{
		"SSH-2.0 " + canary + "\r\n",
		strings.Repeat("x", 215) + canary + "\r\n",
		"HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: " + canary + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + canary + "\r\n\r\n",
	} {
		client := testClient(t, func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer connection.Close()
			io.WriteString(connection, response)
		})
		_, _, err := client.fetch(t.Context(), Request{})
		if got := outcome(err); ReasonOf(err) != Connection || strings.Contains(got, canary[:6]) || len(got) > 400 {
			t.Errorf("%.40q: %s", response, got)
		}
	}
}

// A transport may authorize in any way, over HTTP/1.1 and HTTP/2.
func TestEveryHeaderOfTheRequestIsSecret(t *testing.T) {
	t.Parallel()
	basic := base64.StdEncoding.EncodeToString([]byte("penguin:" + canary))
	for name, test := range map[string]struct {
		header, value, message, want string
	}{
		"credentials":              {"Authorization", "Basic " + basic, basic + " is wrong", "<secret> is wrong"},
		"user and password":        {"Authorization", "Basic " + basic, "penguin:" + canary + " is wrong", "<secret> is wrong"},
		"password":                 {"Authorization", "basic  " + basic, "the password of penguin is not " + canary, "the password of penguin is not <secret>"},
		"no credentials":           {"Authorization", "Basic !", "a ! in it", "a ! in it"},
		"a token without a scheme": {"Authorization", canary, "not " + canary, "not <secret>"},
		"a header of another name": {"X-Api-Key", canary, "not " + canary, "not <secret>"},
		"a cookie":                 {"Cookie", "session=" + canary, "not session=" + canary, "not <secret>"},
		"one in another":           {"X-Api-Key", "canary canary-7f3a", "not canary canary-7f3a", "not <secret>"},
		"too short to hide":        {"X-Api-Key", "abc", "abc is no key", "abc is no key"},
		"nothing":                  {"X-Api-Key", "", "a key is missing", "a key is missing"},
		"public headers":           {"User-Agent", "botpenguin_exporter", "Key application/json gzip botpenguin_exporter", "Key application/json gzip botpenguin_exporter"},
	} {
		for _, version := range []string{"HTTP/1.1", "HTTP/2.0"} {
			t.Run(name+", "+version, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Proto != version {
						t.Errorf("the protocol is %s", r.Proto)
					}
					respondWith(400, `{"success":false,"message":`+jsonOf(test.message)+`}`)(w, r)
				}))
				server.EnableHTTP2 = version == "HTTP/2.0"
				server.StartTLS()
				defer server.Close()
				transport := roundTripper(func(r *http.Request) (*http.Response, error) {
					r = r.Clone(r.Context())
					r.Header.Set(test.header, test.value)
					return server.Client().Transport.RoundTrip(r)
				})
				_, _, err := NewClient(parseURL(t, server.URL), transport, nil).fetch(t.Context(), Request{})
				if got, want := outcome(err), fmt.Sprintf("http_status: 400 Bad Request: %q", test.want); got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			})
		}
	}
}

// Nor does an error contain the user and password of the URL.
func TestNoErrorContainsThePasswordOfTheURL(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	address := parseURL(t, "http://penguin:"+canary+"@"+listener.Addr().String())
	_, _, err = NewClient(address, &http.Transport{}, nil).fetch(t.Context(), Request{})
	if got, want := ports.ReplaceAllString(outcome(err), "X"), "connection, retryable: dial tcp X: connect: connection refused"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheLongestSecretIsRedactedFirst(t *testing.T) {
	t.Parallel()
	var r redactor
	for _, secret := range []string{"canary", canary, "7f3a"} {
		r.add(secret)
	}
	if got, want := r.redact("canary, "+canary+" and 7f3a"), "<secret>, <secret> and <secret>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
