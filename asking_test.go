package main

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// No command makes another request than one that reads, and only discover asks for more
// than contacts.
func TestCommandsOnlyRead(t *testing.T) {
	t.Parallel()
	const contacts = "POST /inbox/users"
	for command, want := range map[string][]string{
		"serve":       {contacts},
		"check":       nil,
		"count":       {contacts},
		"doctor":      {contacts},
		"discover":    {"GET /inbox/segments", "GET /whatsapp-automation", contacts},
		"healthcheck": nil,
		"demo":        nil,
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.Start(t, inboxtest.Contacts(200), inboxtest.PageSize(100))
			if command == "serve" || command == "demo" {
				r := start(t, builtInEnv(server), command)
				for _, path := range []string{"/metrics", "/probe?account=default", "/sd", "/", "/config", "/-/healthy", "/-/ready"} {
					r.Get(t, path)
				}
			} else {
				programtest.Run(t, programtest.Func(run), builtInEnv(server), command)
			}
			var got []string
			for _, call := range server.Calls() {
				got = append(got, call.Method+" "+call.Path)
				if body := call.Body(); call.Method == http.MethodPost && body["isExport"] != "none" || call.Method == http.MethodGet && len(call.Raw) > 0 {
					t.Errorf("%s %s with %s", call.Method, call.Path, call.Raw)
				}
			}
			slices.Sort(got)
			if got = slices.Compact(got); !slices.Equal(got, want) || server.Exports() != 0 {
				t.Errorf("requests %v, %d exports, want %v", got, server.Exports(), want)
			}
		})
	}
}

// Neither doctor nor discover prints the token, wherever the API echoes it.
func TestAskingPrintsNoToken(t *testing.T) {
	t.Parallel()
	const token = "canary-7f3a9c21-token"
	echo := func(w http.ResponseWriter) {
		for _, name := range []string{"X-RateLimit-Limit", "Retry-After", "Date", "Content-Type", "RateLimit"} {
			w.Header().Set(name, token)
		}
	}
	for name, hook := range map[string]inboxtest.Hook{
		"in headers": func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
			echo(w)
			return false
		},
		"in records": nil,
		"in an error": func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
			echo(w)
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprintf(w, `{"success":false,"message":"no user has %s","code":400}`, token)
			return true
		},
		"in an error of later pages": func(w http.ResponseWriter, _ *http.Request, call inboxtest.Call) bool {
			if call.Page == 1 {
				return false
			}
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"success":false,"message":"Bearer `+token+`","code":404}`)
			return true
		},
		"in a redirect": func(w http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
			http.Redirect(w, r, "https://proxy.example/?token="+token, http.StatusFound)
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.Start(t, inboxtest.Token(token), inboxtest.PageSize(2))
			server.Intercept(hook)
			for range 5 {
				server.Inbox.Add(inboxtest.Contact{
					Status: token, Agent: "x" + token, Tags: []string{token, "a " + token + strings.Repeat("b", 100)},
					Platform: []inboxtest.Channel{token}, LastMessage: inboxtest.Message{By: strings.Repeat("x", 30) + token},
				})
			}
			server.SetSegments(inboxtest.Named{ID: token, Name: "a"}, inboxtest.Named{ID: "650a1b2c3d4e5f0000000001", Name: "b " + token})
			server.SetWhatsappBots(inboxtest.Named{ID: "64f0c0ffee00000000000002", Name: token})
			path := programtest.WriteFile(t, "acme.yml", `
accounts:
  - {name: acme, url: "`+server.URL+`", rate_limit: 0, authorization: {credentials: `+token+`}}
queries:
  - {name: users, help: All., by: [status], group_by: {channel: platform}}
dimensions: {status: {open: {status: [OPEN]}}}
`)
			for _, args := range [][]string{{"doctor"}, {"doctor", "--output=json"}, {"discover"}} {
				_, stdout, stderr := programtest.Run(t, programtest.Func(run), nil, append(args, "--config.file="+path)...)
				if output := stdout + stderr; strings.Contains(output, token[:12]) || output == "" {
					t.Errorf("%s prints\n%s", args, output)
				}
			}
		})
	}
}

// The exporter serves what discover prints.
func TestServesADiscoveredConfiguration(t *testing.T) {
	t.Parallel()
	server := inboxtest.Start(t, inboxtest.Contacts(300), inboxtest.PageSize(100))
	exit, stdout, stderr := programtest.Run(t, programtest.Func(run), builtInEnv(server), "discover")
	if exit != 0 {
		t.Fatalf("exit code %d: %s", exit, stderr)
	}
	r := start(t, builtInEnv(server), "--config.file="+programtest.WriteFile(t, "found.yml", stdout))
	_, body := r.Get(t, "/metrics")
	vips := server.Inbox.Count(func(c inboxtest.Contact) bool { return slices.Contains(c.Segments, inboxtest.SegmentVIP) })
	if line := fmt.Sprintf(`botpenguin_inbox_users_by_segment{account="default",segment="VIP"} %d`, vips); !strings.Contains(body, "\n"+line+"\n") {
		t.Errorf("no line %s in\n%s", line, body)
	}
}

// The demo prints how to ask its simulation, and it answers.
func TestDemoCanBeAsked(t *testing.T) {
	t.Parallel()
	r := start(t, nil, "demo")
	address := r.Await(t, `export BOTPENGUIN_URL=(\S+) BOTPENGUIN_TOKEN=(\S+)`)
	env := programtest.Env{"BOTPENGUIN_URL": address[1], "BOTPENGUIN_TOKEN": address[2]}
	for command, want := range map[string]string{"doctor": `(?m)^ok  page size +100 contacts`, "discover": `(?m)^    VIP: \{segments:`} {
		exit, stdout, stderr := programtest.Run(t, programtest.Func(run), env, command)
		if exit != 0 || !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("%s: exit code %d: %s%s", command, exit, stdout, stderr)
		}
	}
}

// Interrupted, doctor and discover print what is known so far.
func TestAskingCanBeInterrupted(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{
		"doctor":   {`(?m)^ok  page size +20 contacts`, `(?m)^\?   filter status +not asked: interrupted$`},
		"discover": {`(?m)^    lead: \{tags: \[lead\]\}$`, `(?m)^  # Not listed: GET /inbox/segments: not asked: interrupted$`},
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			server := inboxtest.Start(t, inboxtest.Contacts(150))
			reached := make(chan struct{})
			server.Intercept(func(_ http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
				if r.Method == http.MethodGet || server.Requests() == 13 {
					close(reached)
					<-r.Context().Done()
				}
				return false
			})
			p := programtest.Launch(t, programtest.Func(run), builtInEnv(server), command)
			<-reached
			p.Signal(syscall.SIGTERM)
			exit, code := p.Wait(), map[string]int{"doctor": 2, "discover": 1}[command]
			for _, pattern := range want {
				if !regexp.MustCompile(pattern).MatchString(p.Output()) || exit != code {
					t.Errorf("exit code %d, want %d, and %s in\n%s", exit, code, pattern, p.Output())
				}
			}
		})
	}
}
