package inbox

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	canary   = "canary-7f3a9c21"
	onePage  = `{"success":true,"message":"","data":[{"_id":"a"},{"_id":"b"}],"code":200}`
	oneError = `{"success":false,"message":"no such page","code":%d}`
)

// authorizing adds the authorization, as the transport of the configuration does.
type authorizing struct {
	*http.Transport
	value string
}

func (a authorizing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", a.value)
	return a.Transport.RoundTrip(r)
}

// bearerOf is a transport of its own, with a token.
func bearerOf(t testing.TB, token string) http.RoundTripper {
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return authorizing{transport, "Bearer " + token}
}

func urlOf(t testing.TB, address string) *url.URL {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// clientOf is a client of a server that answers so until the test ends.
func clientOf(t testing.TB, answer http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return NewClient(urlOf(t, server.URL), bearerOf(t, canary), nil)
}

// answering answers with this status, headers ("Name: value") and body.
func answering(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func TestTheRequestIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	type request struct {
		Method, Path, Query string
		Header              http.Header
		Body                string
	}
	for base, path := range map[string]string{
		"": "/inbox/users", "/": "/inbox/users", "/partner/v7": "/partner/v7/inbox/users", "/partner/v7/": "/partner/v7/inbox/users",
	} {
		var got request
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = request{r.Method, r.URL.Path, r.URL.RawQuery, r.Header, string(body)}
			io.WriteString(w, onePage)
		}))
		defer server.Close()
		client := NewClient(urlOf(t, server.URL+base), bearerOf(t, canary), nil)
		defer client.Close()
		const body = `{"searchText":"é","page":3}`
		page, retryAfter, err := client.Page(t.Context(), Request{Body: []byte(body)})
		if err != nil || retryAfter != 0 {
			t.Fatal(retryAfter, err)
		}
		if diff := cmp.Diff(pageOf("a", "b"), page); diff != "" {
			t.Errorf("the page: (-want +got)\n%s", diff)
		}
		want := request{"POST", path, "", http.Header{
			"Authorization":   {"Bearer " + canary},
			"Authtype":        {"Key"},
			"Content-Type":    {"application/json"},
			"Content-Length":  {fmt.Sprint(len(body))},
			"Accept":          {"application/json"},
			"Accept-Encoding": {"gzip"},
			"User-Agent":      {"Go-http-client/1.1"},
		}, body}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("base %q: (-want +got)\n%s", base, diff)
		}
	}
}

