package config

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	promconfig "github.com/prometheus/common/config"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/markdown"
)

// documentedKeys returns the sections of docs/configuration.md that have tables of keys,
// with their rows: key, type, default and meaning.
func documentedKeys(t *testing.T) map[string][][]string {
	t.Helper()
	page, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := make(map[string][][]string)
	for title, section := range markdown.Parse("docs/configuration.md", string(page)).Sections() {
		rows := section.Rows("key")
		for _, row := range rows {
			if len(row) != 4 {
				t.Fatalf("%s: %q has not four cells", title, row)
			}
		}
		if len(rows) > 0 {
			sections[title] = rows
		}
	}
	return sections
}

// The page has every key that the parser knows, and no other.
func TestEveryKeyIsDocumented(t *testing.T) {
	t.Parallel()
	usable := func(of reflect.Type) []string { return usableKeys(httpFields(of)) }
	filterKeys := []string{"extra"}
	for _, field := range filter.Fields() {
		filterKeys = append(filterKeys, field.Name)
	}
	want := map[string][]string{
		"Top level":     topKeys,
		"Account":       append(slices.Clone(accountKeys), httpClientKeys()...),
		"authorization": usable(reflect.TypeFor[promconfig.Authorization]()),
		"basic_auth":    usable(reflect.TypeFor[promconfig.BasicAuth]()),
		"oauth2":        usable(reflect.TypeFor[promconfig.OAuth2]()),
		"tls_config":    usable(reflect.TypeFor[promconfig.TLSConfig]()),
		"http_headers":  usable(reflect.TypeFor[promconfig.Header]()),
		"Query":         queryKeys,
		"group_by":      groupKeys,
		"Filter":        filterKeys,
		"Ranges":        rangeKeys,
		"hasOrdered":    orderKeys,
	}
	documented := documentedKeys(t)
	for section, keys := range want {
		var got []string
		for _, row := range documented[section] {
			got = append(got, strings.Trim(row[0], "`"))
		}
		for _, key := range keys {
			if !slices.Contains(got, key) {
				t.Errorf("%s: the key %s is not documented", section, key)
			}
		}
		for _, key := range got {
			if !slices.Contains(keys, key) {
				t.Errorf("%s: there is no key %s", section, key)
			}
		}
		delete(documented, section)
	}
	for section := range documented {
		t.Errorf("%s: a table of keys of nothing", section)
	}
}

// A default that the page names can be written into the configuration without a change.
func TestDocumentedDefaults(t *testing.T) {
	t.Parallel()
	const accounts = "accounts:\n  - name: acme\n    url: https://inbox.example\n    authorization: {credentials: a-long-token}\n"
	const queries = "queries:\n  - name: users\n    help: All contacts.\n"
	bare := describe(t, accounts+queries)
	checked := 0
	for section, rows := range documentedKeys(t) {
		for _, row := range rows {
			key, value := strings.Trim(row[0], "`"), strings.Trim(row[2], "`")
			given := key + ": " + value
			if value == row[2] || section == "Filter" && value == "false" {
				continue // it is no value, or it becomes a condition once it is written
			}
			var written string
			switch section {
			case "Top level":
				written = given + "\n" + accounts + queries
			case "Account":
				written = accounts + "    " + given + "\n" + queries
			case "Filter":
				written = accounts + queries + "    filter: {" + given + "}\n"
			default:
				continue
			}
			checked++
			if got := describe(t, written); got != bare {
				t.Errorf("%s: %s changes the configuration:\n%s\n%s", section, given, bare, got)
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d defaults are documented", checked)
	}
}

// describe returns everything that a configuration means.
func describe(t *testing.T, text string) string {
	t.Helper()
	cfg, err := Parse("docs.yml", []byte(text), ".", nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	dumped, _, _ := strings.Cut(string(cfg.YAML()), "queries:")
	return plan(cfg) + dumped
}
