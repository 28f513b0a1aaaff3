// Package e2e tries the program as its users run it: built, started, and scraped by a
// real Prometheus. With -short it tries only what needs none of that.
//
// It is a module of its own, and each heavy tool has another in tools/, so that what
// they depend on stays out of the exporter's go.mod.
package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Each is built once a run, and again only when its source has changed: bin/ and Go's
// cache keep it.
var (
	buildExporter   = sync.OnceValue(func() error { return goBuild("..", "-o", "e2e/bin/", ".") })
	buildPrometheus = sync.OnceValue(func() error {
		return goBuild("tools/prometheus", "-tags", "remove_all_sd", "-o", "../../bin/", "tool")
	})
)

// exporter, prometheus and promtool return the path of a program. With -short they
// skip the test.
func exporter(t *testing.T) string   { return built(t, "botpenguin_exporter", buildExporter) }
func prometheus(t *testing.T) string { return built(t, "prometheus", buildPrometheus) }
func promtool(t *testing.T) string   { return built(t, "promtool", buildPrometheus) }

func built(t *testing.T, program string, build func() error) string {
	t.Helper()
	if testing.Short() {
		t.Skipf("needs %s, which -short does not build", program)
	}
	t.Logf("building %s, unless it is up to date", program)
	if err := build(); err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(filepath.Join("bin", program))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func goBuild(directory string, args ...string) error {
	build := exec.Command("go", append([]string{"build"}, args...)...)
	build.Dir = directory
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%s in %s: %w\n%s", build, directory, err, output)
	}
	return nil
}
