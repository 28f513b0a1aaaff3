package e2e

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v3"
)

// compose returns the project that `docker compose up` would start with env in .env.
func compose(t *testing.T, env ...string) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../deploy/compose.yml"}, cli.WithEnv(env), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// TestComposeRunsTheDemoWithoutAToken checks the exporter's command.
func TestComposeRunsTheDemoWithoutAToken(t *testing.T) {
	t.Parallel()
	example, err := dotenv.Read("../deploy/.env.example")
	if err != nil {
		t.Fatal(err)
	}
	var copied []string
	for name, value := range example {
		copied = append(copied, name+"="+value)
	}
	for name, env := range map[string][]string{"no .env": nil, "a copy of .env.example": copied} {
		demo := compose(t, env...).Services["exporter"]
		if !slices.Equal(demo.Command, []string{"demo"}) {
			t.Errorf("with %s: %q", name, demo.Command)
		}
	}
	yours := compose(t, "BOTPENGUIN_TOKEN=abc", "BOTPENGUIN_URL=https://inbox.example").Services["exporter"]
	if !slices.Equal(yours.Command, []string{"serve"}) {
		t.Errorf("with a token: %q", yours.Command)
	}
	for name, want := range map[string]string{"BOTPENGUIN_TOKEN": "abc", "BOTPENGUIN_URL": "https://inbox.example"} {
		if got := yours.Environment[name]; got == nil || *got != want {
			t.Errorf("with a token: %s is %v", name, got)
		}
	}
}

// TestEnvExampleListsEveryVariable compares .env.example with the compose files.
func TestEnvExampleListsEveryVariable(t *testing.T) {
	t.Parallel()
	var used, listed []string
	text := read(t, "../deploy/compose.yml") + read(t, "../deploy/exporter.yml")
	for _, match := range regexp.MustCompile(`\$\{(\w+)|\b(BOTPENGUIN_\w+)`).FindAllStringSubmatch(text, -1) {
		used = append(used, match[1]+match[2])
	}
	for _, match := range regexp.MustCompile(`(?m)^#?([A-Z_]+)=`).FindAllStringSubmatch(read(t, "../deploy/.env.example"), -1) {
		listed = append(listed, match[1])
	}
	slices.Sort(used)
	slices.Sort(listed)
	if used = slices.Compact(used); !slices.Equal(used, listed) {
		t.Errorf("the compose files use %q, but .env.example lists %q", used, listed)
	}
}

// TestComposeServices requires pinned images, health checks, ports on localhost only, and
// read-only mounts.
func TestComposeServices(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "abc"} {
		project := compose(t, "BOTPENGUIN_TOKEN="+token)
		want := []string{"alertmanager", "exporter", "grafana", "prometheus"}
		if got := project.ServiceNames(); !slices.Equal(got, want) {
			t.Errorf("services %q, want %q", got, want)
		}
		for name, service := range project.Services {
			if !regexp.MustCompile(`:v?\d+\.\d+\.\d+$`).MatchString(service.Image) {
				t.Errorf("%s: the image %s is not pinned", name, service.Image)
			}
			if service.HealthCheck == nil || service.HealthCheck.Test[0] != "CMD" {
				t.Errorf("%s: the health check is missing or needs a shell", name)
			}
			for _, port := range service.Ports {
				if port.HostIP != "127.0.0.1" {
					t.Errorf("%s: port %s is published on %q", name, port.Published, port.HostIP)
				}
			}
			for _, mount := range service.Volumes {
				if mount.Type != types.VolumeTypeBind {
					continue
				}
				if _, err := os.Stat(mount.Source); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if !mount.ReadOnly {
					t.Errorf("%s can write to %s", name, mount.Source)
				}
			}
		}
		if build := project.Services["exporter"].Build; build == nil {
			t.Error("the exporter is not built from this repository")
		} else if _, err := os.Stat(filepath.Join(build.Context, "Dockerfile")); err != nil {
			t.Error(err)
		}
	}
}

