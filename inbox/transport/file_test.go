package transport

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/regularfile"
)

func TestUnusableFiles(t *testing.T) {
	t.Parallel()
	server := record(t, nil, nil)
	for name, test := range map[string]struct{ path, want string }{
		"missing":           {filepath.Join(t.TempDir(), "none"), "no such file or directory"},
		"directory":         {t.TempDir(), "not a regular file"},
		"larger":            {file(t, strings.Repeat("x", regularfile.MaxSecret+1)), "larger than 1 MiB"},
		"empty":             {file(t, ""), "the file is empty"},
		"white space":       {file(t, " \n"), "the file is empty"},
		"line break":        {file(t, "one\ntwo\n"), "it contains a line break or another control character"},
		"control character": {file(t, "one\x00two"), "it contains a line break or another control character"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for key, cfg := range map[string]promconfig.HTTPClientConfig{
				"credentials_file":  credentialsFile(test.path),
				"bearer_token_file": {BearerTokenFile: test.path},
				"http_headers file": {HTTPHeaders: &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Key": {Files: []string{test.path}}}}},
			} {
				_, err := post(t.Context(), build(t, cfg), server.URL)
				if want := "auth: reading " + key + " " + test.path + ": " + test.want; outcome(err) != want {
					t.Errorf("%s\nwant %s", outcome(err), want)
				}
			}
		})
	}
	t.Cleanup(func() {
		if len(server.seen()) > 0 {
			t.Error("a request was made without its secret")
		}
	})
}

// Files that are not sent verbatim may contain any character.
func TestUnusableFilesOfOtherKeys(t *testing.T) {
	t.Parallel()
	server := record(t, nil, grant("token"))
	oauth := func(c promconfig.OAuth2) promconfig.HTTPClientConfig {
		c.ClientID, c.TokenURL = "id", server.URL
		return promconfig.HTTPClientConfig{OAuth2: &c}
	}
	for key, cfg := range map[string]func(path string) promconfig.HTTPClientConfig{
		"username_file": func(path string) promconfig.HTTPClientConfig {
			return promconfig.HTTPClientConfig{BasicAuth: &promconfig.BasicAuth{UsernameFile: path}}
		},
		"password_file": func(path string) promconfig.HTTPClientConfig {
			return promconfig.HTTPClientConfig{BasicAuth: &promconfig.BasicAuth{PasswordFile: path}}
		},
		"client_secret_file": func(path string) promconfig.HTTPClientConfig { return oauth(promconfig.OAuth2{ClientSecretFile: path}) },
		"client_certificate_key_file": func(path string) promconfig.HTTPClientConfig {
			return oauth(promconfig.OAuth2{GrantType: jwtBearer, ClientCertificateKeyFile: path})
		},
	} {
		path := file(t, " ")
		_, err := post(t.Context(), build(t, cfg(path)), server.URL)
		if want := "auth: reading " + key + " " + path + ": the file is empty"; outcome(err) != want {
			t.Errorf("%s\nwant %s", outcome(err), want)
		}
		rewrite(t, path, "one\ntwo")
		if key == "client_certificate_key_file" {
			continue // the key does not exist there
		}
		if status, err := post(t.Context(), build(t, cfg(path)), server.URL); status != http.StatusOK {
			t.Errorf("%s: status %d, %v", key, status, err)
		}
	}
}

func TestUnusableFilesOfTLS(t *testing.T) {
	t.Parallel()
	serverTLS, inline := tlsPair(t)
	server := record(t, serverTLS, nil)
	cfg := promconfig.HTTPClientConfig{TLSConfig: inFiles(t, inline)}
	transport := build(t, cfg)
	for key, path := range map[string]string{
		"ca_file": cfg.TLSConfig.CAFile, "cert_file": cfg.TLSConfig.CertFile, "key_file": cfg.TLSConfig.KeyFile,
	} {
		before, err := readRegular(path)
		if err != nil {
			t.Fatal(err)
		}
		rewrite(t, path, "")
		want := "reading " + key + " " + path + ": the file is empty"
		if _, err := post(t.Context(), transport, server.URL); outcome(err) != "auth: "+want {
			t.Errorf("%s\nwant auth: %s", outcome(err), want)
		}
		if _, err := New(cfg, userAgent, forget); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("creating the transport: %v\nwant %s", err, want)
		}
		rewrite(t, path, before)
	}
	if status, err := post(t.Context(), transport, server.URL); status != http.StatusOK {
		t.Errorf("after restoring the files: status %d, %v", status, err)
	}
}

