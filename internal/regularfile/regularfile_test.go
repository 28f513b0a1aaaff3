//go:build unix

package regularfile

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("full", strings.Repeat("x", MaxSecret))
	write("larger", strings.Repeat("x", MaxSecret+1))
	write("empty", "")
	for name, target := range map[string]string{"link": path("full"), "link to zeros": "/dev/zero"} {
		if err := os.Symlink(target, path(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(path("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	const special = "not a regular file"
	for file, want := range map[string]struct {
		bytes int
		err   string
	}{
		path("full"):          {MaxSecret, ""},
		path("link"):          {MaxSecret, ""},
		path("empty"):         {0, ""},
		path("larger"):        {0, "larger than 1 MiB"},
		path("missing"):       {0, "open " + path("missing") + ": no such file or directory"},
		path("pipe"):          {0, special},
		path("link to zeros"): {0, special},
		"/dev/zero":           {0, special},
		dir:                   {0, special},
	} {
		data, err := Read(file, MaxSecret)
		if len(data) != want.bytes {
			t.Errorf("%s: %d bytes, want %d", file, len(data), want.bytes)
		}
		if err == nil && want.err != "" || err != nil && err.Error() != want.err {
			t.Errorf("%s: %v, want %s", file, err, want.err)
		}
	}
}
