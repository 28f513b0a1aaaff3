package web

import (
	"html/template"
	"net/http"

	"github.com/go-kit/log/level"
	"github.com/prometheus/common/version"
)

// config serves the configuration in force.
func (s *Server) config(w http.ResponseWriter, _ *http.Request) {
	inboxes := s.inboxes.Load()
	if inboxes == nil {
		http.Error(w, "no configuration is in force yet", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(inboxes.YAML)
}

// healthy tells that the process serves.
func (s *Server) healthy(w http.ResponseWriter, _ *http.Request) {
	w.Write([]byte("botpenguin_exporter is healthy.\n"))
}

// ready tells whether a scrape would be served.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	switch {
	case s.scrapes.isDraining():
		http.Error(w, "botpenguin_exporter is shutting down.", http.StatusServiceUnavailable)
	case s.inboxes.Load() == nil:
		http.Error(w, "botpenguin_exporter has no configuration yet.", http.StatusServiceUnavailable)
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
<p>BotPenguin's inbox as Prometheus metrics, version {{.Version}}.</p>
<ul>
<li><a href="{{.TelemetryPath}}">{{.TelemetryPath}}</a>: {{if .All}}the metrics of all accounts and of the exporter{{else}}the metrics of the exporter itself{{end}}
{{range .Accounts}}<li><a href="/probe?account={{.}}">/probe?account={{.}}</a>: the metrics of the account {{.}}
{{end}}<li><a href="/config">/config</a>: the configuration in force, secrets hidden
<li><a href="/sd">/sd</a>: the accounts as targets, for Prometheus' HTTP service discovery
<li><a href="/-/healthy">/-/healthy</a> and <a href="/-/ready">/-/ready</a>: whether the exporter is alive, and ready to be scraped
</ul>
`))

// home serves the page that links to the others.
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
		level.Debug(s.options.Logger).Log("msg", "serving the home page", "err", err)
	}
}
