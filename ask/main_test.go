package ask_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/botpenguin-exporter/botpenguin_exporter/ask"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// accountOf returns the account of a server with further keys, and with these queries, or
// the built-in ones.
func accountOf(t *testing.T, srv *inboxtest.Server, keys, queries string) *config.Account {
	t.Helper()
	text := fmt.Sprintf("accounts:\n  - {name: acme, url: %q, authorization: {credentials: %q}, rate_limit: 0%s}\n", srv.URL, srv.Token, keys)
	if queries == "" {
		builtIn, err := os.ReadFile("../config.example.yml")
		if err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"BOTPENGUIN_URL": srv.URL, "BOTPENGUIN_TOKEN": srv.Token}
		cfg := parse(t, string(builtIn), env)
		account := cfg.Accounts[0]
		limits := parse(t, text+"queries: [{name: users, help: All.}]", nil).Accounts[0]
		limits.Queries = account.Queries
		return limits
	}
	return parse(t, text+"queries:\n"+queries, nil).Accounts[0]
}

func parse(t *testing.T, text string, env map[string]string) *config.Config {
	t.Helper()
	cfg, err := config.Parse("test.yml", []byte(text), ".", func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// examine asks all questions and returns the findings by their questions.
func examine(ctx context.Context, t *testing.T, account *config.Account) (map[string]ask.Finding, ask.Report) {
	t.Helper()
	report, err := ask.Doctor(ctx, account, options())
	if err != nil {
		t.Fatal(err)
	}
	byQuestion := make(map[string]ask.Finding)
	for _, f := range report.Findings {
		byQuestion[f.Question] = f
	}
	return byQuestion, report
}

// mark returns how the table shows a finding.
func mark(f ask.Finding) string {
	switch {
	case f.Wrong():
		return "!!"
	case !f.OK:
		return "?"
	}
	return "ok"
}

func options() ask.Options {
	return ask.Options{UserAgent: "test", Secrets: &inbox.Secrets{}, Progress: &ask.Progress{}}
}
