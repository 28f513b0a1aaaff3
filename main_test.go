package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// environ is an environment for run.
type environ map[string]string

func (e environ) lookup(name string) (string, bool) {
	value, ok := e[name]
	return value, ok
}

// invoke runs the program to its end.
func invoke(t *testing.T, env environ, args ...string) (exit int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	exit = run(t.Context(), args, env.lookup, &out, &errs)
	return exit, out.String(), errs.String()
}

// program is the program, serving.
type running struct {
	URL    string
	stop   context.CancelFunc
	exited chan int
	mu     sync.Mutex
	output bytes.Buffer
}

func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.output.Write(p)
}

// Output is what it has printed and logged so far.
func (r *running) Output() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.output.String()
}

// Stop stops it as a SIGTERM does, and returns its exit code.
func (r *running) Stop() int {
	r.stop()
	exit := <-r.exited
	r.exited <- exit
	return exit
}

var listening = regexp.MustCompile(`(?:msg="Listening on" address=|^{"address":")([0-9.:]+)`)

// boot starts the real program on a port of its own, and waits until it listens. It is
// stopped when the test ends.
func boot(t *testing.T, env environ, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r := &running{stop: stop, exited: make(chan int, 1)}
	logs, log := io.Pipe()
	go func() {
		r.exited <- run(ctx, append(args, "--web.listen-address=127.0.0.1:0"), env.lookup, r, io.MultiWriter(r, log))
		log.Close()
	}()
	t.Cleanup(func() { r.Stop() })
	address := make(chan string, 1)
	go func() {
		defer close(address)
		for lines := bufio.NewScanner(logs); lines.Scan(); {
			if found := listening.FindStringSubmatch(lines.Text()); found != nil {
				address <- found[1]
				io.Copy(io.Discard, logs) // for a line may be too long for a scanner
			}
		}
	}()
	a, ok := <-address
	if !ok {
		t.Fatalf("it did not listen:\n%s", r.Output())
	}
	r.URL = "http://" + a
	return r
}

// get fetches a page of the running program.
func (r *running) get(t *testing.T, path string, header ...string) (status int, body string) {
	t.Helper()
	return r.request(t, http.MethodGet, path, header...)
}

func (r *running) request(t *testing.T, method, path string, header ...string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequest(method, r.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(read)
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func builtInEnv(server *inboxtest.Server) environ {
	return environ{"BOTPENGUIN_URL": server.URL, "BOTPENGUIN_TOKEN": server.Token}
}

func TestServesTheBuiltInConfiguration(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t, inboxtest.Contacts(200), inboxtest.PageSize(100))
	r := boot(t, builtInEnv(server))
	users := server.Inbox.Count(func(c inboxtest.Contact) bool { return !c.Visitor })
	online := server.Inbox.Count(func(c inboxtest.Contact) bool { return !c.Visitor && c.Online })
	status, body := r.get(t, "/metrics")
	for _, line := range []string{
		fmt.Sprintf(`botpenguin_inbox_users{account="default"} %d`, users),
		fmt.Sprintf(`botpenguin_inbox_users_online{account="default"} %d`, online),
		`botpenguin_query_success{account="default",query="channel_backlog"} 1`,
		`botpenguin_config_last_reload_successful 1`,
	} {
		if status != 200 || !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("status %d, and no line %s in\n%s", status, line, body)
		}
	}
	for _, name := range []string{"go_goroutines", "process_start_time_seconds", "promhttp_metric_handler_requests_total", "botpenguin_exporter_build_info", "botpenguin_config_last_reload_success_timestamp_seconds"} {
		if !strings.Contains(body, "\n# TYPE "+name+" ") {
			t.Errorf("no metric %s", name)
		}
	}
	if server.Exports() != 0 {
		t.Error("an export was started")
	}
	if exit := r.Stop(); exit != 0 {
		t.Errorf("exit code %d after a SIGTERM, want 0:\n%s", exit, r.Output())
	}
}

func TestWithoutTokenItSaysSoInOneLine(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"serve"}, {"check"}, {"count"}} {
		exit, stdout, stderr := invoke(t, environ{}, args...)
		if exit != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "BOTPENGUIN_TOKEN is not set") {
			t.Errorf("%v: exit code %d\n%s%s", args, exit, stdout, stderr)
		}
	}
}

