package config

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// The file is embedded into the program as its default.
const exampleFile = "../config.example.yml"

// token is the one variable that the example needs.
func token(name string) (string, bool) {
	if name != "BOTPENGUIN_TOKEN" {
		return "", false
	}
	return canary, true
}

func TestExampleIsTheBuiltInDefault(t *testing.T) {
	t.Parallel()
	cfg, err := Load(exampleFile, token)
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Accounts) != 1 || len(cfg.Warnings) != 0 {
		t.Fatalf("got %d accounts and the warnings %q, want one and none", len(cfg.Accounts), cfg.Warnings)
	}
	account := cfg.Accounts[0]
	if account.Name != "default" || account.URL.String() != "https://api-v7.express-chat.com" {
		t.Errorf("account %s at %s", account.Name, account.URL)
	}
	if got := string(account.HTTP.Authorization.Credentials); got != canary {
		t.Errorf("token %q, want that of the environment", got)
	}
	var got []string
	for _, q := range account.Queries {
		got = append(got, fmt.Sprintf("%s %s %s %t %v", q.Name, strings.Join(q.LabelNames, ","), q.Oldest, q.Waiting != nil, q.Sums))
	}
	want := []string{
		"users   false []", "contacts   false []", "users_online   false []", "live_chats_active   false []",
		"users_by_status status  false []", "backlog   false []",
		"live_chats channel  true []", "agent_live_chats agent  true []",
		"live_chats_last_message by lastMessage.at false []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	for i, part := range account.Queries[4].Parts {
		if status := filter.Statuses()[i]; part.Labels["status"] != strings.ToLower(status) {
			t.Errorf("part %d has the labels %v, want %s", i, part.Labels, status)
		}
	}
}

func TestExampleWithoutATokenSaysSo(t *testing.T) {
	t.Parallel()
	_, err := Load(exampleFile, nil)
	unset, ok := errors.AsType[*UnsetError](err)
	if !ok || unset.Name != "BOTPENGUIN_TOKEN" {
		t.Fatalf("got %v, want an UnsetError for BOTPENGUIN_TOKEN", err)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want one error", err)
	}
}

// commentedKey is a line of the example that holds an optional key; prose has a
// space after its #.
var commentedKey = regexp.MustCompile(`(?m)^( *)#([^ \n].*)$`)

func TestExampleWithAllOptionalKeysIsValid(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	full := commentedKey.ReplaceAll(data, []byte("$1$2"))
	cfg, err := Parse("example.yml", full, "..", token)
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Warnings) != 0 {
		t.Errorf("warnings %q", cfg.Warnings)
	}

	keys := slices.Concat(accountKeys, queryKeys, groupKeys, waitingKeys, []string{"timezone", "accounts", "dimensions", "queries", "extra"})
	for _, field := range filter.Fields() {
		keys = append(keys, field.Name)
	}
	for _, key := range keys {
		if !regexp.MustCompile(`(?m)[ {(-]` + key + `:|^` + key + `:`).Match(full) {
			t.Errorf("the example lacks %s", key)
		}
	}
}

// What the example shows as a default is one.
func TestExampleShowsTheDefaults(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := Parse("example.yml", data, "..", token)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"timezone", "type", "enable_http2", "rate_limit", "concurrency", "timeout", "min_interval", "counting", "verify"} {
		line := regexp.MustCompile(`(?m)^( *)#(` + key + `:.*)$`)
		given, err := Parse("example.yml", line.ReplaceAll(data, []byte("$1$2")), "..", token)
		if !line.Match(data) || err != nil {
			t.Errorf("%s: not in the example, or %v", key, err)
			continue
		}
		// Queries are dumped as they are written, and one of them may have the key, too.
		want, _, _ := strings.Cut(string(bare.YAML()), "queries:")
		got, _, _ := strings.Cut(string(given.YAML()), "queries:")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s changes the configuration:\n%s", key, diff)
		}
	}
}
