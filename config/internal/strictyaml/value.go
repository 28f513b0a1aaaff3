package strictyaml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Value is a value of a document, or a key of a mapping. The zero Value cannot
// be used.
type Value struct {
	doc  *Document
	node *yaml.Node
	path path
}

// Path returns where in the document the value is, for people.
func (v Value) Path() string {
	return v.path.String()
}

// Section returns the value as the beginning of a section: the paths of what is
// below it begin with its own path, the name in parentheses if it is not empty,
// and a colon.
func (v Value) Section(name string) Value {
	v.path = path{section: v.path.String()}
	if name != "" {
		v.path.section += " (" + printable(name) + ")"
	}
	return v
}

// Errorf reports an error at the value. The message begins with the path of the
// value, names the environment variables that the value comes from, and must not
// contain what may be secret.
func (v Value) Errorf(format string, args ...any) {
	v.doc.report(v.problem(format, args...))
}

// Warnf reports something that is suspicious but no error.
func (v Value) Warnf(format string, args ...any) {
	v.doc.warnings.add(v.problem(format, args...))
}

// Advisef reports something that works and could be better.
func (v Value) Advisef(format string, args ...any) {
	v.doc.advice.add(v.problem(format, args...))
}

// problem returns an error at the value, and names its variables if the message does
// not.
func (v Value) problem(format string, args ...any) *Error {
	message := fmt.Sprintf(format, args...)
	var unnamed []string
	for _, name := range variableNames(v.doc.sources[v.node]) {
		if !slices.Contains(unnamed, name) && !strings.Contains(message, name) && !strings.Contains(message, strings.TrimSuffix(name, "}")+":-") {
			unnamed = append(unnamed, name)
		}
	}
	if len(unnamed) > 0 {
		message += " (from " + strings.Join(unnamed, ", ") + ")"
	}
	return v.doc.problem(v.node, v.path, "%s", message)
}

// Source returns a scalar as the file has it, and whether that has variables in
// it. Unlike their values it can be shown.
func (v Value) Source() (text string, variables bool) {
	text, variables = v.doc.sources[v.node]
	if !variables {
		text = v.node.Value
	}
	return printable(text), variables
}

// Quoted returns a scalar for a message: as the file has it, quoted, and no
// longer than what fits on a line.
func (v Value) Quoted() string {
	text, variables := v.doc.sources[v.node]
	if !variables {
		text = v.node.Value
	}
	const longest = 60
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return strconv.Quote(text)
}

// IsNull reports whether the value is null or missing, as after a key without
// one.
func (v Value) IsNull() bool {
	return v.node.Kind == yaml.ScalarNode && v.node.Tag == nullTag && !v.doc.broken[v.node]
}

// IsMapping reports whether the value is a mapping.
func (v Value) IsMapping() bool {
	return v.node.Kind == yaml.MappingNode
}

// IsList reports whether the value is a list.
func (v Value) IsList() bool {
	return v.node.Kind == yaml.SequenceNode
}

// is reports a value that is not of the kind that is wanted.
func (v Value) is(want yaml.Kind) bool {
	if v.isBroken() {
		return false
	}
	if v.node.Kind == want {
		return true
	}
	names := map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}
	got := names[v.node.Kind]
	if v.IsNull() {
		got = "nothing"
	}
	example, shown := v.doc.Examples[v.path.lastKey()]
	if !shown || want == yaml.ScalarNode {
		v.Errorf("want %s, got %s", names[want], got)
		return false
	}
	v.Errorf("want %s such as %s, got %s", names[want], example, got)
	return false
}

// isBroken reports whether an error at the value has been reported before, and
// counts that its reading fails because of it.
func (v Value) isBroken() bool {
	if !v.doc.broken[v.node] {
		return false
	}
	v.doc.skipped++
	return true
}