func TestWrongCommandLines(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--no-such-flag":                        "unknown long flag",
		"fly":                                   "fly",
		"--web.telemetry-path=/probe":           "taken by another page",
		"--web.telemetry-path=metrics":          "does not begin with a slash",
		"--web.max-requests=-1":                 "want 0 or more",
		"--scrape.timeout-offset=-1s":           "want 0s or more",
		"--web.config.file=/no/such/web.yml":    "--web.config.file",
		"--log.level=loud":                      "debug,info,warn,error",
		"--scrape.timeout-offset=soon":          "duration",
		"count --output=xml":                    "table,json",
		"--config.file=/no/such/file.yml":       "/no/such/file.yml",
		"check --config.file=/no/such/file.yml": "/no/such/file.yml",
	} {
		exit, stdout, stderr := invoke(t, environ{}, strings.Fields(args)...)
		if exit != 1 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit code %d\n%s%s", args, exit, stdout, stderr)
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--help", "--version", "-h"} {
		exit, stdout, stderr := invoke(t, environ{}, flag)
		if exit != 0 || !strings.Contains(stdout, "botpenguin_exporter") || stderr != "" {
			t.Errorf("%s: exit code %d\n%s%s", flag, exit, stdout, stderr)
		}
	}
}

// Each flag has an environment variable that is named after it.
func TestFlagsHaveEnvironmentVariables(t *testing.T) {
	t.Parallel()
	_, help, _ := invoke(t, environ{}, "--help")
	flags := regexp.MustCompile(`(?m)^ +(?:-h, )?--(?:\[no-\])?([a-z.-]+)`).FindAllStringSubmatch(help, -1)
	if len(flags) < 12 {
		t.Fatalf("only %d flags in\n%s", len(flags), help)
	}
	folded := strings.Join(strings.Fields(help), "")
	for _, flag := range flags {
		if name := flag[1]; !strings.HasPrefix(name, "help") && name != "version" {
			variable := "($BOTPENGUIN_" + strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToUpper(name)) + ")"
			if !strings.Contains(folded, variable) {
				t.Errorf("%s is not named for --%s", variable, name)
			}
		}
	}
}

func TestCheckPrintsThePlan(t *testing.T) {
	t.Parallel()
	path := write(t, "plan.yml", `
accounts:
  - {name: acme, url: "http://inbox.test", authorization: {credentials: canary-token}}
dimensions:
  status: {open: {status: [OPEN]}, closed: {status: [CLOSED]}}
queries:
  - {name: users, help: All contacts.}
  - {name: users_again, help: The same.}
  - {name: by_status, help: By status., by: [status], labels: {team: support}}
  - {name: waiting, help: Waiting., filter: {lastMessageBy: [user]}, group_by: {channel: platform}, oldest: lastMessage.at}
`)
	exit, stdout, stderr := invoke(t, environ{}, "check", "--config.file="+path)
	for _, want := range []string{
		"account acme at http://inbox.test\n",
		"botpenguin_inbox_users{}\n",
		`botpenguin_inbox_by_status{status="open",team="support"}`,
		`"status":["CLOSED"]`, `"applicableFilters":["lastMessageBy"]`,
		"by label channel, from the contact's platform",
		"botpenguin_inbox_waiting_oldest_seconds, from the contact's lastMessage.at",
		"4 distinct requests a scrape",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, and no %s in\n%s%s", exit, want, stdout, stderr)
		}
	}
	if exit != 0 || strings.Contains(stdout+stderr, "canary-token") {
		t.Errorf("exit code %d\n%s%s", exit, stdout, stderr)
	}
}

