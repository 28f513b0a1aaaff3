//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/regularfile"
)

// Special files are neither waited for nor read.
func TestSpecialFiles(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{pipe, "/dev/zero"} {
		_, err := Load(file, environment)
		if want := file + ": cannot read the configuration: it is not a regular file"; err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
		for _, keys := range []string{
			"authorization: {credentials_file: FILE}",
			"bearer_token_file: FILE",
			"basic_auth: {username_file: FILE, password: secret-password}",
			"basic_auth: {username: me, password_file: FILE}",
			"http_headers: {X-Key: {files: [FILE]}}",
			"tls_config: {ca_file: FILE}",
			"oauth2: {client_id: me, client_secret_file: FILE, token_url: https://login.example}",
			"oauth2: {client_id: me, token_url: https://login.example, tls_config: {ca_file: FILE}}",
		} {
			text := accountWith("\n    " + strings.ReplaceAll(keys, "FILE", file))
			_, err := Parse("special.yml", []byte(text), ".", environment)
			if err == nil || !strings.HasSuffix(err.Error(), ": it is not a regular file") {
				t.Errorf("%s: %v, want an error about a special file", keys, err)
			}
		}
	}
}

func TestHugeFiles(t *testing.T) {
	t.Parallel()
	huge := filepath.Join(t.TempDir(), "huge")
	for _, test := range []struct {
		size int64
		load func() error
		want string
	}{
		{regularfile.MaxConfiguration + 1, func() error {
			_, err := Load(huge, environment)
			return err
		}, ": cannot read the configuration: it is larger than 16 MiB"},
		{regularfile.MaxSecret + 1, func() error {
			_, err := Parse("huge.yml", []byte(accountWith("\n    bearer_token_file: "+huge)), ".", environment)
			return err
		}, ": it is larger than 1 MiB"},
	} {
		if err := os.WriteFile(huge, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(huge, test.size); err != nil {
			t.Fatal(err)
		}
		if err := test.load(); err == nil || !strings.HasSuffix(err.Error(), test.want) {
			t.Errorf("%v, want it to end with %s", err, test.want)
		}
	}
}
