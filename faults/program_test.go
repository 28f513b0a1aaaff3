package faults

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// plain is the program as it is released, watched the one with the race detector if the
// tests have it.
var plain, watched programtest.Binary

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "botpenguin_exporter")
	if err != nil {
		panic(err)
	}
	plain = build(dir, "plain", "-ldflags=-s -w")
	watched = plain
	if race {
		watched = build(dir, "watched", "-race")
	}
	exit := m.Run()
	os.RemoveAll(dir)
	os.Exit(exit)
}

func build(dir, name, flag string) programtest.Binary {
	binary := filepath.Join(dir, name)
	if err := programtest.Build("..", flag, "-o", binary, "."); err != nil {
		panic(err)
	}
	return programtest.Binary(binary)
}

// running is the program, serving.
type running struct{ *programtest.Program }

// boot starts the program, and waits until it listens.
func boot(t *testing.T, env programtest.Env, args ...string) *running {
	t.Helper()
	return &running{programtest.Start(t, watched, env, args...)}
}

// start starts the program as it is released, on two inboxes.
func start(t *testing.T, acme, zenith string, args ...string) *running {
	t.Helper()
	env := programtest.Env{"ACME": acme, "ZENITH": zenith, "TOKEN": canary}
	return &running{programtest.Start(t, plain, env, append([]string{"--config.file=" + programtest.WriteFile(t, "stand.yml", standYAML)}, args...)...)}
}
