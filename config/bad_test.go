package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

var update = flag.Bool("update", false, "rewrite the expectations under testdata")

// canary is the value of every variable and file that could be secret.
const canary = "hunter2-canary"

// environment is what the variables of the test configurations are set to.
func environment(name string) (string, bool) {
	value, ok := map[string]string{
		"BEARER":  "Bearer " + canary,
		"BYTES":   "\xff",
		"DOTS":    "a..b",
		"EMPTY":   "",
		"HOST":    "inbox.example",
		"LINES":   canary + "\n" + canary,
		"PADDED":  "  " + canary + " \r\n",
		"RATE":    "2.5",
		"SHORT":   "1234567",
		"TIMEOUT": "1m30s",
		"TOKEN":   canary,
		"TRUE":    "true",
	}[name]
	return value, ok
}

func TestBadConfigurations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad configurations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yml"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cfg, err := Parse(filepath.Base(file), data, filepath.Dir(file), environment)
			if err == nil || cfg != nil {
				t.Fatalf("got a configuration and the error %v, want an error alone", err)
			}
			checkErrors(t, err)
			compareGolden(t, strings.TrimSuffix(file, ".yml")+".txt", err.Error()+"\n")
		})
	}
}

// checkErrors checks what holds for every error of Parse.
func checkErrors(t *testing.T, err error) {
	t.Helper()
	errs, ok := errors.AsType[strictyaml.Errors](err)
	if !ok || len(errs) == 0 {
		t.Fatalf("error %v is a %T, want Errors", err, err)
	}
	for i, e := range errs {
		if e.Line < 1 || e.Column < 1 {
			t.Errorf("error %q has no position", e)
		}
		if strings.Contains(e.Error(), "\n") {
			t.Errorf("error %q is more than one line", e)
		}
		if strings.Contains(e.Error(), canary) {
			t.Errorf("error %q shows the value of a variable", e)
		}
		if i > 0 && (e.Line < errs[i-1].Line || e.Line == errs[i-1].Line && e.Column < errs[i-1].Column) {
			t.Errorf("error %q comes after %q", e, errs[i-1])
		}
	}
}

// compareGolden compares got with a file, which -update rewrites.
func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
