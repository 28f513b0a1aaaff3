package draft

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/ask"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

var update = flag.Bool("update", false, "write the files in testdata")

func env(name string) (string, bool) {
	return map[string]string{"BOTPENGUIN_TOKEN": "t", "ACME_TOKEN": "t"}[name], true
}

// write returns the configuration for the first account of a configuration.
func write(t *testing.T, text, builtIn string, found *ask.Discovery) string {
	t.Helper()
	cfg, err := config.Parse("test.yml", []byte(text), ".", env)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (Draft{Config: cfg, Account: cfg.Accounts[0], BuiltIn: []byte(builtIn), Found: found}).Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// queries are built-in queries of every kind.
const queries = `
queries:
  # A comment before.
  - name: users
    help: All contacts.

  - name: users_by_status
    help: Contacts by status.
    by: [status] # a comment beside

  - {name: chats, help: Chats., group_by: {channel: platform, agent: _agentAssigned}, filter: {isLiveChatActive: true}}
  - {name: chats_with_field, help: Chats., group_by: {channel: {field: platform}}}
  - {name: chats_with_values, help: Chats., group_by: {channel: {field: platform, values: [OLD]}}}

  # An example after.
  #- name: example
    #by: [status]
`

const acme = `
timezone: Asia/Kolkata
accounts:
  - {name: acme, timeout: 5s, url: "http://inbox.test", authorization: {credentials: canary}, dimensions: {tag: {old: {tags: [old]}}, own: {a: {tags: [a]}}}}
queries: [{name: mine, help: Mine., by: [own]}]
`

// difficult are names and values that YAML could misread.
func difficult() *ask.Discovery {
	agents := []string{"63e4d5c6b7a8000000000001", "640000000000000000000000", "64000000000000000000e000"}
	for len(agents) <= maxActive {
		agents = append(agents, fmt.Sprintf("65%022x", len(agents)))
	}
	var segments []ask.Named
	for i, name := range []string{
		"#1: \"best\" \\ {a, b}", "- [x]", "1e5", "VIP (650a1b2c3d4e5f0000000004)", "true", "~", "<<", "ग्राहक 🐧",
		"a\u2028b\U000e0001", "${HOME} $$", "2024-06-05", "off",
	} {
		segments = append(segments, ask.Named{ID: fmt.Sprintf("650a1b2c3d4e5f%010x", i+1), Name: name})
	}
	return &ask.Discovery{
		Segments: ask.NamedList{Items: segments},
		Bots:     ask.NamedList{Missing: "GET /whatsapp-automation: 404 Not Found: \"no\nsuch endpoint\""},
		Agents:   agents,
		Tags:     []string{"${HOME}", "$$", "0x1F", "a, b", "no", "vip"},
		Statuses: []string{"OPEN", "Open", "SNOOZED"},
		Channels: []string{"SMS", "WEBSITE"},
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	for name, found := range map[string]*ask.Discovery{"difficult": difficult(), "nothing": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := write(t, acme, queries, found)
			if got != write(t, acme, queries, found) {
				t.Error("two drafts differ")
			}
			file := "testdata/" + name + ".yml"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(got, "canary") {
				t.Error("the draft has the token")
			}
			if _, err := config.Parse(file, []byte(got), ".", env); err != nil {
				t.Error(err)
			}
		})
	}
}

// Whatever was found, the built-in configuration becomes a valid one.
func TestDraftsOfTheBuiltInConfiguration(t *testing.T) {
	t.Parallel()
	builtIn, err := os.ReadFile("../../config.example.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range []*ask.Discovery{{}, difficult()} {
		got := write(t, string(builtIn), string(builtIn), found)
		cfg, err := config.Parse("draft.yml", []byte(got), ".", env)
		if err != nil || len(cfg.Warnings) > len(found.Statuses) { // about those that are not documented
			t.Errorf("%v, %v in\n%s", err, cfg.Warnings, got)
		}
	}
}

// Names, ids and values are read as they were found.
func TestDraftsAreReadAsTheyWereFound(t *testing.T) {
	t.Parallel()
	found := difficult()
	found.Agents = found.Agents[:3]
	cfg, err := config.Parse("test.yml", []byte(write(t, acme, queries, found)), ".", env)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]map[string]string)
	for _, q := range cfg.Accounts[0].Queries {
		for _, part := range q.Parts {
			for label, value := range part.Labels {
				for _, name := range part.Filter.Names() {
					if got[label] == nil {
						got[label] = make(map[string]string)
					}
					list, _ := part.Filter.Value(name).([]string)
					got[label][value] = strings.Join(list, "|")
				}
			}
		}
	}
	want := map[string]map[string]string{"status": {}, "segment": {}, "agent": {}, "tag": {}}
	for _, s := range found.Segments.Items {
		want["segment"][s.Name] = s.ID
	}
	for _, agent := range found.Agents {
		want["agent"][agent] = agent
	}
	for _, tag := range found.Tags {
		want["tag"][tag] = tag
	}
	for _, status := range []string{"OPEN", "INPROGRESS", "REVIEW", "ONHOLD", "DEPENDANCY", "CLOSED", "SNOOZED"} {
		want["status"][strings.ToLower(status)] = status
	}
	want["status"]["Open"] = "Open"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzScalar(f *testing.F) {
	for _, text := range []string{"a b", "1e5", "#", "a: b", "\"\\", "é\u2028\ufeff", "null", "🐧", "- a", "a #b", "=", "<<"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "")
		var got map[string][]string
		yamlText := scalar(text) + ": [" + scalar(text) + "]"
		if err := yaml.Unmarshal([]byte(yamlText), &got); err != nil {
			t.Fatalf("%v in %s", err, yamlText)
		}
		if list := got[text]; len(list) != 1 || list[0] != text {
			t.Errorf("%q became %q", text, got)
		}
	})
}
