package command

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/life"
)

// demoPageSize is large enough for the first scrape, which has to search for last pages,
// to finish within the default rate limit.
const demoPageSize = 100

// Demo serves the metrics of a simulated inbox in this process until ctx ends. Its day
// takes a few minutes. Demo prints the exporter's addresses to out.
func Demo(ctx context.Context, s Serve, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	simulated := inboxtest.New(inboxtest.PageSize(demoPageSize), inboxtest.KeepCalls(0))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening for the simulated inbox: %w", err)
	}
	api := &http.Server{Handler: simulated, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = api.Serve(listener) }() // returns http.ErrServerClosed
	defer api.Close()
	go life.New(simulated.Inbox, life.Options{}).Run(ctx)

	env := s.Config.Env
	s.Config.Env = func(name string) (string, bool) {
		switch name {
		case "BOTPENGUIN_URL":
			return "http://" + listener.Addr().String(), true
		case "BOTPENGUIN_TOKEN":
			return simulated.Token, true
		}
		return env(name)
	}
	path := s.Web.TelemetryPath
	s.Ready = func(address net.Addr) { fmt.Fprint(out, demoText(address, path)) }
	return s.Run(ctx)
}

// demoText returns the text that Demo prints.
func demoText(address net.Addr, path string) string {
	target, err := localAddress(address.String())
	if err != nil {
		target = address.String()
	}
	return strings.NewReplacer("TARGET", target, "PATH", path).Replace(`
Simulating the inbox of a support team. One day takes four minutes.

  http://TARGETPATH   metrics
  http://TARGET/   home page

Watch the backlog of unanswered customers:

  while sleep 2; do curl -s http://TARGETPATH | grep '^botpenguin_inbox_.*backlog'; done

To scrape the demo, add this to the configuration of Prometheus:

scrape_configs:
  - job_name: botpenguin
    scrape_interval: 5s
    metrics_path: PATH
    static_configs:
      - targets: ["TARGET"]

Press Ctrl-C to stop.

`)
}
