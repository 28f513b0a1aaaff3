//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
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
		if want := file + ": cannot read the configuration: not a regular file"; err == nil || err.Error() != want {
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
			if err == nil || !strings.HasSuffix(err.Error(), ": not a regular file") {
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
		}, ": cannot read the configuration: larger than 16 MiB"},
		{regularfile.MaxSecret + 1, func() error {
			_, err := Parse("huge.yml", []byte(accountWith("\n    bearer_token_file: "+huge)), ".", environment)
			return err
		}, ": larger than 1 MiB"},
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

// Secrets that every user can read are advised against, and what is no secret is not.
func TestAdviceAboutReadableFiles(t *testing.T) {
	t.Parallel()
	certificate, key := programtest.Certificate(t)
	const text = "secret-token"
	for _, test := range []struct {
		keys    string
		content string
		mode    os.FileMode
		advice  string
	}{
		{"authorization: {credentials_file: FILE}", text, 0o600, ""},
		{"authorization: {credentials_file: FILE}", text, 0o640, ""},
		{"authorization: {credentials_file: FILE}", text, 0o644, "authorization.credentials_file"},
		{"bearer_token_file: FILE", text, 0o604, "bearer_token_file"},
		{"basic_auth: {username_file: FILE, password: secret-password}", text, 0o644, ""},
		{"basic_auth: {username: me, password_file: FILE}", text, 0o644, "basic_auth.password_file"},
		{"http_headers: {X-Key: {files: [FILE]}}", text, 0o644, "http_headers.X-Key.files[0]"},
		{"oauth2: {client_id: me, client_secret_file: FILE, token_url: https://login.example}", text, 0o644, "oauth2.client_secret_file"},
		{"bearer_token: secret-token\n    tls_config: {ca_file: FILE}", certificate, 0o644, ""},
		{"bearer_token: secret-token\n    tls_config: {cert_file: FILE, key_file: FILE}", certificate + key, 0o644, "tls_config.key_file"},
	} {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, []byte(test.content), test.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, test.mode); err != nil { // whatever the umask is
			t.Fatal(err)
		}
		cfg, err := Parse("f", []byte(accountWith("\n    "+strings.ReplaceAll(test.keys, "FILE", file))), ".", environment)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(cfg.Advice, "\n")
		want := ": accounts[0] (acme): " + test.advice + ": every user of this machine can read the file, run chmod o-r"
		if test.advice == "" && got != "" || !strings.HasSuffix(got, want) && test.advice != "" || len(cfg.Advice) > 1 {
			t.Errorf("%s with mode %o: %q", test.keys, test.mode, got)
		}
	}
}
