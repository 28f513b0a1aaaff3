package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// patience is how long anything may take that involves no compiler.
	patience = time.Minute
	// farewell is how long a program may take to end after SIGTERM.
	farewell = 20 * time.Second
)

// process is a program that runs until the test ends, when SIGTERM must make it end
// with exit code 0.
type process struct {
	name           string
	stdout, stderr *output
	ended          chan struct{}
}

func start(t *testing.T, env []string, program string, args ...string) *process {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	p := &process{command.Args[0], &output{}, &output{}, make(chan struct{})}
	command.Env = append(os.Environ(), env...)
	command.Stdout, command.Stderr = p.stdout, p.stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = farewell
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = command.Wait() // always an error, for the context ended it; its exit code tells
	}()
	t.Cleanup(func() {
		<-p.ended
		if code := command.ProcessState.ExitCode(); code != 0 {
			t.Errorf("%s: %s after SIGTERM, want exit code 0; it said\n%s", p.name, command.ProcessState, p.stderr)
		}
	})
	return p
}

// await waits until p has logged what matches the pattern, and returns its first group.
func (p *process) await(t *testing.T, pattern string) string {
	t.Helper()
	var match []string
	eventually(t, func() error {
		select {
		case <-p.ended:
			t.Fatalf("%s ended; it said\n%s", p.name, p.stderr)
		default:
		}
		match = regexp.MustCompile(pattern).FindStringSubmatch(p.stderr.String())
		if match == nil {
			return fmt.Errorf("%s logged nothing that matches %s, but\n%s", p.name, pattern, p.stderr)
		}
		return nil
	})
	return match[1]
}

// output holds what a process has printed up to now.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// eventually tries until there is no error. If that takes too long, the last one fails
// the test.
func eventually(t *testing.T, try func() error) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("after %v: %v", patience, err)
		}
	}
}

// get returns the body of an answer, which must be 200, and its content type.
func get(t *testing.T, url, accept string) (body, contentType string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", accept)
	client := http.Client{Timeout: patience}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", url, response.Status, content)
	}
	return string(content), response.Header.Get("Content-Type")
}
