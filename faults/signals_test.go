package faults

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// A SIGHUP while the program starts does not end it: it reloads once it has loaded.
func TestSIGHUPWhileStarting(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	// It reads this file before it loads the configuration.
	web := fifo(t, filepath.Join(t.TempDir(), "web.yml"))
	read, log := pipe(t)
	p := startProcess(t, nil, log, nil, "--config.file="+programtest.WriteFile(t, "small.yml", small(server, "")), "--web.config.file="+web)
	log.Close()
	content := p.reads(t, web)
	p.signal(t, syscall.SIGHUP)
	if err := os.Rename(programtest.WriteFile(t, "web.yml", ""), web); err != nil { // for when it is read again
		t.Fatal(err)
	}
	content.Close()
	loads := 0
	for lines := bufio.NewScanner(read); loads < 2 && lines.Scan(); {
		if strings.Contains(lines.Text(), "loaded the configuration") {
			loads++
		}
	}
	if loads != 2 {
		t.Fatalf("loaded the configuration %d times, and ended: %v", loads, p.wait(t))
	}
	go io.Copy(io.Discard, read)
	p.serves(t)
	if exit := p.terminate(t); exit != 0 {
		t.Errorf("exit code %d", exit)
	}
}

// A SIGHUP while the last scrapes are answered changes nothing.
func TestSIGHUPWhileDraining(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	p := startProcess(t, nil, nil, nil, "--config.file="+programtest.WriteFile(t, "small.yml", small(server, "")))
	p.serves(t)
	g := hold(server)
	answered := make(chan int, 1)
	go func() {
		status, _ := p.get(t, "/metrics")
		answered <- status
	}()
	<-g.reached
	p.signal(t, syscall.SIGTERM)
	within(t, "it drains", func() bool {
		status, _ := p.get(t, "/-/ready")
		return status == 503
	})
	p.signal(t, syscall.SIGHUP)
	if status, _ := p.get(t, "/-/healthy"); status != 200 {
		t.Errorf("/-/healthy: %d", status)
	}
	g.open()
	if status := <-answered; status != 200 {
		t.Errorf("the scrape under way: %d", status)
	}
	if state := p.wait(t); state.ExitCode() != 0 {
		t.Errorf("ended: %v", state)
	}
}

// A program whose output nobody reads any more goes on serving.
func TestClosedOutput(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"serve", "demo"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.Start(t)
			p := startProcess(t, unread(t), unread(t), nil, command, "--config.file="+programtest.WriteFile(t, "small.yml", small(server, "")), "--log.level=debug")
			p.serves(t)
			for range 3 {
				if status, body := p.get(t, "/metrics"); status != 200 || !strings.Contains(body, "\nbotpenguin_up{account=\"acme\"} 1\n") {
					t.Errorf("%d %s", status, body)
				}
			}
			if exit := p.terminate(t); exit != 0 {
				t.Errorf("exit code %d", exit)
			}
		})
	}
}

// Commands that end by themselves end by a SIGHUP or a SIGPIPE as programs do.
func TestOtherCommandsEndBySignals(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	config := "--config.file=" + programtest.WriteFile(t, "small.yml", small(server, ""))
	t.Run("check | head", func(t *testing.T) {
		t.Parallel()
		read, errors := pipe(t)
		p := startProcess(t, unread(t), errors, nil, "check", config)
		errors.Close()
		if said, _ := io.ReadAll(read); len(said) != 0 {
			t.Errorf("it says %s", said)
		}
		if state := p.wait(t); state.Sys().(syscall.WaitStatus).Signal() != syscall.SIGPIPE {
			t.Errorf("ended: %v", state)
		}
	})
	t.Run("count", func(t *testing.T) {
		t.Parallel()
		asked := make(chan struct{}, 10)
		server.Intercept(func(_ http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
			asked <- struct{}{}
			<-r.Context().Done()
			return true
		})
		p := startProcess(t, nil, nil, nil, "count", config)
		<-asked
		p.signal(t, syscall.SIGHUP)
		if state := p.wait(t); state.Sys().(syscall.WaitStatus).Signal() != syscall.SIGHUP {
			t.Errorf("ended: %v", state)
		}
	})
}
