package faults

import (
	"flag"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

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
	waitTogether()
	exit := m.Run()
	os.RemoveAll(dir)
	os.Exit(exit)
}

// waitTogether has twice as many tests run at a time as by default, unless a flag says
// otherwise: most of the time, each waits for a deadline.
func waitTogether() {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return
	}
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
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

// ownAddress returns an address for a program whose output does not tell one. From it
// no connections are made, so that nobody takes the port.
func ownAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.78:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// bootTo starts the program, which writes to files, and waits until it serves.
func bootTo(t *testing.T, files programtest.Files, env programtest.Env, args ...string) *running {
	t.Helper()
	address := ownAddress(t)
	r := &running{programtest.LaunchTo(t, watched, files, env, append(args, "--web.listen-address="+address)...)}
	r.AwaitReady(t, address)
	return r
}

// endTime is how long the program may take to end after a SIGTERM: three times as long
// as it promises, so that only a hang takes longer.
const endTime = 45 * time.Second

// terminate sends the program a SIGTERM, which must end it well, and returns how long
// that took.
func (r *running) terminate(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	exit := r.Stop()
	took := time.Since(began)
	t.Logf("%s: ended %.1f s after a SIGTERM", t.Name(), took.Seconds())
	if exit != 0 || took > endTime {
		t.Errorf("exit code %d, %v after a SIGTERM:\n%s", exit, took, r.Output())
	}
	return took
}
