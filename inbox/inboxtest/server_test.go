package inboxtest_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestInvalidRequestsAreRejected(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(3))
	for name, tt := range map[string]struct {
		change  func(*http.Request)
		status  int
		message string
	}{
		"path":                {func(r *http.Request) { r.URL.Path = "/inbox" }, 404, "no such endpoint"},
		"trailing slash":      {func(r *http.Request) { r.URL.Path += "/" }, 404, "no such endpoint"},
		"method":              {func(r *http.Request) { r.Method = http.MethodPut }, 405, "the method must be POST"},
		"no token":            {func(r *http.Request) { r.Header.Del("Authorization") }, 401, "unauthorized"},
		"wrong token":         {func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 401, "unauthorized"},
		"token alone":         {func(r *http.Request) { r.Header.Set("Authorization", srv.Token) }, 401, "unauthorized"},
		"no authtype":         {func(r *http.Request) { r.Header.Del("authtype") }, 400, "the header authtype must be Key"},
		"wrong authtype":      {func(r *http.Request) { r.Header.Set("authtype", "key") }, 400, "the header authtype must be Key"},
		"no content type":     {func(r *http.Request) { r.Header.Del("Content-Type") }, 400, "the header Content-Type must be application/json"},
		"another content":     {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 400, "the header Content-Type must be application/json"},
		"charset is harmless": {func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") }, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := request(t, srv, body(nil))
			tt.change(r)
			got := send(t, r)
			if got.Status != tt.status || got.Message != tt.message || got.Success != (tt.status == 200) {
				t.Errorf("got %d %v %q, want %d %q", got.Status, got.Success, got.Message, tt.status, tt.message)
			}
			if tt.status == http.StatusMethodNotAllowed && got.Header.Get("Allow") != http.MethodPost {
				t.Errorf("Allow is %q", got.Header.Get("Allow"))
			}
			if tt.status != 200 && len(got.Data) != 0 {
				t.Errorf("%d records beside an error", len(got.Data))
			}
		})
	}
}

func TestCustomToken(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Token("secret"))
	if srv.Token != "secret" {
		t.Fatalf("token is %q", srv.Token)
	}
	ask(t, srv, nil)
	r := request(t, srv, body(nil))
	r.Header.Set("Authorization", "Bearer "+inboxtest.DefaultToken)
	if got := send(t, r); got.Status != http.StatusUnauthorized {
		t.Errorf("with the default token: %d", got.Status)
	}
}

func TestGzipIsServedToClientsThatAcceptIt(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(20))
	for accept, want := range map[string]string{
		"gzip": "gzip", "br, GZIP;q=0.5": "gzip", "deflate, gzip": "gzip",
		"identity": "", "gzip;q=0": "", "br": "",
	} {
		t.Run(accept, func(t *testing.T) {
			t.Parallel()
			r := request(t, srv, body(nil))
			r.Header.Set("Accept-Encoding", accept) // set here, so the transport does not decompress
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if got := response.Header.Get("Content-Encoding"); got != want {
				t.Fatalf("Content-Encoding is %q, want %q", got, want)
			}
			content := io.Reader(response.Body)
			if want == "gzip" {
				if content, err = gzip.NewReader(response.Body); err != nil {
					t.Fatal(err)
				}
			}
			var page struct{ Data []object }
			if err := json.NewDecoder(content).Decode(&page); err != nil || len(page.Data) == 0 {
				t.Errorf("%d records, error %v", len(page.Data), err)
			}
		})
	}
}

func TestLatencyDelaysResponses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := inboxtest.New(inboxtest.Latency(time.Hour))
		began := time.Now()
		srv.ServeHTTP(discard{}, bare(t.Context()))
		if waited := time.Since(began); waited != time.Hour {
			t.Errorf("response after %v", waited)
		}
		srv.SetLatency(0)
		srv.ServeHTTP(discard{}, bare(t.Context()))
		if waited := time.Since(began); waited != time.Hour {
			t.Errorf("response after %v without latency", waited-time.Hour)
		}
	})
}

func TestLatencyEndsWhenTheClientDisconnects(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Latency(time.Hour))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	response, err := http.DefaultClient.Do(request(t, srv, body(nil)).WithContext(ctx))
	if err == nil {
		response.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the deadline", err)
	}
}

// bare returns an empty request, which a server rejects after its latency.
func bare(ctx context.Context) *http.Request {
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody)
	return r
}

// discard is a response writer that discards everything.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}