func TestReplacedFiles(t *testing.T) {
	t.Parallel()
	server := record(t, nil, nil)
	path := file(t, "one")
	cfg := credentialsFile(path)
	cfg.HTTPHeaders = &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Key": {Files: []string{path}}}}
	transport := build(t, cfg)
	for _, token := range []string{"one", "two", "three"} {
		rewrite(t, path, token+"\n")
		if _, err := post(t.Context(), transport, server.URL); err != nil {
			t.Fatal(err)
		}
		header := server.seen()[0].Header
		if header.Get("Authorization") != "Bearer "+token || header.Get("X-Key") != token {
			t.Errorf("sent %v, want %s", header, token)
		}
	}
}

// hangingFiles simulates a file system that hangs while it is locked.
type hangingFiles struct {
	sync.RWMutex
	opened int // under counting
	count  sync.Mutex
}

func (h *hangingFiles) load(path string) (string, error) {
	h.count.Lock()
	h.opened++
	h.count.Unlock()
	h.RLock()
	defer h.RUnlock()
	return "token of " + path, nil
}

// hung returns the number of reads since it was last called.
func (h *hangingFiles) hung() int {
	h.count.Lock()
	defer h.count.Unlock()
	opened := h.opened
	h.opened = 0
	return opened
}

// If the file system hangs, requests end with their context. There is one goroutine per
// file, also over several scrapes, and requests succeed after the recovery.
func TestHangingFiles(t *testing.T) {
	t.Parallel()
	server := record(t, nil, nil)
	var disk hangingFiles
	cfg := credentialsFile("a")
	cfg.HTTPHeaders = &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Key": {Files: []string{"b"}}}}
	files := newSecretFiles(disk.load, forget)
	one, err := newTransport(cfg, userAgent, files)
	if err != nil {
		t.Fatal(err)
	}
	defer closeIdle(one)
	other, err := newTransport(credentialsFile("a"), userAgent, files)
	if err != nil {
		t.Fatal(err)
	}
	defer closeIdle(other)

	disk.Lock()
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		var scrape sync.WaitGroup
		for range 10 {
			scrape.Go(func() {
				_, err := post(ctx, one, server.URL)
				if want := "timeout: reading http_headers file b: not read before the deadline"; outcome(err) != want {
					t.Errorf("%s\nwant %s", outcome(err), want)
				}
			})
			scrape.Go(func() {
				_, err := post(ctx, other, server.URL)
				if want := "timeout: reading credentials_file a: not read before the deadline"; outcome(err) != want {
					t.Errorf("%s\nwant %s", outcome(err), want)
				}
			})
		}
		scrape.Wait()
		cancel()
	}
	if hung := disk.hung(); hung != 2 {
		t.Errorf("%d reads of 2 files hang", hung)
	}
	disk.Unlock()
	for _, transport := range []http.RoundTripper{one, other} {
		if _, err := post(t.Context(), transport, server.URL); err != nil {
			t.Error(err)
		}
		if got := server.seen()[0].Header.Get("Authorization"); got != "Bearer token of a" {
			t.Errorf("Authorization: %s", got)
		}
	}
}

// Without a deadline, as in New and in TLS handshakes, reading a file has a timeout.
func TestHangingFileWithoutDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		released := make(chan struct{})
		files := newSecretFiles(func(string) (string, error) {
			<-released
			return "", errors.New("released")
		}, forget)
		began := time.Now()
		_, err := newTransport(promconfig.HTTPClientConfig{TLSConfig: promconfig.TLSConfig{CAFile: "ca"}}, userAgent, files)
		if want := "timeout: reading ca_file ca: not read within 10s"; outcome(err) != want || time.Since(began) != fileTimeout {
			t.Errorf("%s after %s\nwant %s", outcome(err), time.Since(began), want)
		}
		close(released)
	})
}

// The error has the cause for which the context ended.
func TestCauseOfAnEndedWait(t *testing.T) {
	t.Parallel()
	var disk hangingFiles
	disk.Lock()
	defer disk.Unlock()
	files := newSecretFiles(disk.load, forget)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(inbox.Errorf(inbox.RateLimited, "paused"))
	if _, err := files.Fetch(ctx, "credentials_file a"); outcome(err) != "rate_limited: paused" {
		t.Error(outcome(err))
	}
	if hung := disk.hung(); hung != 0 {
		t.Errorf("%d reads for a request that has ended", hung)
	}
}
