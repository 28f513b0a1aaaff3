package inbox

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

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
		handler http.HandlerFunc
		want    string
	}{
		"closed":          {hijacked(func(net.Conn) {}), "connection, retryable: the connection was closed before a response"},
		"reset":           {hijacked(func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }), "connection, retryable: read tcp X->X: read: connection reset by peer"},
		"closed mid-body": {partly, "connection, retryable: reading the response: unexpected EOF"},
		"short of its length": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			partly(w, r)
		}, "connection, retryable: reading the response: unexpected EOF"},
		"short of its length after a complete object": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, onePage)
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "connection, retryable: reading the response: unexpected EOF"},
		"another protocol, and silence": {hijacked(func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: penguin\r\n\r\n")
			io.Copy(io.Discard, c) // until the client closes it
		}), "http_status: 101 Switching Protocols"},
		"no HTTP": {hijacked(func(c net.Conn) { io.WriteString(c, "SSH-2.0-OpenSSH_9.6\r\n") }),
			`connection, retryable: net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0-OpenSSH_9.6"`},
		"no HTTP, and long": {hijacked(func(c net.Conn) { io.WriteString(c, strings.Repeat("x", 100_000)+"\r\n") }),
			"connection, retryable: " + (`net/http: HTTP/1.x transport connection broken: malformed HTTP response "` + strings.Repeat("x", 300))[:300]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, _, err := testClient(t, test.handler).fetch(t.Context(), Request{})
			if got := ports.ReplaceAllString(outcome(err), "X"); got != test.want || page.Records != 0 {
				t.Errorf("got  %s and %d records\nwant %s", got, page.Records, test.want)
			}
		})
	}
}

func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	var seen []Exchange
	client := NewClient(parseURL(t, "http://"+listener.Addr().String()), bearerTransport(t, canary), known(canary), func(x Exchange) { seen = append(seen, x) })
	_, _, err = client.fetch(t.Context(), Request{})
	if got, want := ports.ReplaceAllString(outcome(err), "X"), "connection, retryable: dial tcp X: connect: connection refused"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := []Exchange{{Err: err}}
	if diff := cmp.Diff(want, seen, cmpopts.EquateErrors(), cmpopts.IgnoreFields(Exchange{}, "Duration")); diff != "" {
		t.Errorf("exchanges: (-want +got)\n%s", diff)
	}
	_, _, err = NewClient(&url.URL{Scheme: "http", Host: "no host"}, nil, nil, nil).fetch(t.Context(), Request{})
	if got, want := outcome(err), `connection: parse "http://no%20host/inbox/users": invalid URL escape "%20"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A request ends with its context, before the response and within its body.
func TestARequestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	cause := Errorf(Auth, "another request was rejected")
	for name, test := range map[string]struct {
		cause error
		want  string
	}{
		"the scrape was canceled": {context.Canceled, "timeout: no response before the deadline"},
		"with a cause":            {cause, "auth: another request was rejected"},
	} {
		for _, begun := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, response begun: %t", name, begun), func(t *testing.T) {
				t.Parallel()
				ctx, cancel := context.WithCancelCause(t.Context())
				handler := func(w http.ResponseWriter, r *http.Request) {
					if begun {
						io.WriteString(w, onePage[:30])
						http.NewResponseController(w).Flush()
					}
					cancel(test.cause)
					<-r.Context().Done()
				}
				_, _, err := testClient(t, handler).fetch(ctx, Request{})
				if got := outcome(err); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		}
	}
}

// hangingBody is the beginning of a body that hangs until its request ends.
type hangingBody struct {
	begin io.Reader
	ctx   context.Context
}

func (h hangingBody) Read(p []byte) (int, error) {
	if n, _ := h.begin.Read(p); n > 0 {
		return n, nil
	}
	<-h.ctx.Done()
	return 0, h.ctx.Err()
}

func TestARequestEndsAtItsDeadline(t *testing.T) {
	t.Parallel()
	hang := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	midBody := func(r *http.Request) (*http.Response, error) {
		response := newResponse(r, 200, "")
		response.Body = io.NopCloser(hangingBody{strings.NewReader(onePage[:30]), r.Context()})
		return response, nil
	}
	for name, test := range map[string]struct {
		respond  roundTripper
		deadline time.Duration // 0: none
		after    time.Duration
		want     string
	}{
		"before the response": {hang, 10 * time.Second, 10 * time.Second, "timeout: no response before the deadline"},
		"within the body":     {midBody, 10 * time.Second, 10 * time.Second, "timeout: no response before the deadline"},
		"without a deadline":  {hang, 0, time.Minute, "timeout: no response within 1m0s"},
		"within, without one": {midBody, 0, time.Minute, "timeout: no complete response within 1m0s"},
		"a far deadline":      {hang, time.Hour, time.Minute, "timeout: no response within 1m0s"},
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
				_, _, err := fakeClient(test.respond).fetch(ctx, Request{Observe: func(x Exchange) { seen = x }})
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
