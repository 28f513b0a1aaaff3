package command

import (
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"text/template"

	"go.yaml.in/yaml/v4"
)

// demoPage is what demoText says of an exporter that listens.
type demoPage struct {
	Base, Target, Path string // such as http://localhost:10893, localhost:10893 and /metrics
	TLS                bool
	User               string // of basic authentication; "": it needs none
	Simulation, Token  string // the address of the simulated inbox, and its token
}

// newDemoPage reads from the web configuration file, which is valid, how the exporter is
// reached.
func newDemoPage(address net.Addr, path, webConfigFile string) (demoPage, error) {
	page := demoPage{Path: path, Base: "http://"}
	var err error
	if page.Target, err = localAddress(address.String()); err != nil {
		page.Target = address.String()
	}
	var config struct {
		TLS   map[string]any `yaml:"tls_server_config"`
		Users map[string]any `yaml:"basic_auth_users"`
	}
	if webConfigFile != "" {
		data, err := os.ReadFile(webConfigFile)
		if err == nil {
			err = yaml.Unmarshal(data, &config)
		}
		if err != nil {
			return page, fmt.Errorf("--web.config.file: %w", err)
		}
	}
	if page.TLS = config.TLS["cert_file"] != nil || config.TLS["cert"] != nil; page.TLS {
		page.Base = "https://"
	}
	page.Base += page.Target
	if users := slices.Sorted(maps.Keys(config.Users)); len(users) > 0 {
		page.User = users[0]
	}
	return page, nil
}

// demoText is what Demo prints of an address.
var demoText = template.Must(template.New("").Parse(`
Simulating the inbox of a support team. One day takes four minutes. Each night the
contacts that were not seen for longest are deleted, so their number goes down then.

  {{.Base}}{{.Path}}   metrics
  {{printf "%s/%*s" .Base .Padding ""}}   home page

Watch who waits for a reply:

  while sleep 2; do curl -s{{if .TLS}}k{{end}}{{with .User}} -u {{.}}:PASSWORD{{end}} {{.Base}}{{.Path}} | grep '^botpenguin_inbox_live_chats_waiting'; done

To scrape the demo, add this to the configuration of Prometheus:

scrape_configs:
  - job_name: botpenguin
    scrape_interval: 5s
    metrics_path: {{.Path}}
{{- if .TLS}}
    scheme: https
    tls_config: {insecure_skip_verify: true}    # or ca_file, if you have that of the certificate
{{- end}}
{{- with .User}}
    basic_auth: {username: {{.}}, password: PASSWORD}
{{- end}}
    static_configs:
      - targets: ["{{.Target}}"]

Two customers have waited for 40 minutes, and one chat has been silent for a day, so the
shipped alerts/inbox.yml has alerts that fire within ten minutes. To see the others, too,
use a copy in which all times are divided by 60, with scrape_native_histograms: true:

global: {evaluation_interval: 5s}
rule_files: [alerts/demo/inbox.yml]

To try the commands that ask the API, in another terminal:

  export BOTPENGUIN_URL={{.Simulation}} BOTPENGUIN_TOKEN={{.Token}}
  botpenguin_exporter doctor
  botpenguin_exporter discover > botpenguin.yml
  botpenguin_exporter count --config.file=botpenguin.yml

Press Ctrl-C to stop.

`))

// Padding returns the number of spaces that align what follows the addresses.
func (p demoPage) Padding() int { return max(0, len(p.Path)-1) }

// print prints the page in one piece.
func (p demoPage) print(out io.Writer) {
	var text strings.Builder
	if err := demoText.Execute(&text, p); err != nil {
		panic(err) // the template has no other fields
	}
	fmt.Fprint(out, text.String())
}
