package inbox

import (
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
		"as the header":            {message("Authorization: Bearer " + tricky), status(`"Authorization: Bearer <secret>"`)},
		"escaped in a query":       {message("?token=" + url.QueryEscape(tricky)), status(`"?token=<secret>"`)},
		"escaped in lower case":    {message("?token=" + lower.Replace(url.QueryEscape(tricky))), status(`"?token=<secret>"`)},
		"escaped in a path":        {message("/users/" + url.PathEscape(tricky) + "/x"), status(`"/users/<secret>/x"`)},
		"in the path, lower case":  {message("/users/" + lower.Replace(url.PathEscape(tricky)) + "/x"), status(`"/users/<secret>/x"`)},
		"quoted":                   {message(fmt.Sprintf("%q", tricky)), status(`"\"<secret>\""`)},
		"escaped by another rule":  {message("not " + strings.ReplaceAll(jsonOf(tricky), "/", `\/`)), status(`"not \"<secret>\""`)},
		"escaped twice":            {message("not " + jsonOf(jsonOf(tricky))), status(`"not \"\\\"<secret>\\\"\""`)},
		"escaped for HTML":         {message("not " + strings.ReplaceAll(tricky, `"`, "&quot;")), status(`"not <secret>"`)},
		"escaped to the last byte": {message("not " + strings.ReplaceAll(fmt.Sprintf("% X", " "+tricky), " ", "%")), status(`"not 20<secret>"`)},
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
			_, _, err := NewClient(parseURL(t, server.URL), bearerTransport(t, tricky), known(tricky), nil).fetch(t.Context(), Request{})
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

// Nor does an error contain the user and password of the URL.
func TestNoErrorContainsThePasswordOfTheURL(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	address := parseURL(t, "http://penguin:"+canary+"@"+listener.Addr().String())
	_, _, err = NewClient(address, &http.Transport{}, known(canary), nil).fetch(t.Context(), Request{})
	if got, want := ports.ReplaceAllString(outcome(err), "X"), "connection, retryable: dial tcp X: connect: connection refused"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
