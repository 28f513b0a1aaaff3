package draft

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
)

// plain matches texts that may need no quotes, within braces and brackets, too.
var plain = regexp.MustCompile(`^[\p{L}\p{N}_]([\p{L}\p{N}_ .()/+-]*[\p{L}\p{N}_.()/+-])?$`)

// oldBoolean matches what YAML 1.1 takes for a boolean, as tools still do.
var oldBoolean = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off)$`)

// value returns a text as the value of a key: a string of which nothing is expanded.
func value(text string) string { return scalar(strictyaml.EscapeDollars(text)) }

// scalar returns a text as a YAML string, in quotes if it needs them.
func scalar(text string) string {
	var node yaml.Node
	if plain.MatchString(text) && !oldBoolean.MatchString(text) && yaml.Unmarshal([]byte("["+text+"]"), &node) == nil {
		if item := node.Content[0].Content[0]; item.ShortTag() == "!!str" && item.Value == text {
			return text
		}
	}
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			quoted.WriteString(`\` + string(r))
		case r == ' ' || unicode.IsPrint(r):
			quoted.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&quoted, `\U%08x`, r)
		default:
			fmt.Fprintf(&quoted, `\u%04x`, r)
		}
	}
	quoted.WriteByte('"')
	return quoted.String()
}

// list returns texts as a YAML list.
func list(texts []string) string {
	var items []string
	for _, text := range texts {
		items = append(items, value(text))
	}
	return "[" + strings.Join(items, ", ") + "]"
}