func TestASelectionIsKept(t *testing.T) {
	t.Parallel()
	client := clientOf(t, answering(200, `{"success":true,"data":[{"_id":"a","platform":["X"]},{"_id":"a"},{"_id":"b","platform":"Y"}]}`))
	page, _, err := client.Page(t.Context(), Request{Selection: &Selection{Fields: []Path{{"platform"}}}})
	if err != nil {
		t.Fatal(err)
	}
	a, b := identityOf("a"), identityOf("b")
	want := Page{Records: 3, First: a, Contacts: []Contact{{ID: a, Values: [][]string{{"X"}}}, {ID: a, Values: [][]string{nil}}, {ID: b, Values: [][]string{{"Y"}}}}}
	if diff := cmp.Diff(want, page, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEncodingsOfAnAnswer(t *testing.T) {
	t.Parallel()
	whole := gzipped(onePage)
	corrupt := func(at int) string {
		b := []byte(whole)
		b[at] ^= 0xff
		return string(b)
	}
	for name, test := range map[string]struct{ encoding, body, want string }{
		"plain":                     {"", onePage, "success"},
		"identity":                  {"identity", onePage, "success"},
		"gzip":                      {"gzip", whole, "success"},
		"x-gzip":                    {"x-gzip", whole, "success"},
		"GZIP":                      {"GZIP", whole, "success"},
		"two members":               {"gzip", gzipped(onePage[:20]) + gzipped(onePage[20:]), "success"},
		"gzip that is plain":        {"gzip", onePage, "decode: decompressing the answer: gzip: invalid header"},
		"plain that is gzip":        {"", whole, `decode: decoding the answer: invalid character '\x1f' at start of value, at byte 0`},
		"brotli":                    {"br", "x", `decode: the answer is neither plain nor gzip, but "br"`},
		"gzip twice":                {"gzip, gzip", gzipped(whole), `decode: the answer is neither plain nor gzip, but "gzip, gzip"`},
		"nothing":                   {"gzip", "", "decode: decompressing the answer: it is empty"},
		"nothing, compressed":       {"gzip", gzipped(""), "decode: decoding the answer: it is empty"},
		"ended in the header":       {"gzip", whole[:5], "connection, retryable: reading the answer: unexpected EOF"},
		"ended in the middle":       {"gzip", whole[:len(whole)/2], "connection, retryable: reading the answer: unexpected EOF"},
		"ended before the checksum": {"gzip", whole[:len(whole)-8], "connection, retryable: reading the answer: unexpected EOF"},
		"ended in the checksum":     {"gzip", whole[:len(whole)-3], "connection, retryable: reading the answer: unexpected EOF"},
		"corrupt in the middle":     {"gzip", corrupt(12), "decode: decompressing the answer: flate: corrupt input before offset 6"},
		"corrupt checksum":          {"gzip", corrupt(len(whole) - 6), "decode: decompressing the answer: gzip: invalid checksum"},
		"corrupt length":            {"gzip", corrupt(len(whole) - 2), "decode: decompressing the answer: gzip: invalid checksum"},
		"garbage after it":          {"gzip", whole + "garbage garbage", "decode: decompressing the answer: gzip: invalid header"},
		"short, compressed":         {"gzip", gzipped(onePage[:40]), "decode: decoding the answer: unexpected EOF, at byte 40"},
		"two objects, compressed":   {"gzip", gzipped(onePage + onePage), "decode: the answer goes on after its JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var headers []string
			if test.encoding != "" {
				headers = append(headers, "Content-Encoding: "+test.encoding)
			}
			page, _, err := clientOf(t, answering(200, test.body, headers...)).Page(t.Context(), Request{})
			if got := outcome(err); got != test.want {
				t.Fatalf("got  %s\nwant %s", got, test.want)
			}
			want := Page{}
			if err == nil {
				want = pageOf("a", "b")
			}
			if diff := cmp.Diff(want, page); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTheLimitIsOfTheDecompressedAnswer(t *testing.T) {
	t.Parallel()
	mega := gzipped(`"` + strings.Repeat("x", mebibyte-3) + `",`)
	bomb := gzipped(`{"success":true,"data":[`) + strings.Repeat(mega, 70) + gzipped(`1]}`)
	var seen Exchange
	_, _, err := clientOf(t, answering(200, bomb, "Content-Encoding: gzip")).
		Page(t.Context(), Request{Observe: func(x Exchange) { seen = x }})
	if got, want := outcome(err), "too_large: the answer is longer than 64 MiB"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if seen.Bytes < 64*mebibyte || seen.Bytes > 65*mebibyte {
		t.Errorf("read %d bytes of it", seen.Bytes)
	}
}

func TestStatusesOfAnAnswer(t *testing.T) {
	t.Parallel()
	moved := ` to "https://elsewhere.example/": redirects are not followed, for they would carry the token elsewhere`
	said := `: "no such page"`
	for status, want := range map[int]string{
		200: `api: the API failed with code 200` + said,
		201: `api: the API failed with code 201` + said,
		301: `http_status: 301 Moved Permanently` + moved + said,
		302: `http_status: 302 Found` + moved + said,
		307: `http_status: 307 Temporary Redirect` + moved + said,
		308: `http_status: 308 Permanent Redirect` + moved + said,
		400: `http_status: 400 Bad Request` + said,
		401: `auth: 401 Unauthorized` + said,
		403: `auth: 403 Forbidden` + said,
		404: `http_status: 404 Not Found` + said,
		418: `http_status: 418 I'm a teapot` + said,
		429: `rate_limited, retryable: 429 Too Many Requests` + said,
		499: `http_status: 499 ` + said,
		500: `http_status: 500 Internal Server Error` + said,
		501: `http_status: 501 Not Implemented` + said,
		502: `http_status, retryable: 502 Bad Gateway` + said,
		503: `http_status, retryable: 503 Service Unavailable` + said,
		504: `http_status, retryable: 504 Gateway Timeout` + said,
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			location := "Location: https://elsewhere.example/"
			body := fmt.Sprintf(oneError, status)
			for how, answer := range map[string]http.HandlerFunc{
				"plain": answering(status, body, location), "gzip": answering(status, gzipped(body), location, "Content-Encoding: gzip"),
			} {
				page, _, err := clientOf(t, answer).Page(t.Context(), Request{})
				if got := outcome(err); got != want || page.Records != 0 {
					t.Errorf("%s:\ngot  %s and %d records\nwant %s", how, got, page.Records, want)
				}
			}
			// What is not in the API's own form is not shown.
			bare := strings.TrimSuffix(want, said)
			for _, answer := range []http.HandlerFunc{
				answering(status, `<html>`, location), answering(status, "", location), answering(status, `["no such page"]`, location),
				answering(status, body, location, "Content-Encoding: br"), answering(status, body, location, "Content-Encoding: gzip"),
				answering(status, gzipped(body)[:30], location, "Content-Encoding: gzip"),
				answering(status, `{"success":false,"message":"`+strings.Repeat("x", 100_000)+`"}`, location),
			} {
				if _, _, err := clientOf(t, answer).Page(t.Context(), Request{}); status >= 300 && outcome(err) != bare {
					t.Errorf("got  %s\nwant %s", outcome(err), bare)
				}
			}
		})
	}
}

func TestASuccessMayHaveAnySuccessfulStatus(t *testing.T) {
	t.Parallel()
	for status, body := range map[int]string{
		200: onePage, 201: strings.Replace(onePage, "200", "201", 1), 202: strings.Replace(onePage, `,"code":200`, "", 1), 203: onePage,
	} {
		page, _, err := clientOf(t, answering(status, body)).Page(t.Context(), Request{})
		if err != nil || !cmp.Equal(page, pageOf("a", "b")) {
			t.Errorf("%d: %+v, %v", status, page, err)
		}
	}
	_, _, err := clientOf(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }).Page(t.Context(), Request{})
	if got, want := outcome(err), "decode: decoding the answer: it is empty"; got != want {
		t.Errorf("204: %s, want %s", got, want)
	}
}

func TestCodesInsideAnAnswer(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"success":false}`:                                              `api: the API failed`,
		`{"success":false,"data":[{"_id":"a"}]}`:                         `api: the API failed`,
		`{"success":false,"code":200}`:                                   `api: the API failed with code 200`,
		`{"success":false,"message":"no","code":400}`:                    `api: the API failed with code 400: "no"`,
		`{"message":"token expired","success":false,"code":401}`:         `auth: the API failed with code 401: "token expired"`,
		`{"success":false,"message":"not yours","code":403}`:             `auth: the API failed with code 403: "not yours"`,
		`{"success":false,"message":"slow down","code":429}`:             `rate_limited, retryable: the API failed with code 429: "slow down"`,
		`{"success":false,"message":"oops","code":500}`:                  `api: the API failed with code 500: "oops"`,
		`{"success":true,"data":[{"_id":"a"}],"code":500}`:               `api: the API failed with code 500`,
		`{"success":true,"data":[{"_id":"a"}],"code":401}`:               `auth: the API failed with code 401`,
		`{"success":true,"data":[{"_id":"a"}],"code":-1}`:                `api: the API failed with code -1`,
		`{"success":false,"message":"a\nb\u0000\"c\""}`:                  `api: the API failed: "a\nb\x00\"c\""`,
		`{"success":false,"message":"` + strings.Repeat("é", 400) + `"}`: `api: the API failed: "` + strings.Repeat("é", 300) + `"`,
	} {
		page, _, err := clientOf(t, answering(200, body)).Page(t.Context(), Request{})
		if got := outcome(err); got != want || !cmp.Equal(page, Page{}) {
			t.Errorf("%s:\ngot  %s and %+v\nwant %s", body, got, page, want)
		}
	}
	// An HTTP status that is no success may hide a rejected token.
	_, _, err := clientOf(t, answering(500, `{"success":false,"message":"expired","code":401}`)).Page(t.Context(), Request{})
	if got, want := outcome(err), `auth: 500 Internal Server Error: "expired"`; got != want {
		t.Errorf("500 with code 401: %s, want %s", got, want)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		_, _, err := clientOf(t, answering(status, "", "Location: "+elsewhere.URL)).Page(t.Context(), Request{Body: []byte("{}")})
		if ReasonOf(err) != HTTPStatus {
			t.Errorf("%d: %s", status, outcome(err))
		}
	}
	_, _, err := clientOf(t, answering(302, "")).Page(t.Context(), Request{})
	if got, want := outcome(err), `http_status: 302 Found to "": redirects are not followed, for they would carry the token elsewhere`; got != want {
		t.Errorf("without a Location: %s, want %s", got, want)
	}
	if asked != 0 {
		t.Errorf("the other host was asked %d times", asked)
	}
}

var ports = regexp.MustCompile(`127\.0\.0\.1:\d+`)

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	hijacked := func(do func(net.Conn)) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			do(connection)
			connection.Close()
		}
	}
	partly := func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, onePage[:30])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"closed":          {hijacked(func(net.Conn) {}), "connection, retryable: the connection ended before an answer"},
		"reset":           {hijacked(func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }), "connection, retryable: read tcp X->X: read: connection reset by peer"},
		"closed mid-body": {partly, "connection, retryable: reading the answer: unexpected EOF"},
		"short of its length": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			partly(w, r)
		}, "connection, retryable: reading the answer: unexpected EOF"},
		"short of its length after a whole answer": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, onePage)
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "connection, retryable: reading the answer: unexpected EOF"},
		"another protocol, and nothing said in it": {hijacked(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: penguin\r\n\r\n")
			io.Copy(io.Discard, c) // until the client has had enough
		}), "http_status: 101 Switching Protocols"},
		"no HTTP": {hijacked(func(c net.Conn) { io.WriteString(c, "SSH-2.0-OpenSSH_9.6\r\n") }),
			`connection, retryable: net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0-OpenSSH_9.6"`},
		"no HTTP, and much of it": {hijacked(func(c net.Conn) { io.WriteString(c, strings.Repeat("x", 100_000)+"\r\n") }),
			"connection, retryable: " + (`net/http: HTTP/1.x transport connection broken: malformed HTTP response "` + strings.Repeat("x", 300))[:300]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, _, err := clientOf(t, test.answer).Page(t.Context(), Request{})
			if got := ports.ReplaceAllString(outcome(err), "X"); got != test.want || page.Records != 0 {
				t.Errorf("got  %s and %d records\nwant %s", got, page.Records, test.want)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	var seen []Exchange
	client := NewClient(urlOf(t, "http://"+listener.Addr().String()), bearerOf(t, canary), func(x Exchange) { seen = append(seen, x) })
	_, _, err = client.Page(t.Context(), Request{})
	if got, want := ports.ReplaceAllString(outcome(err), "X"), "connection, retryable: dial tcp X: connect: connection refused"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := []Exchange{{Err: err}}
	if diff := cmp.Diff(want, seen, cmpopts.EquateErrors(), cmpopts.IgnoreFields(Exchange{}, "Duration")); diff != "" {
		t.Errorf("exchanges: (-want +got)\n%s", diff)
	}
	_, _, err = NewClient(&url.URL{Scheme: "http", Host: "no host"}, nil, nil).Page(t.Context(), Request{})
	if got, want := outcome(err), `connection: parse "http://no%20host/inbox/users": invalid URL escape "%20"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A request ends with its context, before the answer and within it.
func TestARequestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	why := Errorf(Auth, "another request found that out")
	for name, test := range map[string]struct {
		cause error
		want  string
	}{
		"the scrape was given up": {context.Canceled, "timeout: no answer before the deadline"},
		"for a reason of ours":    {why, "auth: another request found that out"},
	} {
		for _, begun := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, answer begun: %t", name, begun), func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithCancelCause(t.Context())
				answer := func(w http.ResponseWriter, r *http.Request) {
					if begun {
						io.WriteString(w, onePage[:30])
						http.NewResponseController(w).Flush()
					}
					cancel(test.cause)
					<-r.Context().Done()
				}
				_, _, err := clientOf(t, answer).Page(ctx, Request{})
				if got := outcome(err); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		}
	}
}

// roundTripper answers in the place of a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// fake is a client of such answers.
func fake(f roundTripper) *Client {
	return NewClient(&url.URL{Scheme: "http", Host: "inbox.example"}, f, nil)
}

// respond makes a response of a status, a body and headers ("Name: value").
func respond(r *http.Request, status int, body string, headers ...string) *http.Response {
	w := httptest.NewRecorder()
	answering(status, body, headers...)(w, r)
	response := w.Result()
	response.Request = r
	return response
}

// silent is a body that never comes, until its request ends.
type silent struct {
	begin io.Reader
	ctx   context.Context
}

func (s silent) Read(p []byte) (int, error) {
	if n, _ := s.begin.Read(p); n > 0 {
		return n, nil
	}
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func TestARequestEndsAtItsDeadline(t *testing.T) {
	t.Parallel()
	silence := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	midBody := func(r *http.Request) (*http.Response, error) {
		response := respond(r, 200, "")
		response.Body = io.NopCloser(silent{strings.NewReader(onePage[:30]), r.Context()})
		return response, nil
	}
	for name, test := range map[string]struct {
		answer   roundTripper
		deadline time.Duration // 0: none
		after    time.Duration
		want     string
	}{
		"silence":             {silence, 10 * time.Second, 10 * time.Second, "timeout: no answer before the deadline"},
		"in the answer":       {midBody, 10 * time.Second, 10 * time.Second, "timeout: no answer before the deadline"},
		"silence for ever":    {silence, 0, time.Minute, "timeout: no answer within 1m0s"},
		"in the answer, ever": {midBody, 0, time.Minute, "timeout: no whole answer within 1m0s"},
		"a far deadline":      {silence, time.Hour, time.Minute, "timeout: no answer within 1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				var seen Exchange
				_, _, err := fake(test.answer).Page(ctx, Request{Observe: func(x Exchange) { seen = x }})
				if got := outcome(err); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
				if seen.Duration != test.after {
					t.Errorf("it took %s, want %s", seen.Duration, test.after)
				}
			})
		})
	}
}

// A transport that cannot authorize a request says why, and that is the error.
func TestErrorsOfTheTransport(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for want, own := range map[string]*Error{
		"auth: reading a file: it is empty":         Errorf(Auth, "reading a file: it is empty"),
		"timeout: reading a file: nothing read":     Errorf(Timeout, "reading a file: nothing read"),
		"connection, retryable: fetching: 500 Oops": Errorf(Connection, "fetching: 500 Oops"),
	} {
		client := fake(func(*http.Request) (*http.Response, error) { return nil, fmt.Errorf("unable to authorize: %w", own) })
		for name, ctx := range map[string]context.Context{"a request": t.Context(), "a request that has ended": ended} {
			if _, _, err := client.Page(ctx, Request{}); outcome(err) != want {
				t.Errorf("%s: got %s, want %s", name, outcome(err), want)
			}
		}
	}
}

func TestEveryExchangeIsObserved(t *testing.T) {
	t.Parallel()
	type answer struct {
		status int
		body   string
		gzip   bool
	}
	answers := []answer{{200, onePage, false}, {200, onePage, true}, {200, `{"success":false}`, false}, {503, `{"success":false,"code":503}`, true}, {502, "Bad Gateway", false}}
	var want []Exchange
	var mu sync.Mutex
	var byClient, byRequest []Exchange
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := answers[n]; a.gzip {
			answering(a.status, gzipped(a.body), "Content-Encoding: gzip")(w, r)
		} else {
			answering(a.status, a.body)(w, r)
		}
	}))
	defer server.Close()
	client := NewClient(urlOf(t, server.URL), bearerOf(t, canary), func(x Exchange) {
		mu.Lock()
		defer mu.Unlock()
		byClient = append(byClient, x)
	})
	for n = range answers {
		_, _, err := client.Page(t.Context(), Request{Observe: func(x Exchange) { byRequest = append(byRequest, x) }})
		want = append(want, Exchange{Status: answers[n].status, Bytes: int64(len(answers[n].body)), Err: err})
	}
	if diff := cmp.Diff(want, byClient, cmpopts.EquateErrors(), cmpopts.IgnoreFields(Exchange{}, "Duration")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(byClient, byRequest, cmpopts.EquateErrors()); diff != "" {
		t.Errorf("the client and the request were told different things: (-client +request)\n%s", diff)
	}
	if want[0].Err != nil || want[1].Err != nil || want[2].Err == nil {
		t.Errorf("errors: %v", want)
	}
}

func TestRetryAfterIsPassedOn(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 401, 429, 500, 503} {
		_, got, _ := clientOf(t, answering(status, onePage, "Retry-After: 30")).Page(t.Context(), Request{})
		if got != 30*time.Second {
			t.Errorf("%d with Retry-After: 30 asks to wait for %s", status, got)
		}
	}
	synctest.Test(t, func(t *testing.T) { // it is a date by the clock of the moment it came
		_, got, _ := fake(func(r *http.Request) (*http.Response, error) {
			date := time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)
			time.Sleep(20 * time.Second)
			return respond(r, 429, "", "Retry-After: "+date), nil
		}).Page(t.Context(), Request{})
		if got != 40*time.Second {
			t.Errorf("a date in 40s asks to wait for %s", got)
		}
	})
}

func TestReasonOf(t *testing.T) {
	t.Parallel()
	for _, reason := range Reasons() {
		if got := ReasonOf(fmt.Errorf("page 3: %w", Errorf(reason, "x"))); got != reason {
			t.Errorf("%s is taken for %s", reason, got)
		}
	}
	for err, want := range map[error]Reason{
		context.DeadlineExceeded: Timeout, context.Canceled: Timeout, io.EOF: API,
		fmt.Errorf("page 3: %w", context.DeadlineExceeded): Timeout,
	} {
		if got := ReasonOf(err); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
}
