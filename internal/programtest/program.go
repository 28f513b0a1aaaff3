// Package programtest starts programs for tests: the exporter, in the process of the
// test or as a binary, and every other server that uses exporter-toolkit.
package programtest

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for a program. It is much longer than anything should
// take, and only ends hanging tests.
const patience = 2 * time.Minute

// Program is a program that was started.
type Program struct {
	Address string // host and port at which it listens, after Start or AwaitReady
	URL     string // the same as a URL, without a trailing slash

	process   *process
	terminate func() // sends a SIGTERM, once
	output    output
	waited    atomic.Bool // Stop or Wait was called
}

// Start starts a server and waits until it listens, on a port of its own. The server
// must know --web.listen-address and log "Listening on". See [Launch] for its end.
func Start(tb testing.TB, l Launcher, env Env, args ...string) *Program {
	tb.Helper()
	p := Launch(tb, l, env, slices.Concat(args, []string{"--web.listen-address=127.0.0.1:0"})...)
	p.Address = p.Await(tb, `(?m)(?:msg="Listening on" .*?address=|^{"address":")([0-9.:]+)`)[1]
	p.URL = "http://" + p.Address
	return p
}

// Launch starts a program without waiting. When the test ends, the program is sent a
// SIGTERM. Its exit code must be 0 then, unless the test has called Stop or Wait, and it
// must not have reported a data race.
func Launch(tb testing.TB, l Launcher, env Env, args ...string) *Program {
	tb.Helper()
	return LaunchTo(tb, l, Files{}, env, args...)
}

// Files are where a program writes to; what is nil goes to its Output.
type Files struct{ Stdout, Stderr *os.File }

// LaunchTo is like [Launch], for a program that writes to files.
func LaunchTo(tb testing.TB, l Launcher, files Files, env Env, args ...string) *Program {
	tb.Helper()
	p := &Program{}
	var stdout, stderr io.Writer = &p.output, &p.output
	if files.Stdout != nil {
		stdout = files.Stdout
	}
	if files.Stderr != nil {
		stderr = files.Stderr
	}
	p.process = launch(tb, l, env, args, stdout, stderr)
	p.terminate = sync.OnceFunc(func() { p.process.signal(syscall.SIGTERM) })
	tb.Cleanup(func() {
		waited := p.waited.Load()
		if exit := p.Stop(); exit != 0 && !waited {
			tb.Errorf("%v ended with exit code %d, want 0 after a SIGTERM:\n%s", args, exit, p.Output())
		}
		checkRaces(tb, p.Output())
	})
	return p
}

// Run runs a program until it ends, and returns its exit code and output.
func Run(tb testing.TB, l Launcher, env Env, args ...string) (exit int, stdout, stderr string) {
	tb.Helper()
	var out, errs output
	exit = launch(tb, l, env, args, &out, &errs).wait()
	checkRaces(tb, errs.String())
	return exit, out.String(), errs.String()
}

func launch(tb testing.TB, l Launcher, env Env, args []string, stdout, stderr io.Writer) *process {
	tb.Helper()
	p, err := l.launch(env, args, stdout, stderr)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func checkRaces(tb testing.TB, output string) {
	tb.Helper()
	if strings.Contains(output, "DATA RACE") {
		tb.Errorf("a data race:\n%s", output)
	}
}

// Output returns the program's output and log so far.
func (p *Program) Output() string { return p.output.String() }

// PID returns the process id of a [Binary].
func (p *Program) PID() int { return p.process.pid }

// Signal sends a signal to the program.
func (p *Program) Signal(s syscall.Signal) { p.process.signal(s) }

// AwaitReady waits until the program is ready at the address that the test has told it
// to listen on. Start does this by itself.
func (p *Program) AwaitReady(tb testing.TB, address string) {
	tb.Helper()
	p.Address, p.URL = address, "http://"+address
	Eventually(tb, func() error {
		response, err := p.Request(tb.Context(), http.MethodGet, "/-/ready")
		if err == nil && response.Status != http.StatusOK {
			err = fmt.Errorf("/-/ready: %d %s", response.Status, response.Body)
		}
		return err
	})
}

// Stop sends the program a SIGTERM, waits until it ends, and returns its exit code. Further
// calls send no signal.
func (p *Program) Stop() int {
	p.terminate()
	return p.Wait()
}

// Wait waits until the program ends, and returns its exit code. A signal that ended it
// counts as 128 plus its number, as in a shell.
func (p *Program) Wait() int {
	p.waited.Store(true)
	return p.process.wait()
}

// Await waits until the program's output matches the pattern, and returns the match and
// its groups.
func (p *Program) Await(tb testing.TB, pattern string) []string {
	tb.Helper()
	wanted := regexp.MustCompile(pattern)
	late := time.After(patience)
	for ended := false; ; {
		text, more := p.output.read()
		if match := wanted.FindStringSubmatch(text); match != nil {
			return match
		}
		if ended {
			tb.Fatalf("the program ended with exit code %d, and its output does not match %s:\n%s", p.process.exit, pattern, text)
		}
		select {
		case <-more:
		case <-p.process.ended:
			ended = true
		case <-late:
			tb.Fatalf("after %v the output does not match %s:\n%s", patience, pattern, text)
		}
	}
}
