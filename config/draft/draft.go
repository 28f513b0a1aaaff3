// Package draft writes a configuration for an account from what was discovered: the
// account as it is configured, a dimension for each kind of thing that the account has,
// and the built-in queries.
package draft

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/ask"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// Draft is what a configuration is written from.
type Draft struct {
	Config  *config.Config
	Account *config.Account // one of Config
	BuiltIn []byte          // the built-in configuration, for its queries
	Found   *ask.Discovery
}

// Write writes the configuration. Equal drafts give equal texts.
func (d Draft) Write(out io.Writer) error {
	dimensions := dimensionsOf(d.Found)
	queries, err := queriesOf(d.BuiltIn, d.Found, dimensions)
	if err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, header, scalar(d.Account.Name))
	text.WriteString(d.timezone())
	text.WriteString("\naccounts:\n")
	var names []string
	for _, dimension := range dimensions {
		names = append(names, dimension.name)
	}
	text.WriteString(listItem(string(d.Account.Written(names...))))
	text.WriteString("\n# A dimension is a label. Each of its values has a filter.\ndimensions:\n")
	for _, dimension := range dimensions {
		text.WriteString(dimension.text())
	}
	text.WriteString("\n# Each query becomes a metric botpenguin_inbox_<name>.\nqueries:\n")
	text.WriteString(strings.Join(queries, "\n"))
	_, err = io.WriteString(out, text.String())
	return err
}

const header = `# Configuration of botpenguin_exporter for the account %s, written by "botpenguin_exporter discover".
# Run it again later: a diff shows what is new.
# ${NAME} and ${NAME:-default} in values are replaced by environment variables. Relative paths are relative to this file.

# Time zone for days, weeks and months in relative times.
`

// timezone returns the line of the time zone.
func (d Draft) timezone() string {
	var top struct {
		Timezone string `yaml:"timezone"`
	}
	if err := yaml.Unmarshal(d.Config.YAML(), &top); err != nil || top.Timezone == "UTC" {
		return "#timezone: UTC\n"
	}
	return "timezone: " + scalar(top.Timezone) + "\n"
}

// listItem returns the text of a mapping as an item of a list.
func listItem(mapping string) string {
	lines := strings.Split(strings.TrimSuffix(mapping, "\n"), "\n")
	for i, line := range lines {
		switch {
		case i == 0:
			lines[i] = "  - " + line
		case line != "":
			lines[i] = "    " + line
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// comment returns a text for a comment: on one line.
func comment(text string) string { return strings.Join(strings.Fields(text), " ") }
