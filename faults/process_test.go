package faults

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// watchdog is how long a program that should do something is waited for.
const watchdog = 30 * time.Second

// process is the program with files as its output, which a test reads or does not.
type process struct {
	URL     string
	command *exec.Cmd
	ended   chan struct{} // closed when it has ended
}

// startProcess starts the program at an address of its own, without waiting for
// anything. A nil file is /dev/null.
func startProcess(t *testing.T, stdout, stderr *os.File, env programtest.Env, args ...string) *process {
	t.Helper()
	// From this address no connections are made, so that nobody takes the port.
	listener, err := net.Listen("tcp", "127.0.0.78:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	p := &process{URL: "http://" + address, ended: make(chan struct{})}
	p.command = exec.Command(string(watched), append(args, "--web.listen-address="+address)...)
	p.command.Env = []string{"GORACE=atexit_sleep_ms=0"}
	for name, value := range env {
		p.command.Env = append(p.command.Env, name+"="+value)
	}
	if stdout != nil {
		p.command.Stdout = stdout
	}
	if stderr != nil {
		p.command.Stderr = stderr
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.command.Wait() // the state of the process tells
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill() // which fails when it has ended
		<-p.ended
	})
	return p
}

// serves waits until it serves.
func (p *process) serves(t *testing.T) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	within(t, "it serves", func() bool {
		response, err := client.Get(p.URL + "/-/ready")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == 200
	})
}

// get fetches a page; no answer is status 0.
func (p *process) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	client := http.Client{Timeout: watchdog, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(p.URL + path)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return 0, ""
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return response.StatusCode, string(read)
}

func (p *process) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := p.command.Process.Signal(s); err != nil {
		t.Errorf("%v: %v", s, err)
	}
}

// terminate sends it a SIGTERM, waits for its end, and returns its exit code.
func (p *process) terminate(t *testing.T) int {
	t.Helper()
	began := time.Now()
	p.signal(t, syscall.SIGTERM)
	state := p.wait(t)
	t.Logf("%s: ended %.1f s after a SIGTERM", t.Name(), time.Since(began).Seconds())
	return state.ExitCode()
}

// wait waits for its end.
func (p *process) wait(t *testing.T) *os.ProcessState {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(watchdog):
		t.Fatal("it does not end")
	}
	return p.command.ProcessState
}

// within waits until something is so.
func within(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(watchdog); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", watchdog, what)
		}
	}
}

// pipe returns the ends of a pipe that holds 4 KiB. The test closes the write end when
// the program has it.
func pipe(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		read.Close()
		write.Close()
	})
	const setSize = 1031 // F_SETPIPE_SZ
	if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, write.Fd(), setSize, 4096); errno != 0 {
		t.Fatal(errno)
	}
	return read, write
}

// unread returns the write end of a pipe that nobody can read any more.
func unread(t *testing.T) *os.File {
	t.Helper()
	read, write := pipe(t)
	read.Close()
	return write
}

// fifo makes a named pipe.
func fifo(t *testing.T, path string) string {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// reads waits until the program reads a named pipe, and returns its other end.
func (p *process) reads(t *testing.T, path string) *os.File {
	t.Helper()
	var file *os.File
	within(t, "it reads "+path, func() (ok bool) {
		var err error
		file, err = os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err != nil && !errors.Is(err, syscall.ENXIO) {
			t.Fatal(err)
		}
		return err == nil
	})
	t.Cleanup(func() { file.Close() })
	return file
}

// connect sends a request, or a part of one.
func (p *process) connect(t *testing.T, request string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return conn
}

// readsNothing begins a scrape and reads no more of the answer than its first byte.
func (p *process) readsNothing(t *testing.T) {
	t.Helper()
	conn := p.connect(t, "GET /metrics HTTP/1.1\r\nHost: exporter.test\r\n\r\n")
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

// large is a configuration whose metrics do not fit into the buffers of a connection,
// although a scrape of them makes one or two requests. A scrape of its account chatty
// makes a hundred, each of which is logged.
func large(server *inboxtest.Server) string {
	var config strings.Builder
	config.WriteString("accounts:\n")
	for _, name := range []string{"acme", "chatty"} {
		fmt.Fprintf(&config, "  - {name: %s, url: %q, authorization: {credentials: simulated-token}, rate_limit: 0, timeout: 1m}\n", name, server.URL)
	}
	config.WriteString("queries:\n")
	for i := range 100 {
		fmt.Fprintf(&config, "  - {name: created%d, help: New contacts., filter: {createdAt: {startAt: now-%dm}}, accounts: [chatty]}\n", i, i+1)
	}
	help := strings.Repeat("All contacts. ", 100)
	for i := range 4000 {
		fmt.Fprintf(&config, "  - {name: users%d, help: %q, accounts: [acme]}\n", i, help)
	}
	return config.String()
}

// small is a configuration of one query.
func small(server *inboxtest.Server, account string) string {
	return fmt.Sprintf("accounts: [{name: acme, url: %q, authorization: {credentials: simulated-token}, rate_limit: 0%s}]\nqueries: [{name: users, help: All contacts.}]\n", server.URL, account)
}

var droppedLines = regexp.MustCompile(`(?m)^botpenguin_log_lines_dropped_total (\d+)$`)

// floodsTheLog scrapes the account chatty until lines of the log are dropped. Every
// scrape must be answered.
func (p *process) floodsTheLog(t *testing.T) {
	t.Helper()
	within(t, "lines are dropped", func() bool {
		for range 10 {
			if status, body := p.get(t, "/probe?account=chatty"); status != 200 {
				t.Fatalf("%d %s", status, body)
			}
		}
		_, body := p.get(t, "/metrics")
		dropped := droppedLines.FindStringSubmatch(body)
		return dropped != nil && dropped[1] != "0"
	})
}
