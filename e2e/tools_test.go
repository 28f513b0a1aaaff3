// Package e2e tests the program as users run it: built, started, and scraped by a real
// Prometheus. With -short it only runs tests that need no built programs.
//
// It is a separate module, and so is each tool in tools/, to keep their dependencies out
// of the exporter's go.mod.
package e2e

import (
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// Programs are built once per run. They are cached in bin/ and Go's build cache.
var (
	buildExporter   = sync.OnceValue(func() error { return programtest.Build("..", "-o", "e2e/bin/", ".") })
	buildPrometheus = sync.OnceValue(func() error {
		return programtest.Build("tools/prometheus", "-tags", "remove_all_sd", "-o", "../../bin/", "tool")
	})
	buildAlertmanager = sync.OnceValue(func() error {
		return programtest.Build("tools/alertmanager", "-o", "../../bin/", "tool")
	})
)

// exporter, prometheus, promtool, alertmanager and amtool build a program and return its
// path. With -short they skip the test.
func exporter(t *testing.T) programtest.Binary   { return built(t, "botpenguin_exporter", buildExporter) }
func prometheus(t *testing.T) programtest.Binary { return built(t, "prometheus", buildPrometheus) }
func promtool(t *testing.T) string               { return string(built(t, "promtool", buildPrometheus)) }
func alertmanager(t *testing.T) programtest.Binary {
	return built(t, "alertmanager", buildAlertmanager)
}
func amtool(t *testing.T) string { return string(built(t, "amtool", buildAlertmanager)) }

func built(t *testing.T, program string, build func() error) programtest.Binary {
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
	return programtest.Binary(path)
}

// get returns the body and content type of a response, whose status must be 200.
func get(t *testing.T, p *programtest.Program, path, accept string) (body, contentType string) {
	t.Helper()
	response, err := p.Request(t.Context(), http.MethodGet, path, "Accept", accept)
	if err != nil {
		t.Fatal(err)
	}
	if response.Status != http.StatusOK {
		t.Fatalf("%s: status %d\n%s", path, response.Status, response.Body)
	}
	return response.Body, response.Header.Get("Content-Type")
}