func TestCheckPrintsAllErrors(t *testing.T) {
	t.Parallel()
	path := write(t, "broken.yml", `
accounts:
  - {name: acme, url: "http://inbox.test", authorisation: {credentials: canary-token}}
queries:
  - {name: users_total, help: All contacts.}
  - {name: online, filter: {isOnlin: true}}
`)
	for _, command := range []string{"check", "serve", "count"} {
		exit, stdout, stderr := invoke(t, environ{}, command, "--config.file="+path)
		lines := strings.Split(strings.TrimSpace(stderr), "\n")
		if exit != 1 || stdout != "" || len(lines) != 4 || strings.Contains(stderr, "canary-token") {
			t.Errorf("%s: exit code %d, want 1 and 4 errors:\n%s%s", command, exit, stdout, stderr)
		}
		for _, line := range lines {
			if !regexp.MustCompile(`broken\.yml:\d+:\d+: .`).MatchString(line) {
				t.Errorf("%s: no file, line and column: %s", command, line)
			}
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t, inboxtest.Contacts(50_000), inboxtest.PageSize(20))
	path := write(t, "count.yml", `
accounts:
  - {name: acme, url: "`+server.URL+`", authorization: {credentials: simulated-token}, rate_limit: 0, timeout: 1ms}
queries:
  - {name: users, help: All contacts.}
  - {name: visitors, help: Contacts that are none., filter: {isContact: false}}
`)
	for range 2 {
		users := server.Inbox.Count(func(c inboxtest.Contact) bool { return !c.Visitor })
		exit, stdout, stderr := invoke(t, environ{}, "count", "--config.file="+path)
		row := regexp.MustCompile(`acme +botpenguin_inbox_users +\{\} +(\d+) +(\d+) +`).FindStringSubmatch(stdout)
		if exit != 0 || stderr != "" || row == nil || row[1] != fmt.Sprint(users) {
			t.Fatalf("exit code %d, want %d users:\n%s%s", exit, users, stdout, stderr)
		}
		t.Logf("50 000 contacts, %d of them users, 20 a page: %s requests", users, row[2])
		if len(row[2]) > 2 {
			t.Errorf("%s requests", row[2])
		}
		server.Inbox.Add(make([]inboxtest.Contact, 777)...) // and again after it changed
	}
}

func TestCountAsJSONAndItsFailures(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t, inboxtest.Contacts(100))
	path := write(t, "count.yml", `
accounts:
  - {name: acme, url: "`+server.URL+`", authorization: {credentials: simulated-token}}
queries:
  - {name: users, help: All contacts.}
  - {name: waiting, help: Waiting., filter: {lastMessageBy: [user]}, group_by: {channel: platform}, oldest: lastMessage.at}
  - {name: online, help: Online., filter: {isOnline: true}}
`)
	server.Intercept(func(w http.ResponseWriter, _ *http.Request, call inboxtest.Call) bool {
		if call.Body()["isOnline"] != true {
			return false
		}
		w.WriteHeader(http.StatusTeapot)
		return true
	})
	exit, stdout, stderr := invoke(t, environ{}, "count", "--output=json", "--config.file="+path)
	var rows []struct {
		Account, Metric, Reason, Error string
		Labels                         map[string]string
		Count                          *int
		Oldest                         *float64 `json:"oldest_seconds"`
		Requests                       int
		Duration                       float64 `json:"duration_seconds"`
	}
	if err := json.Unmarshal([]byte(stdout), &rows); err != nil {
		t.Fatalf("%v in\n%s", err, stdout)
	}
	if exit != 1 || !strings.Contains(stderr, "1 of 3 queries failed") {
		t.Errorf("exit code %d, %s", exit, stderr)
	}
	first, last := rows[0], rows[len(rows)-1]
	if first.Account != "acme" || first.Metric != "botpenguin_inbox_users" || first.Count == nil || first.Requests == 0 || first.Labels == nil {
		t.Errorf("%+v", first)
	}
	if rows[1].Labels["channel"] == "" || rows[1].Oldest == nil {
		t.Errorf("%+v", rows[1])
	}
	if last.Metric != "botpenguin_inbox_online" || last.Count != nil || last.Reason != "http_status" || !strings.Contains(last.Error, "418") {
		t.Errorf("%+v", last)
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	r := boot(t, environ{}, "demo")
	_, body := r.get(t, "/metrics")
	for _, name := range []string{"users", "users_online", "live_chats_active", "users_by_status", "backlog", "channel_live_chats_active", "channel_backlog", "channel_backlog_oldest_seconds"} {
		if !regexp.MustCompile(`(?m)^botpenguin_inbox_` + name + `\{.*\} [1-9]`).MatchString(body) {
			t.Errorf("no value of %s in\n%s", name, body)
		}
	}
	for _, want := range []string{r.URL + "/metrics", r.URL + "/ ", "scrape_configs:", strings.TrimPrefix(r.URL, "http://")} {
		if !strings.Contains(r.Output(), want) {
			t.Errorf("%s is not in\n%s", want, r.Output())
		}
	}
}

func TestLogFormats(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	r := boot(t, builtInEnv(server), "--log.level=debug")
	r.get(t, "/metrics")
	if !strings.Contains(r.Output(), `level=debug`) || !strings.Contains(r.Output(), `msg="asked the API"`) {
		t.Error(r.Output())
	}
}

func TestBasicAuth(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	// The hash is of "secret".
	path := write(t, "web.yml", "basic_auth_users: {prometheus: $2a$04$GZiQKVbv4R.uJb/wiDJWnu/uog0iDLEy/bZvQlLy7SMWaAA6sg2tm}\n")
	r := boot(t, builtInEnv(server), "--web.config.file="+path)
	if status, _ := r.get(t, "/metrics"); status != 401 {
		t.Errorf("status %d without a password, want 401", status)
	}
	if status, _ := r.get(t, "/metrics", "Authorization", "Basic cHJvbWV0aGV1czpzZWNyZXQ="); status != 200 {
		t.Errorf("status %d with the password, want 200", status)
	}
}
