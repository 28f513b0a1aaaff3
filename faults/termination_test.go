package faults

import (
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// A SIGTERM ends the program in good order, whatever hangs.
func TestSIGTERMEndsWhateverHangs(t *testing.T) {
	t.Parallel()
	type hang func(t *testing.T, r *running, server *inboxtest.Server)
	stalledLog := func(t *testing.T, r *running, _ *inboxtest.Server) { r.floodsTheLog(t) }
	unreadAnswer := func(t *testing.T, r *running, _ *inboxtest.Server) { r.readsNothing(t) }
	endlessHeader := func(t *testing.T, r *running, _ *inboxtest.Server) {
		r.connect(t, "GET /metrics HTTP/1.1\r\nX-Slow: ")
	}
	longReload := func(_ *testing.T, r *running, _ *inboxtest.Server) { r.Signal(syscall.SIGHUP) }
	hangingScrape := func(t *testing.T, r *running, server *inboxtest.Server) {
		g := hold(server)
		r.connect(t, aScrape("60"))
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
			var files programtest.Files
			if test.log {
				_, files.Stderr = pipe(t)
			}
			r := bootTo(t, files, nil, "--config.file="+config, "--log.level=debug")
			for _, hang := range test.hangs {
				hang(t, r, server)
			}
			r.terminate(t)
		})
	}
}

// A SIGTERM ends a scrape that could wait for a token for a minute.
func TestSIGTERMEndsWaitingForAToken(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes 12 seconds")
	}
	server, endpoint := newInbox(t, 20), tokenEndpoint(t)
	config := strings.Replace(small(server, ", timeout: 1m"), "authorization: {credentials: simulated-token}", endpoint.options, 1)
	r := boot(t, programtest.Env{"TOKEN": canary}, "--config.file="+programtest.WriteFile(t, "small.yml", config), "--web.enable-pprof")
	endpoint.fails(t)
	answered := r.begin(t, "/metrics", "60")
	r.awaitScrapes(t, 1)
	r.terminate(t)
	a := <-answered
	same(t, "the scrape under way", map[string]float64{`botpenguin_up{account="acme"}`: 0, `botpenguin_query_success{account="acme",query="users"}`: 0}, gauges(t, a.body))
}

// A SIGTERM even ends a command whose output nobody reads.
func TestSIGTERMEndsACommandWithUnreadOutput(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes 15 seconds")
	}
	server := inboxtest.Start(t)
	read, out := pipe(t)
	count := programtest.LaunchTo(t, watched, programtest.Files{Stdout: out}, nil, "count", "--config.file="+programtest.WriteFile(t, "large.yml", large(server)))
	if _, err := io.ReadFull(read, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if exit := count.Stop(); exit != 1 {
		t.Errorf("exit code %d\n%s", exit, count.Output())
	}
}

// Who does not want to wait for the end sends a second SIGTERM.
func TestSecondSIGTERMEndsAtOnce(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	g := hold(server)
	r := boot(t, nil, "--config.file="+programtest.WriteFile(t, "small.yml", small(server, ", timeout: 1m")))
	r.connect(t, aScrape("60"))
	<-g.reached
	r.Signal(syscall.SIGTERM)
	r.awaitDraining(t)
	r.Signal(syscall.SIGTERM)
	if exit := r.Wait(); exit != bySignal+int(syscall.SIGTERM) {
		t.Errorf("exit code %d, want that of the second SIGTERM", exit)
	}
}

// Clients that do not read are no scrapes under way once their values are gathered.
func TestClientsThatDoNotReadTakeNoSlot(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	r := boot(t, nil, "--config.file="+programtest.WriteFile(t, "large.yml", large(server)), "--web.max-requests=2")
	for range 4 {
		r.readsNothing(t)
	}
	r.scrape(t, "/metrics", "60")
}
