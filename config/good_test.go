package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// moment is when the request bodies of the plans are made.
var moment = time.Date(2024, time.June, 5, 19, 5, 50, 875e6, time.UTC)

func TestGoodConfigurations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/good/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no good configurations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yml"), func(t *testing.T) {
			t.Parallel()
			cfg, err := Load(file, environment)
			if err != nil {
				t.Fatal(err)
			}
			base := strings.TrimSuffix(file, ".yml")
			compareGolden(t, base+".plan.txt", plan(cfg))
			compareGolden(t, base+".dump.txt", string(cfg.YAML()))
			if strings.Contains(string(cfg.YAML()), canary) {
				t.Errorf("the dump shows a secret:\n%s", cfg.YAML())
			}
		})
	}
}

// plan prints what a configuration means.
func plan(cfg *Config) string {
	var out strings.Builder
	for _, warning := range cfg.Warnings {
		fmt.Fprintln(&out, "warning", warning)
	}
	for _, advice := range cfg.Advice {
		if !strings.Contains(advice, "chmod") { // which depends on the umask
			fmt.Fprintln(&out, "advice", advice)
		}
	}
	for _, a := range cfg.Accounts {
		fmt.Fprintf(&out, "\naccount %s %s shown=%s rate=%v concurrency=%d timeout=%s min_interval=%s redirects=%t\n",
			a.Name, a.URL, a.ShownURL, a.RateLimit, a.Concurrency, a.Timeout, a.MinInterval, a.HTTP.FollowRedirects)
		for _, q := range a.Queries {
			fmt.Fprintf(&out, "  query %s %q labels=%v", q.Name, q.Help, q.LabelNames)
			for _, g := range q.GroupBy {
				fmt.Fprintf(&out, " group=%s:%s%v", g.Label, g.Field, g.Values)
			}
			fmt.Fprintf(&out, " oldest=%q walk=%t\n", q.Oldest, q.Walk)
			for _, part := range q.Parts {
				fmt.Fprintf(&out, "    %v\n      %s\n", part.Labels, part.Filter.At(moment).Page(1))
			}
		}
	}
	return out.String()
}

// A dump can be read again and means the same.
func TestDumpsMeanTheSame(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"minimal", "full", "aliases"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, err := Load("testdata/good/"+name+".yml", environment)
			if err != nil {
				t.Fatal(err)
			}
			// A user in a URL is the one secret whose place does not take <secret>.
			dumped := strings.ReplaceAll(string(cfg.YAML()), "//<secret>@", "//user@")
			again, err := Parse("dump.yml", []byte(dumped), ".", environment)
			if err != nil {
				t.Fatalf("%v\n%s", err, dumped)
			}
			cfg.Warnings, again.Warnings = nil, nil // their positions differ
			cfg.Advice, again.Advice = nil, nil
			if diff := cmp.Diff(plan(cfg), plan(again)); diff != "" {
				t.Errorf("plan (-first +again):\n%s", diff)
			}
			if diff := cmp.Diff(string(cfg.YAML()), string(again.YAML())); diff != "" {
				t.Errorf("dump (-first +again):\n%s", diff)
			}
		})
	}
}

func TestLoadReportsAFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := Load("testdata/missing.yml", nil)
	want := "testdata/missing.yml: cannot read the configuration: no such file or directory"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the cause of %v is not the file system's", err)
	}
}

// An account's parts are its own: queries are expanded for each.
func TestAccountsShareNoParts(t *testing.T) {
	t.Parallel()
	cfg, err := Load("testdata/good/full.yml", environment)
	if err != nil {
		t.Fatal(err)
	}
	first, second := cfg.Accounts[0].Queries[0], cfg.Accounts[1].Queries[0]
	if first.Name != second.Name || first == second {
		t.Fatalf("the accounts' first queries are %p %s and %p %s", first, first.Name, second, second.Name)
	}
	if !slices.Equal(first.LabelNames, second.LabelNames) || first.Walk || !second.Walk {
		t.Errorf("got %+v and %+v, want them to differ in walk alone", first, second)
	}
}