// TestComposeConfigurations checks the mounted configurations with the programs' own tools.
func TestComposeConfigurations(t *testing.T) {
	t.Parallel()
	project := compose(t)
	for name, check := range map[string]func(root string) *exec.Cmd{
		"prometheus": func(root string) *exec.Cmd {
			return exec.Command(promtool(t), "check", "config", "--lint=all", "--lint-fatal", root+"/etc/prometheus/prometheus.yml")
		},
		"alertmanager": func(root string) *exec.Cmd {
			return exec.Command(amtool(t), "check-config", root+"/etc/alertmanager/alertmanager.yml")
		},
	} {
		service := project.Services[name]
		root := container(t, service)
		file := ""
		for _, arg := range service.Command {
			if path, found := strings.CutPrefix(arg, "--config.file="); found {
				file = path
			}
		}
		command := check(root)
		if !slices.Contains(command.Args, root+file) {
			t.Errorf("%s reads %s, but checked was %q", name, file, command.Args)
		}
		if output, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, output)
		}
	}
	root := container(t, project.Services["prometheus"])
	var prom struct {
		RuleFiles     []string `yaml:"rule_files"`
		ScrapeConfigs []scrape `yaml:"scrape_configs"`
		Alerting      struct{ Alertmanagers []scrape }
	}
	decode(t, root+"/etc/prometheus/prometheus.yml", &prom)
	var loaded []string
	for _, pattern := range prom.RuleFiles {
		files, err := filepath.Glob(filepath.Join(root, "/etc/prometheus", pattern))
		if err != nil {
			t.Fatal(err)
		}
		loaded = append(loaded, files...)
	}
	if len(loaded) != len(ruleFiles) {
		t.Errorf("Prometheus loads %q", loaded)
	}
	for _, group := range append(prom.ScrapeConfigs, prom.Alerting.Alertmanagers...) {
		for _, static := range group.StaticConfigs {
			for _, target := range static.Targets {
				checkTarget(t, project, target)
			}
		}
	}
}

type scrape struct {
	StaticConfigs []struct{ Targets []string } `yaml:"static_configs"`
}

// checkTarget requires an address of the form service:port that the service publishes.
func checkTarget(t *testing.T, project *types.Project, target string) {
	t.Helper()
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		t.Fatal(err)
	}
	if host == "localhost" {
		host = "prometheus"
	}
	for _, published := range project.Services[host].Ports {
		if strconv.Itoa(int(published.Target)) == port {
			return
		}
	}
	t.Errorf("no service is at %s", target)
}

// TestGrafanaFindsItsDashboards follows the paths in Grafana's configuration.
func TestGrafanaFindsItsDashboards(t *testing.T) {
	t.Parallel()
	project := compose(t)
	root := container(t, project.Services["grafana"])
	var sources struct {
		Datasources []struct {
			Type, URL string
			IsDefault bool `yaml:"isDefault"`
		}
	}
	for _, directory := range []string{"plugins", "alerting"} { // Grafana logs an error if one is missing
		if _, err := os.Stat(root + "/etc/grafana/provisioning/" + directory); err != nil {
			t.Error(err)
		}
	}
	decode(t, root+"/etc/grafana/provisioning/datasources/prometheus.yml", &sources)
	if len(sources.Datasources) != 1 || !sources.Datasources[0].IsDefault || sources.Datasources[0].Type != "prometheus" {
		t.Fatalf("data sources %+v", sources)
	}
	checkTarget(t, project, strings.TrimPrefix(sources.Datasources[0].URL, "http://"))
	var provided struct {
		Providers []struct{ Options struct{ Path string } }
	}
	decode(t, root+"/etc/grafana/provisioning/dashboards/botpenguin.yml", &provided)
	for _, file := range dashboardFiles {
		if _, err := os.Stat(filepath.Join(root, provided.Providers[0].Options.Path, filepath.Base(file))); err != nil {
			t.Error(err)
		}
	}
	if home := project.Services["grafana"].Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]; home == nil {
		t.Error("no home dashboard")
	} else if _, err := os.Stat(root + *home); err != nil {
		t.Error(err)
	}
}

// container returns a directory with the mounts of a service, as in its container.
func container(t *testing.T, service types.ServiceConfig) (root string) {
	t.Helper()
	root = t.TempDir()
	for _, mount := range service.Volumes {
		if mount.Type != types.VolumeTypeBind {
			continue
		}
		target := filepath.Join(root, mount.Target)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(mount.Source, target); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func decode(t *testing.T, file string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, file)), into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
