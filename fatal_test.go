package main

import (
	"net"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// The log is flushed before the error that ends the program is printed.
func TestFatalErrorIsPrintedLast(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	exit, _, stderr := programtest.Run(t, programtest.Func(run), builtInEnv(server), "--web.listen-address="+taken.Addr().String())
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if first, last := lines[0], lines[len(lines)-1]; exit != 1 || !strings.Contains(first, "loaded the configuration") || !strings.Contains(last, "address already in use") {
		t.Errorf("exit code %d:\n%s", exit, stderr)
	}
}
