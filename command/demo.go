package command

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
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
		nameAgents(a)
		a.HTTP = promconfig.HTTPClientConfig{Authorization: &promconfig.Authorization{Type: "Bearer", Credentials: promconfig.Secret(simulated.Token)}}
	}
	path := s.Web.TelemetryPath
	s.Ready = func(address net.Addr) { fmt.Fprint(out, demoText(address, path)) }
	return s.Run(ctx)
}

// nameAgents shows the simulated agents by their names, where the configuration does not.
func nameAgents(a *config.Account) {
	for _, q := range a.Queries {
		q.GroupBy = slices.Clone(q.GroupBy) // which the queries of other accounts share
		for i, by := range q.GroupBy {
			if by.Field != "_agentAssigned" {
				continue
			}
			names := inboxtest.AgentNames()
			maps.Copy(names, by.Names)
			q.GroupBy[i].Names = names
		}
	}
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
func demoText(address net.Addr, path string) string {
	target, err := localAddress(address.String())
	if err != nil {
		target = address.String()
	}
	return strings.NewReplacer("TARGET", target, "PATH", path).Replace(`
Simulating the inbox of a support team. One day takes four minutes.

  http://TARGETPATH   metrics
  http://TARGET/   home page

Watch who waits for a reply:

  while sleep 2; do curl -s http://TARGETPATH | grep '^botpenguin_inbox_live_chats_waiting'; done

To scrape the demo, add this to the configuration of Prometheus:

scrape_configs:
  - job_name: botpenguin
    scrape_interval: 5s
    metrics_path: PATH
    static_configs:
      - targets: ["TARGET"]

Two customers have waited for 40 minutes, and one chat has been silent for a day, so the
shipped alerts/inbox.yml has alerts that fire within ten minutes. To see the others, too,
use a copy in which all times are divided by 60, with scrape_native_histograms: true:

global: {evaluation_interval: 5s}
rule_files: [alerts/demo/inbox.yml]

Press Ctrl-C to stop.

`)
}
