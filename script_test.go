package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// TestScripts runs the transcripts in testdata/script: commands and their output. Each
// has its own simulated inbox at $INBOX_URL, initially empty, which accepts $INBOX_TOKEN.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			server := inboxtest.Start(env.T().(testing.TB))
			env.Values[inboxKey{}] = server
			env.Setenv("INBOX_URL", server.URL)
			env.Setenv("INBOX_TOKEN", server.Token)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector delays each exit by a second by default
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "inbox": changeInbox, "json-lines": jsonLines,
		},
	})
}

// exits runs a program that must exit with the given code.
//
//	exits 1 program args...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program [args...]")
	}
	code, err := 0, ts.Exec(args[1], args[2:]...)
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		code, err = failed.ExitCode(), nil
	}
	ts.Check(err)
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

type inboxKey struct{}

// changeInbox changes the simulated inbox.
//
//	inbox populate n     adds n contacts and sets $INBOX_USERS to the number of contacts
//	inbox page-size n    changes the page size
//	inbox refuse text    responds with 418 to requests whose body contains the text
func changeInbox(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: inbox populate|page-size|refuse value")
	}
	server := ts.Value(inboxKey{}).(*inboxtest.Server)
	number := func() int {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		return n
	}
	switch args[0] {
	case "populate":
		server.Inbox.Populate(number(), 1)
		ts.Setenv("INBOX_USERS", fmt.Sprint(server.Inbox.Len()))
	case "page-size":
		server.SetPageSize(number())
	case "refuse":
		server.Intercept(func(w http.ResponseWriter, _ *http.Request, call inboxtest.Call) bool {
			refused := bytes.Contains(call.Raw, []byte(args[1]))
			if refused {
				w.WriteHeader(http.StatusTeapot)
			}
			return refused
		})
	default:
		ts.Fatalf("unknown: inbox %s", args[0])
	}
}

// jsonLines prints the elements of the JSON array in a file, or stdout, one per line.
//
//	json-lines file
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: json-lines file")
	}
	var elements []json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &elements))
	for _, element := range elements {
		var line bytes.Buffer
		ts.Check(json.Compact(&line, element))
		fmt.Fprintln(ts.Stdout(), &line)
	}
}
