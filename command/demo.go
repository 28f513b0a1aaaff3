package command

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/life"
)

// demoPageSize is large enough for the first scrape, which has to search for last pages,
// to finish within the default rate limit.
const demoPageSize = 100

// Demo serves the metrics of a simulated inbox in this process until ctx ends. Its day
// takes a few minutes. All accounts of the configuration use the simulation. Demo prints
// the exporter's addresses to out.
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

	simulation := &url.URL{Scheme: "http", Host: listener.Addr().String()}
	s.Config.Env = withDefaults(s.Config.Env, map[string]string{"BOTPENGUIN_URL": simulation.String(), "BOTPENGUIN_TOKEN": simulated.Token})
	// Whatever the configuration and the environment say: the demo never reaches a real
	// inbox, and no credentials leave it.
	s.Config.Redirect = func(a *config.Account) {
		a.URL = simulation
		a.HTTP = promconfig.HTTPClientConfig{Authorization: &promconfig.Authorization{Type: "Bearer", Credentials: promconfig.Secret(simulated.Token)}}
	}
	path := s.Web.TelemetryPath
	s.Ready = func(address net.Addr) { fmt.Fprint(out, demoText(address, path, simulation, simulated.Token)) }
	return s.Run(ctx)
}

// withDefaults returns env with defaults for variables that it lacks.
func withDefaults(env func(string) (string, bool), defaults map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if value, ok := env(name); ok {
			return value, true
		}
		value, ok := defaults[name]
		return value, ok
	}
}

// demoText returns the text that Demo prints.
func demoText(address net.Addr, path string, simulation *url.URL, token string) string {
	target, err := localAddress(address.String())
	if err != nil {
		target = address.String()
	}
	return strings.NewReplacer("TARGET", target, "PATH", path, "SIMULATION", simulation.String(), "CREDENTIALS", token).Replace(`
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

To try the commands that ask the API, in another terminal:

  export BOTPENGUIN_URL=SIMULATION BOTPENGUIN_TOKEN=CREDENTIALS
  botpenguin_exporter doctor
  botpenguin_exporter discover > botpenguin.yml
  botpenguin_exporter count --config.file=botpenguin.yml

Press Ctrl-C to stop.

`)
}
