package collector

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-kit/log"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// What the HTTP client says about a configuration does not show its secrets.
func TestErrorOfNewAccountShowsNoSecret(t *testing.T) {
	t.Parallel()
	certificate := filepath.Join(t.TempDir(), "simulated-token")
	if err := os.WriteFile(certificate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse("test.yml", []byte(accountYAML+"queries: [{name: users, help: All.}]"), ".", environment)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Accounts[0].HTTP.TLSConfig.CAFile = certificate
	_, err = NewAccount(cfg.Accounts[0], NewProcess(), log.NewNopLogger())
	if err == nil || strings.Contains(err.Error(), "simulated-token") || !strings.Contains(err.Error(), "/<secret>: ") {
		t.Errorf("%v", err)
	}
}

// An account that has gone is forgotten with its secrets.
func TestForgottenAccount(t *testing.T) {
	t.Parallel()
	process := NewProcess()
	process.Secrets.Add("acme", "token", "simulated-token")
	process.Forget("acme")
	if got := process.Secrets.Redact("simulated-token"); got != "simulated-token" {
		t.Errorf("%s", got)
	}
}
