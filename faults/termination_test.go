package faults

import (
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// A SIGTERM ends the program in good order, whatever hangs.
func TestSIGTERMEndsWhateverHangs(t *testing.T) {
	t.Parallel()
	type hang func(t *testing.T, p *process, server *inboxtest.Server)
	stalledLog := func(t *testing.T, p *process, _ *inboxtest.Server) { p.floodsTheLog(t, "quick") }
	unreadAnswer := func(t *testing.T, p *process, _ *inboxtest.Server) { p.readsNothing(t) }
	endlessHeader := func(t *testing.T, p *process, _ *inboxtest.Server) {
		p.connect(t, "GET /metrics HTTP/1.1\r\nX-Slow: ")
	}
	// Special files are refused, so nothing makes a reload hang here: package command tests
	// that one that hangs is given up.
	longReload := func(t *testing.T, p *process, _ *inboxtest.Server) { p.signal(t, syscall.SIGHUP) }
	hangingScrape := func(t *testing.T, p *process, server *inboxtest.Server) {
		g := hold(server)
		p.connect(t, "GET /metrics HTTP/1.1\r\nHost: exporter.test\r\n\r\n")
		<-g.reached
	}
	for name, test := range map[string]struct {
		log   bool // nobody reads it
		hangs []hang
	}{
		"nothing":                     {false, nil},
		"the log's reader":            {true, []hang{stalledLog}},
		"a client that does not read": {false, []hang{unreadAnswer}},
		"a client that does not ask":  {false, []hang{endlessHeader}},
		"a reload":                    {false, []hang{longReload}},
		"all of them":                 {true, []hang{stalledLog, unreadAnswer, unreadAnswer, endlessHeader, longReload}},
		"all of them and a scrape":    {true, []hang{stalledLog, unreadAnswer, endlessHeader, longReload, hangingScrape}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.Start(t)
			config := programtest.WriteFile(t, "large.yml", large(server))
			var log *os.File
			if test.log {
				_, log = pipe(t)
			}
			p := startProcess(t, nil, log, nil, "--config.file="+config, "--log.level=debug")
			p.serves(t)
			for _, hang := range test.hangs {
				hang(t, p, server)
			}
			if exit := p.terminate(t); exit != 0 {
				t.Errorf("exit code %d", exit)
			}
		})
	}
}

// A SIGTERM even ends a command whose output nobody reads.
func TestSIGTERMEndsACommandWithUnreadOutput(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes 15 seconds")
	}
	server := inboxtest.Start(t)
	read, out := pipe(t)
	p := startProcess(t, out, nil, nil, "count", "--config.file="+programtest.WriteFile(t, "large.yml", large(server)))
	if _, err := io.ReadFull(read, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if exit := p.terminate(t); exit != 1 {
		t.Errorf("exit code %d", exit)
	}
}

// Who does not want to wait for the end sends a second SIGTERM.
func TestSecondSIGTERMEndsAtOnce(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	g := hold(server)
	p := startProcess(t, nil, nil, nil, "--config.file="+programtest.WriteFile(t, "small.yml", small(server, ", timeout: 1m")))
	p.serves(t)
	p.connect(t, "GET /metrics HTTP/1.1\r\nHost: exporter.test\r\n\r\n")
	<-g.reached
	p.signal(t, syscall.SIGTERM)
	within(t, "it drains", func() bool {
		status, _ := p.get(t, "/-/ready")
		return status == 503
	})
	p.signal(t, syscall.SIGTERM)
	if status := p.wait(t).Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGTERM {
		t.Errorf("ended by %v, want the second SIGTERM", status.Signal())
	}
}

// Clients that do not read are no scrapes under way once their values are gathered.
func TestClientsThatDoNotReadTakeNoSlot(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	p := startProcess(t, nil, nil, nil, "--config.file="+programtest.WriteFile(t, "large.yml", large(server)), "--web.max-requests=2")
	p.serves(t)
	for range 4 {
		p.readsNothing(t)
	}
	if status, body := p.get(t, "/metrics"); status != 200 {
		t.Errorf("%d %.200s", status, body)
	}
}
