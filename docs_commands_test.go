package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/markdown"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// notRun are the commands of the documentation that TestCommandsOfTheDocumentation does
// not run, and why.
var notRun = map[string]string{
	"export BOTPENGUIN_TOKEN=...":                                                      "the test has its own inbox in the environment",
	"export BOTPENGUIN_URL=https://api-v7.express-chat.com":                            "the test has its own inbox in the environment",
	"export BOTPENGUIN_URL=https://api.v7.botpenguin.com":                              "the test has its own inbox in the environment",
	"botpenguin_exporter count --config.file=botpenguin.yml":                           "asks an API on the internet",
	"botpenguin_exporter healthcheck":                                                  "needs a running exporter: TestHealthcheck has one",
	"curl -s http://localhost:10894/metrics | grep ^botpenguin_inbox_users_by_segment": "needs a running exporter: TestServesADiscoveredConfiguration has one",
	"man ./botpenguin_exporter.1":                                                      "needs man",
	"kill -HUP":                                                                        "needs a running exporter: reload_test.go has one",
	"make test":                                                                        "runs this test",
	"make lint":                                                                        "builds the linters, which takes minutes",
	"make cover":                                                                       "runs all tests again",
	"make bench":                                                                       "takes minutes",
	"make fuzz":                                                                        "takes minutes",
	"make soak":                                                                        "takes minutes",
	"make e2e":                                                                         "builds Prometheus, which takes minutes",
	"go test .":                                                                        "runs this test",
	"go test ./config":                                                                 "make test runs it",
	"go test -run TestMetricsPage -update .":                                           "changes what TestMetricsPage compares",
	"promtool test rules alerts/tests/*.yml":                                           "needs promtool 3: e2e builds and runs it",
	"go test -v -run TestWaitsOfTheDemo ./collector":                                   "make test runs it",
	"docker build --build-arg VERSION=0.1.0 -t botpenguin_exporter .":                                            "needs Docker and a registry: e2e runs the build of the Dockerfile without them",
	"docker run --rm -p 10893:10893 --stop-timeout 20 -e BOTPENGUIN_TOKEN -e BOTPENGUIN_URL botpenguin_exporter": "needs Docker and a registry",
	"docker compose -f deploy/compose.yml up":                                                                    "needs Docker and a registry: e2e reads the file as Compose does",
	"docker compose up": "needs Docker and a registry: e2e reads the file as Compose does",
	"kubectl apply -f deploy/kubernetes/exporter.yml":                                                                                                                 "needs a cluster: e2e reads the manifests as the API server does",
	"printenv BOTPENGUIN_TOKEN | kubectl create secret generic botpenguin-exporter --from-file=token=/dev/stdin":                                                      "needs a cluster",
	"jq '{dashboard: ., overwrite: true}' inbox.json | curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d @- $GRAFANA/api/dashboards/db": "needs Grafana",
}

// serves are the commands that serve until Ctrl-C.
var serves = []string{
	"go run . demo", "./botpenguin_exporter", "botpenguin_exporter demo",
	"botpenguin_exporter --config.file=botpenguin.yml",
}

// TestCommandsOfTheDocumentation runs the commands of all pages in a copy of the
// repository, next to the configuration that the page shows.
func TestCommandsOfTheDocumentation(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and runs it for minutes")
	}
	t.Parallel()
	server := inboxtest.Start(t, inboxtest.Contacts(200))
	root := copyOfRepository(t)
	if err := programtest.Build(".", "-o", root, "."); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(root, "acme.token"), server.Token+"\n")
	unused := make(map[string]bool)
	for command := range notRun {
		unused[command] = true
	}
	done, list := make(map[string]bool), []string{}
	for _, p := range documentation(t) {
		for _, command := range commands(p) {
			reason, skipped := notRun[command]
			delete(unused, command)
			if done[p.Path+command] {
				continue
			}
			done[p.Path+command] = true
			if skipped {
				list = append(list, p.Path+": "+command+": not run: "+reason)
				continue
			}
			for _, block := range p.Blocks {
				if strings.HasPrefix(block.Text, "# botpenguin.yml\n") {
					writeFile(t, filepath.Join(root, "botpenguin.yml"), block.Text)
				}
			}
			list = append(list, p.Path+": "+command+": run")
			runCommand(t, root, server, command)
		}
	}
	for command := range unused {
		t.Errorf("no page has the command %s", command)
	}
	slices.Sort(list)
	t.Log("\n" + strings.Join(list, "\n"))
}

// programs are what commands in the prose begin with.
var programs = []string{"./botpenguin_exporter", "botpenguin_exporter", "curl", "docker", "go", "jq", "kill", "kubectl", "make", "promtool"}

// commands returns the commands of a page: the lines of blocks of sh, and code in the
// prose that begins with a program and has an argument.
func commands(p markdown.Page) []string {
	var all []string
	for _, block := range p.Blocks {
		if block.Language != "sh" {
			continue
		}
		for line := range strings.Lines(strings.ReplaceAll(block.Text, "\\\n", "")) {
			line = regexp.MustCompile(`(^|\s+)#.*`).ReplaceAllString(strings.TrimSpace(line), "")
			if line != "" {
				all = append(all, line)
			}
		}
	}
	for _, span := range p.CodeSpans() {
		if program, rest, _ := strings.Cut(span, " "); rest != "" && slices.Contains(programs, program) {
			all = append(all, span)
		}
	}
	return all
}

// runCommand runs a command, which must end well. One that serves is stopped by Ctrl-C
// when it listens.
func runCommand(t *testing.T, root string, server *inboxtest.Server, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // ends a hang, and measures nothing
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", line)
	command.Dir = root
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "BOTPENGUIN_") && !strings.HasPrefix(variable, "MAKE") && !strings.HasPrefix(variable, "PATH=") {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, "PATH="+root+":"+os.Getenv("PATH"), "ZENITH_TOKEN="+server.Token,
		"BOTPENGUIN_URL="+server.URL, "BOTPENGUIN_TOKEN="+server.Token, "BOTPENGUIN_WEB_LISTEN_ADDRESS=127.0.0.1:0")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	output := &watched{text: "Listening on", seen: make(chan struct{})}
	command.Stdout, command.Stderr = output, output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	if !slices.Contains(serves, line) {
		if err := <-ended; err != nil {
			t.Errorf("%s: %v\n%s", line, err, output)
		}
		return
	}
	select {
	case <-output.seen:
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGINT) // an error says that it has ended
		<-ended                                                // go run says 1 after a Ctrl-C
	case <-ended:
	}
	if !strings.Contains(output.String(), "msg=stopped") {
		t.Errorf("%s: did not listen, or did not stop\n%s", line, output)
	}
}

// watched takes what a program prints until the test has seen a text in it.
type watched struct {
	text string
	seen chan struct{} // closed when the text was printed

	mu    sync.Mutex
	bytes bytes.Buffer
	found bool
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bytes.Write(p)
	if !w.found && strings.Contains(w.bytes.String(), w.text) {
		w.found = true
		close(w.seen)
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes.String()
}

// copyOfRepository returns a directory with the files of the repository, without those of
// git and what e2e builds.
func copyOfRepository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == ".git" || path == filepath.Join("e2e", "bin"):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(root, path), 0o700)
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(root, path), content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
