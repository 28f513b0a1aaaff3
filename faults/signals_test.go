package faults

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/signal"
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
	address := ownAddress(t)
	r := &running{programtest.LaunchTo(t, watched, programtest.Files{Stderr: log}, nil,
		"--config.file="+programtest.WriteFile(t, "small.yml", small(server, "")), "--web.config.file="+web, "--web.listen-address="+address)}
	log.Close()
	content := awaitReader(t, web)
	r.Signal(syscall.SIGHUP)
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
		t.Fatalf("loaded the configuration %d times, and ended with exit code %d", loads, r.Wait())
	}
	go io.Copy(io.Discard, read)
	r.AwaitReady(t, address)
	r.terminate(t)
}

// A SIGHUP while the last scrapes are answered changes nothing.
func TestSIGHUPWhileDraining(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	r := boot(t, nil, "--config.file="+programtest.WriteFile(t, "small.yml", small(server, ", timeout: 1m")))
	g := hold(server)
	answered := r.begin(t, "/metrics", "60")
	<-g.reached
	r.Signal(syscall.SIGTERM)
	r.awaitDraining(t)
	r.Signal(syscall.SIGHUP)
	if status, _ := r.Get(t, "/-/healthy"); status != 200 {
		t.Errorf("/-/healthy: %d", status)
	}
	g.open()
	if a := <-answered; a.status != 200 {
		t.Errorf("the scrape under way: %d", a.status)
	}
	if exit := r.Wait(); exit != 0 {
		t.Errorf("exit code %d\n%s", exit, r.Output())
	}
}

// A program whose output nobody reads any more goes on serving.
func TestClosedOutput(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"serve", "demo"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.Start(t)
			r := bootTo(t, programtest.Files{Stdout: unread(t), Stderr: unread(t)}, nil, command, "--config.file="+programtest.WriteFile(t, "small.yml", small(server, "")), "--log.level=debug")
			for range 3 {
				if body, _ := r.scrape(t, "/metrics", "60"); !strings.Contains(body, "\nbotpenguin_up{account=\"acme\"} 1\n") {
					t.Error(body)
				}
			}
			r.terminate(t)
		})
	}
}

// bySignal and its number are the exit code of a program that a signal has ended.
const bySignal = 128

// Commands that end by themselves end by a SIGHUP or a SIGPIPE as programs do.
func TestOtherCommandsEndBySignals(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	config := "--config.file=" + programtest.WriteFile(t, "small.yml", small(server, ""))
	t.Run("check | head", func(t *testing.T) {
		t.Parallel()
		read, errors := pipe(t)
		check := programtest.LaunchTo(t, watched, programtest.Files{Stdout: unread(t), Stderr: errors}, nil, "check", config)
		errors.Close()
		if said, _ := io.ReadAll(read); len(said) != 0 {
			t.Errorf("it says %s", said)
		}
		if exit := check.Wait(); exit != bySignal+int(syscall.SIGPIPE) {
			t.Errorf("exit code %d, want that of a SIGPIPE", exit)
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
		// A SIGHUP that the tests ignore, as under nohup, the program would ignore, too; one
		// that they handle it does not.
		hangups := make(chan os.Signal, 1)
		signal.Notify(hangups, syscall.SIGHUP)
		defer signal.Stop(hangups)
		count := programtest.Launch(t, watched, nil, "count", config)
		<-asked
		count.Signal(syscall.SIGHUP)
		if exit := count.Wait(); exit != bySignal+int(syscall.SIGHUP) {
			t.Errorf("exit code %d, want that of a SIGHUP", exit)
		}
	})
}
