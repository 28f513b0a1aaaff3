package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	toolkit "github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/markdown"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// TestExamplesAreValid reads every example of YAML: configurations of the exporter and of
// its web server here, those of Prometheus in e2e.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "acme.token"), "simulated\n")
	read := map[string]int{}
	for _, p := range documentation(t) {
		for _, block := range p.Blocks {
			if block.Language != "yaml" {
				continue
			}
			has := func(key string) bool { return regexp.MustCompile(`(?m)^` + key + `:`).MatchString(block.Text) }
			switch {
			case has("accounts") || has("queries") || has("dimensions"):
				read["exporter"]++
				checkConfiguration(t, p, block, dir)
			case has("tls_server_config"):
				read["web"]++
				checkWebConfiguration(t, p, block, dir)
			case has("scrape_configs") || has("rule_files") || has("groups"):
				read["Prometheus"]++ // by e2e
			default:
				t.Errorf("%s:%d: a configuration of what?", p.Path, block.Line)
			}
		}
	}
	for _, of := range []string{"exporter", "web", "Prometheus"} {
		if read[of] == 0 {
			t.Errorf("no example for %s", of)
		}
	}
}

// checkConfiguration completes an example with what it lacks, and reads it.
func checkConfiguration(t *testing.T, p markdown.Page, block markdown.Block, dir string) {
	t.Helper()
	text := block.Text
	for key, missing := range map[string]string{
		"accounts": "accounts: [{name: acme, url: https://inbox.example, authorization: {credentials: simulated-token}}]\n",
		"queries":  "queries: [{name: users, help: All contacts.}]\n",
	} {
		if !strings.Contains("\n"+text, "\n"+key+":") {
			text += missing
		}
	}
	cfg, err := config.Parse(p.Path, []byte(text), dir, func(name string) (string, bool) { return "simulated", name == "ZENITH_TOKEN" })
	if err != nil {
		t.Errorf("%s:%d: %v", p.Path, block.Line, err)
	} else if len(cfg.Warnings) > 0 {
		t.Errorf("%s:%d: %q", p.Path, block.Line, cfg.Warnings)
	}
}

// checkWebConfiguration has exporter-toolkit read an example, with a certificate and a hash.
func checkWebConfiguration(t *testing.T, p markdown.Page, block markdown.Block, dir string) {
	t.Helper()
	certificate, key := programtest.Certificate(t)
	writeFile(t, filepath.Join(dir, "cert.pem"), certificate)
	writeFile(t, filepath.Join(dir, "key.pem"), key)
	const hash = "$2a$04$GZiQKVbv4R.uJb/wiDJWnu/uog0iDLEy/bZvQlLy7SMWaAA6sg2tm"
	writeFile(t, filepath.Join(dir, "web.yml"), strings.Replace(block.Text, "$2y$10$...", hash, 1))
	if err := toolkit.Validate(filepath.Join(dir, "web.yml")); err != nil {
		t.Errorf("%s:%d: %v", p.Path, block.Line, err)
	}
}

// Whoever passes a token on also passes on where it belongs: BotPenguin's own customers
// have another base URL.
func TestCommandsPassTheURL(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, p := range documentation(t) {
		for _, command := range commands(p) {
			if strings.Contains(command, "-e BOTPENGUIN_TOKEN") {
				checked++
				if !strings.Contains(command, "-e BOTPENGUIN_URL") {
					t.Errorf("%s: %s: without BOTPENGUIN_URL", p.Path, command)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no command passes a token on")
	}
}

// TestExamplesSuitTheAlerts compares the metrics and labels that the alerts on the inbox
// select with those that the built-in configuration and the complete examples make: an
// example that counts the same under another name silences them.
func TestExamplesSuitTheAlerts(t *testing.T) {
	t.Parallel()
	configurations := map[string]string{"config.example.yml": string(builtIn)}
	for _, p := range documentation(t) {
		for _, block := range p.Blocks {
			if strings.HasPrefix(block.Text, "# botpenguin.yml\n") {
				configurations[p.Path] = block.Text
			}
		}
	}
	if len(configurations) < 3 {
		t.Fatalf("only %d configurations", len(configurations))
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "acme.token"), "simulated\n")
	wanted := selectedByAlerts(t)
	for name, text := range configurations {
		cfg, err := config.Parse(name, []byte(text), dir, func(string) (string, bool) { return "https://inbox.example", true })
		if err != nil {
			t.Fatal(err)
		}
		for _, account := range cfg.Accounts {
			made := make(map[string][]string)
			for _, q := range account.Queries {
				made["botpenguin_inbox_"+q.Name] = q.LabelNames
				if q.Oldest != "" {
					made["botpenguin_inbox_"+q.Name+"_oldest_seconds"] = q.LabelNames
				}
			}
			for metric, label := range wanted {
				if labels, found := made[metric]; !found || label != "" && !slices.Contains(labels, label) {
					t.Errorf("%s: account %s has no %s with a label %q, which the alerts look for", name, account.Name, metric, label)
				}
			}
		}
	}
}

// selectedByAlerts returns the metrics of the inbox that the alerts select, and the label
// that each needs: channel for those that are recorded by channel.
func selectedByAlerts(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("alerts/inbox.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct{ Record, Expr string }
		}
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	wanted := make(map[string]string)
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			for _, match := range regexp.MustCompile(`(?:^|[^:\w])(botpenguin_inbox_\w+)`).FindAllStringSubmatch(rule.Expr, -1) {
				if strings.HasPrefix(rule.Record, "account_channel:") {
					wanted[match[1]] = "channel"
				} else if _, found := wanted[match[1]]; !found {
					wanted[match[1]] = ""
				}
			}
		}
	}
	if len(wanted) == 0 {
		t.Fatal("the alerts select no metric of the inbox")
	}
	return wanted
}
