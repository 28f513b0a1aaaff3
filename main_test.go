package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// TestMain runs the tests or, when a transcript executes botpenguin_exporter, the
// program.
func TestMain(m *testing.M) {
	testscript.Main(leakChecked{m}, map[string]func(){"botpenguin_exporter": main})
}

// leakChecked fails the tests of a package if they leak goroutines.
type leakChecked struct{ tests *testing.M }

func (l leakChecked) Run() (exit int) {
	goleak.VerifyTestMain(l.tests, goleak.Cleanup(func(code int) { exit = code }))
	return exit
}

// start starts the program in the process of the test, and waits until it listens.
func start(t *testing.T, env programtest.Env, args ...string) *programtest.Program {
	t.Helper()
	return programtest.Start(t, programtest.Func(run), env, args...)
}

// builtInEnv returns the environment for the built-in configuration.
func builtInEnv(server *inboxtest.Server) programtest.Env {
	return programtest.Env{"BOTPENGUIN_URL": server.URL, "BOTPENGUIN_TOKEN": server.Token}
}

func TestServesTheBuiltInConfiguration(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t, inboxtest.Contacts(200), inboxtest.PageSize(100))
	r := start(t, builtInEnv(server))
	users := server.Inbox.Len()
	online := server.Inbox.Count(func(c inboxtest.Contact) bool { return c.Online })
	status, body := r.Get(t, "/metrics")
	for _, line := range []string{
		fmt.Sprintf(`botpenguin_inbox_users{account="default"} %d`, users),
		fmt.Sprintf(`botpenguin_inbox_users_online{account="default"} %d`, online),
		`botpenguin_query_success{account="default",query="live_chats"} 1`,
		`botpenguin_config_last_reload_successful 1`,
	} {
		if status != 200 || !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("status %d, %s is missing in\n%s", status, line, body)
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

func TestFlagsHaveEnvironmentVariables(t *testing.T) {
	t.Parallel()
	_, help, _ := programtest.Run(t, programtest.Func(run), nil, "--help")
	flags := regexp.MustCompile(`(?m)^ +(?:-h, )?--(?:\[no-\])?([a-z.-]+)`).FindAllStringSubmatch(help, -1)
	if len(flags) < 12 {
		t.Fatalf("only %d flags in\n%s", len(flags), help)
	}
	folded := strings.Join(strings.Fields(help), "")
	for _, flag := range flags {
		if name := flag[1]; !strings.HasPrefix(name, "help") && name != "version" {
			variable := "($BOTPENGUIN_" + strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToUpper(name)) + ")"
			if !strings.Contains(folded, variable) {
				t.Errorf("--%s lacks the environment variable %s", name, variable)
			}
		}
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	r := start(t, nil, "demo")
	_, body := r.Get(t, "/metrics")
	for _, name := range []string{"users", "users_online", "live_chats_active", "users_by_status", "backlog", "live_chats", "live_chats_waiting", "live_chats_waiting_oldest_seconds", "agent_live_chats", "live_chats_last_message"} {
		if !regexp.MustCompile(`(?m)^botpenguin_inbox_` + name + `\{.*\} [1-9]`).MatchString(body) {
			t.Errorf("no value of %s in\n%s", name, body)
		}
	}
	for _, want := range []string{r.URL + "/metrics", r.URL + "/ ", "scrape_configs:", r.Address} {
		if !strings.Contains(r.Output(), want) {
			t.Errorf("%s is missing in\n%s", want, r.Output())
		}
	}
}

// Whatever the configuration and the environment say, the demo reaches no real inbox.
func TestDemoReachesNoRealInbox(t *testing.T) {
	t.Parallel()
	inbox := inboxtest.Start(t)
	path := programtest.WriteFile(t, "acme.yml", `
accounts:
  - {name: acme, url: "`+inbox.URL+`", authorization: {credentials: "`+inbox.Token+`"}}
  - {name: zenith, url: "`+inbox.URL+`", http_headers: {X-Token: {secrets: [canary]}}, proxy_url: "`+inbox.URL+`"}
queries:
  - {name: users, help: All contacts.}
`)
	for name, env := range map[string]programtest.Env{
		"a configuration":               {"BOTPENGUIN_CONFIG_FILE": path},
		"variables of the built-in one": {"BOTPENGUIN_URL": inbox.URL, "BOTPENGUIN_TOKEN": inbox.Token},
		"nothing":                       nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, env, "demo")
			_, body := r.Get(t, "/metrics")
			if !regexp.MustCompile(`(?m)^botpenguin_inbox_users\{.*\} [1-9]`).MatchString(body) {
				t.Errorf("no contacts of the simulation in\n%s", body)
			}
			if n := inbox.Requests(); n != 0 {
				t.Errorf("%d requests reached the real inbox", n)
			}
		})
	}
}

// Strict parsers of OpenMetrics refuse a name with two types.
func TestOpenMetricsHasEachFamilyOnce(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	r := start(t, builtInEnv(server))
	for _, path := range []string{"/metrics", "/probe?account=default"} {
		_, body := r.Get(t, path, "Accept", "application/openmetrics-text; version=1.0.0")
		types := make(map[string]int)
		for _, family := range regexp.MustCompile(`(?m)^# TYPE (\S+) `).FindAllStringSubmatch(body, -1) {
			if types[family[1]]++; types[family[1]] > 1 {
				t.Errorf("%s: %s has two types", path, family[1])
			}
		}
		if len(types) == 0 || path == "/metrics" && types["go_memstats_alloc_bytes"] != 1 {
			t.Errorf("%s: families %v", path, types)
		}
	}
}

func TestDebugLog(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	r := start(t, builtInEnv(server), "--log.level=debug")
	r.Get(t, "/metrics")
	if !strings.Contains(r.Output(), `level=debug`) || !strings.Contains(r.Output(), `msg="API request"`) {
		t.Error(r.Output())
	}
}

// basicAuth is a web configuration that requires the user prometheus with the password
// "secret".
const basicAuth = "basic_auth_users: {prometheus: $2a$04$GZiQKVbv4R.uJb/wiDJWnu/uog0iDLEy/bZvQlLy7SMWaAA6sg2tm}\n"

func TestBasicAuth(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	path := programtest.WriteFile(t, "web.yml", basicAuth)
	r := start(t, builtInEnv(server), "--web.config.file="+path)
	if status, _ := r.Get(t, "/metrics"); status != 401 {
		t.Errorf("status %d without a password, want 401", status)
	}
	if status, _ := r.Get(t, "/metrics", "Authorization", "Basic cHJvbWV0aGV1czpzZWNyZXQ="); status != 200 {
		t.Errorf("status %d with the password, want 200", status)
	}
}

func TestHealthcheck(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t)
	web := programtest.WriteFile(t, "web.yml", basicAuth)
	open, secured := start(t, builtInEnv(server)), start(t, builtInEnv(server), "--web.config.file="+web)
	for name, test := range map[string]struct {
		program *programtest.Program
		args    []string
		exit    int
	}{
		"open":                                {open, nil, 0},
		"password, with --web.config.file":    {secured, []string{"--web.config.file=" + web}, 0},
		"password, without --web.config.file": {secured, nil, 1},
	} {
		args := append([]string{"healthcheck", "--web.listen-address=" + test.program.Address}, test.args...)
		exit, stdout, stderr := programtest.Run(t, programtest.Func(run), nil, args...)
		if exit != test.exit || stdout != "" || (stderr == "") != (exit == 0) {
			t.Errorf("%s: exit code %d, want %d: %s%s", name, exit, test.exit, stdout, stderr)
		}
	}
}
