package web

import (
	"html/template"
	"net/http"

	"github.com/go-kit/log/level"
	"github.com/prometheus/common/version"
)

// noConfiguration is the response of all pages that need a configuration before one is
// loaded.
const noConfiguration = "no configuration is loaded yet"

// config serves the current configuration.
func (s *Server) config(w http.ResponseWriter, _ *http.Request) {
	inboxes := s.inboxes.Load()
	if inboxes == nil {
		http.Error(w, noConfiguration, http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte(s.options.Secrets.Redact(string(inboxes.YAML))))
}

// healthy reports that the process is alive.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	w.Write([]byte("botpenguin_exporter is healthy.\n"))
}

// ready reports whether scrapes are served.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	switch {
	case s.inFlight.isDraining():
		http.Error(w, "botpenguin_exporter is shutting down.", http.StatusServiceUnavailable)
	case s.inboxes.Load() == nil:
		http.Error(w, "botpenguin_exporter has no configuration loaded yet.", http.StatusServiceUnavailable)
	default:
		w.Write([]byte("botpenguin_exporter is ready.\n"))
	}
}

var homePage = template.Must(template.New("home").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>botpenguin_exporter</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem } li { margin: .3rem 0 }</style>
<h1>botpenguin_exporter</h1>
<p>Prometheus exporter for the BotPenguin inbox, version {{.Version}}.</p>
<ul>
<li><a href="{{.TelemetryPath}}">{{.TelemetryPath}}</a>: metrics of {{if .All}}all accounts and of {{end}}the exporter itself
{{range .Accounts}}<li><a href="/probe?account={{.}}">/probe?account={{.}}</a>: metrics of account {{.}}
{{end}}<li><a href="/config">/config</a>: current configuration, without secrets
<li><a href="/sd">/sd</a>: all accounts as targets for Prometheus' HTTP service discovery
<li><a href="/-/healthy">/-/healthy</a> and <a href="/-/ready">/-/ready</a>: health and readiness checks
</ul>
`))

// home serves a page with links to the others.
func (s *Server) home(w http.ResponseWriter, _ *http.Request) {
	page := struct {
		Version, TelemetryPath string
		All                    bool
		Accounts               []string
	}{version.Version, s.options.TelemetryPath, s.options.Accounts, nil}
	if inboxes := s.inboxes.Load(); inboxes != nil {
		for _, account := range inboxes.Accounts {
			page.Accounts = append(page.Accounts, account.Name())
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := homePage.Execute(w, page); err != nil {
		level.Debug(s.options.Logger).Log("msg", "sending the home page failed", "err", err)
	}
}
