//go:build unix

package transport

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Reading a special file fails without blocking.
func TestSpecialFiles(t *testing.T) {
	t.Parallel()
	server := record(t, nil, nil)
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/dev/zero", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fifo, "/dev/zero", link} {
		_, err := post(t.Context(), build(t, credentialsFile(path)), server.URL)
		if want := "auth: reading credentials_file " + path + ": not a regular file"; outcome(err) != want {
			t.Errorf("%s\nwant %s", outcome(err), want)
		}
	}
}

// Kubernetes mounts secrets as symbolic links and replaces them.
func TestLinkedFile(t *testing.T) {
	t.Parallel()
	server := record(t, nil, nil)
	link := filepath.Join(t.TempDir(), "link")
	transport := build(t, credentialsFile(link))
	for _, token := range []string{"one", "two"} {
		os.Remove(link)
		if err := os.Symlink(file(t, token), link); err != nil {
			t.Fatal(err)
		}
		if _, err := post(t.Context(), transport, server.URL); err != nil {
			t.Fatal(err)
		}
		if got := server.seen()[0].Header.Get("Authorization"); got != "Bearer "+token {
			t.Errorf("Authorization: %s, want %s", got, token)
		}
	}
}
