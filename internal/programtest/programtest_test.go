package programtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// recorder is a test that records its failures. Its end is simulated.
type recorder struct {
	testing.TB
	failures []string
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) end() {
	for _, f := range r.cleanups {
		f()
	}
}

// serves returns a program that prints a text and then runs until ctx ends.
func serves(says string, exit int) Func {
	return func(ctx context.Context, _ []string, _ func(string) (string, bool), stdout, _ io.Writer) int {
		io.WriteString(stdout, says)
		<-ctx.Done()
		return exit
	}
}

func TestLaunchChecksTheEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		program Func
		use     func(*Program)
		want    string
	}{
		{name: "exit code 0", program: serves("", 0)},
		{name: "another exit code", program: serves("oh no", 3), want: "oh no"},
		{name: "another exit code after Stop", program: serves("", 3), use: func(p *Program) { p.Stop() }},
		{name: "a data race", program: serves("WARNING: DATA RACE", 0), want: "DATA RACE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := &recorder{TB: t}
			p := Launch(r, test.program, nil)
			if test.use != nil {
				test.use(p)
			}
			r.end()
			if failures := strings.Join(r.failures, "\n"); (failures != "") != (test.want != "") || !strings.Contains(failures, test.want) {
				t.Errorf("failures %q, want %q", failures, test.want)
			}
		})
	}
}

func TestAwaitWaitsForTheOutput(t *testing.T) {
	t.Parallel()
	speak := make(chan string)
	p := Launch(t, Func(func(ctx context.Context, _ []string, _ func(string) (string, bool), stdout, stderr io.Writer) int {
		for says := range speak {
			io.WriteString(stderr, says)
		}
		<-ctx.Done()
		return 0
	}), nil)
	var matched sync.WaitGroup
	matched.Go(func() {
		if match := p.Await(t, `name=(\w+)\n`); match[1] != "world" {
			t.Errorf("%q", match)
		}
	})
	for _, says := range []string{"hello ", "name=", "world\n"} {
		speak <- says
	}
	matched.Wait()
	close(speak)
}

func TestBinary(t *testing.T) {
	t.Parallel()
	const shell = Binary("/bin/sh")
	exit, stdout, stderr := Run(t, shell, Env{"NAME": "world"}, "-c", "echo $NAME; echo $HOME >&2; exit 3")
	if exit != 3 || stdout != "world\n" || stderr != "\n" {
		t.Errorf("exit code %d, %q, %q", exit, stdout, stderr)
	}
	p := Launch(t, shell, nil, "-c", "trap 'exit 4' INT; echo ready; while :; do sleep 0.01; done")
	p.Await(t, "ready")
	p.Signal(syscall.SIGINT)
	if exit := p.Wait(); exit != 4 {
		t.Errorf("exit code %d, want 4", exit)
	}
}

func TestAProgramMayWriteToFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "stdout")
	stdout, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	p := LaunchTo(t, Binary("/bin/sh"), Files{Stdout: stdout}, nil, "-c", "echo out; echo err >&2; kill -KILL $$")
	if exit := p.Wait(); exit != 128+int(syscall.SIGKILL) {
		t.Errorf("exit code %d, want that of a SIGKILL", exit)
	}
	written, err := os.ReadFile(path)
	if err != nil || string(written) != "out\n" || p.Output() != "err\n" {
		t.Errorf("%q in the file (%v), %q in the output", written, err, p.Output())
	}
}
