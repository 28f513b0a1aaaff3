package strictyaml

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// expandScalar replaces the variables in a scalar. One that cannot be replaced
// is reported at its own position, and the scalar is broken.
func (r *resolver) expandScalar(n *yaml.Node) {
	if n.Tag != stringTag || !strings.Contains(n.Value, "$") {
		return
	}
	text, problems := expand(n.Value, r.env)
	for _, problem := range problems {
		line, column := r.locate(n, problem.token)
		r.doc.report(&Error{
			File: r.doc.name, Line: line, Column: column, Message: problem.message, Err: problem.err,
		})
		r.doc.broken[n] = true
	}
	if strings.Contains(n.Value, "${") {
		r.doc.sources[n] = n.Value
	}
	n.Value = text
}

// expansionProblem is a variable that cannot be expanded.
type expansionProblem struct {
	token   string // its beginning in the file
	message string
	err     error
}

// expand replaces ${NAME} and ${NAME:-default} by values of the environment, and
// $$ by a dollar. The default is for a variable that is unset or empty. Any
// other dollar stands for itself.
func expand(text string, env func(string) (string, bool)) (string, []expansionProblem) {
	var out strings.Builder
	var problems []expansionProblem
	for {
		before, after, found := strings.Cut(text, "$")
		out.WriteString(before)
		if !found {
			return out.String(), problems
		}
		text = after
		switch {
		case strings.HasPrefix(after, "$"):
			out.WriteByte('$')
			text = after[1:]
		case strings.HasPrefix(after, "{"):
			expression, rest, closed := strings.Cut(after[1:], "}")
			if !closed {
				problems = append(problems, expansionProblem{token: "${", message: "${ without }, write $${ for a literal ${"})
				return out.String(), problems
			}
			value, problem := expandVariable(expression, env)
			if problem != nil {
				problems = append(problems, *problem)
			}
			out.WriteString(value)
			text = rest
		default:
			out.WriteByte('$')
		}
	}
}

// expandVariable returns the value of the expression between ${ and }.
func expandVariable(expression string, env func(string) (string, bool)) (string, *expansionProblem) {
	name, fallback, hasFallback := strings.Cut(expression, ":-")
	token := "${" + name
	if !isVariableName(name) {
		return "", &expansionProblem{token: "${", message: "want ${NAME} or ${NAME:-default}, write $${ for a literal ${"}
	}
	if strings.Contains(strings.ReplaceAll(fallback, "$$", ""), "${") {
		return "", &expansionProblem{token: token, message: "the default of ${" + name + "} cannot contain another variable"}
	}
	value, set := env(name)
	switch {
	case (value == "" || !set) && hasFallback:
		return strings.ReplaceAll(fallback, "$$", "$"), nil
	case !set:
		unset := &UnsetError{Name: name}
		return "", &expansionProblem{token: token, message: unset.Error() + ", set it or write ${" + name + ":-default}", err: unset}
	case !utf8.ValidString(value):
		return "", &expansionProblem{token: token, message: "environment variable " + name + " is not UTF-8"}
	}
	return value, nil
}

// isVariableName reports whether a shell could set a variable of that name.
func isVariableName(name string) bool {
	for i, r := range name {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// variableNames returns the variables of a text as ${NAME}, without their defaults.
func variableNames(text string) []string {
	var names []string
	for _, part := range strings.Split(strings.ReplaceAll(text, "$$", ""), "${")[1:] {
		name, _, _ := strings.Cut(part, "}")
		name, _, _ = strings.Cut(name, ":-")
		names = append(names, "${"+name+"}")
	}
	return names
}
