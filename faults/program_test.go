package faults

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// plain is the program as it is released, watched the one with the race detector if the
// tests have it.
var plain, watched string

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

func build(dir, name, flag string) string {
	binary := filepath.Join(dir, name)
	if output, err := exec.Command("go", "build", flag, "-o", binary, "..").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("building the program: %v\n%s", err, output))
	}
	return binary
}

// environ is the environment of a program.
type environ map[string]string

func (e environ) list() []string {
	list := []string{"GORACE=atexit_sleep_ms=0"} // or else each ends a second later
	for name, value := range e {
		list = append(list, name+"="+value)
	}
	return list
}

// invoke runs the program to its end.
func invoke(t *testing.T, env environ, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	command := exec.CommandContext(t.Context(), watched, args...)
	command.Env, command.Stdout, command.Stderr = env.list(), &out, &errs
	_ = command.Run() // the exit code tells
	return command.ProcessState.ExitCode(), out.String(), errs.String()
}

// running is the program, serving.
type running struct {
	URL     string
	process *os.Process
	stop    func()
	exited  chan int

	mu     sync.Mutex
	output bytes.Buffer
}

// Write takes what it prints and logs.
func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.output.Write(p)
}

// Output is what it has printed and logged so far.
func (r *running) Output() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.output.String()
}

// Stop sends it a SIGTERM, once, and returns its exit code.
func (r *running) Stop() int {
	r.stop()
	exit := <-r.exited
	r.exited <- exit
	return exit
}

var listening = regexp.MustCompile(`(?:msg="Listening on" address=|^{"address":")([0-9.:]+)`)

// boot starts the program on a port of its own, and waits until it listens. It is
// stopped when the test ends.
func boot(t *testing.T, env environ, args ...string) *running {
	t.Helper()
	return launch(t, watched, env, args...)
}

func launch(t *testing.T, binary string, env environ, args ...string) *running {
	t.Helper()
	command := exec.Command(binary, append(args, "--web.listen-address=127.0.0.1:0")...)
	r := &running{exited: make(chan int, 1)}
	logs, log := io.Pipe()
	command.Env, command.Stdout, command.Stderr = env.list(), r, io.MultiWriter(r, log)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	r.process = command.Process
	r.stop = sync.OnceFunc(func() { _ = r.process.Signal(syscall.SIGTERM) }) // which fails when it has ended
	go func() {
		_ = command.Wait() // the exit code tells
		log.Close()
		r.exited <- command.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		r.Stop()
		if strings.Contains(r.Output(), "DATA RACE") {
			t.Errorf("a data race:\n%s", r.Output())
		}
	})
	for lines := bufio.NewScanner(logs); r.URL == "" && lines.Scan(); {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			r.URL = "http://" + found[1]
		}
	}
	go io.Copy(io.Discard, logs)
	if r.URL == "" {
		t.Fatalf("it did not listen:\n%s", r.Output())
	}
	return r
}

// start boots the program as it is released, on two inboxes.
func start(t *testing.T, acme, zenith string, args ...string) *running {
	t.Helper()
	env := environ{"ACME": acme, "ZENITH": zenith, "TOKEN": canary}
	return launch(t, plain, env, append([]string{"--config.file=" + write(t, "stand.yml", standYAML)}, args...)...)
}

// get fetches a page of the running program.
func (r *running) get(t *testing.T, path string, header ...string) (status int, body string) {
	t.Helper()
	return r.request(t, http.MethodGet, path, header...)
}

// post posts to it.
func (r *running) post(t *testing.T, path string) (status int, body string) {
	t.Helper()
	return r.request(t, http.MethodPost, path)
}

func (r *running) request(t *testing.T, method, path string, header ...string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequest(method, r.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(read)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
