package config

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// expandScalar replaces the variables in a scalar. One that cannot be is
// reported where it stands, and the scalar is broken.
func (p *parser) expandScalar(n *yaml.Node) {
	if n.Tag != textTag || !strings.Contains(n.Value, "$") {
		return
	}
	text, problems := expand(n.Value, p.env)
	for _, problem := range problems {
		where := &yaml.Node{}
		where.Line, where.Column = p.find(n, problem.token)
		report := p.problem(where, place{}, "%s", problem.message)
		report.Err = problem.err
		p.errs = append(p.errs, report)
		p.broken[n] = true
	}
	if strings.Contains(n.Value, "${") {
		p.written[n] = n.Value
	}
	n.Value = text
}

// expansionProblem is a variable that could not be expanded.
type expansionProblem struct {
	token   string // what it begins with in the file
	message string
	err     error
}

// expand replaces ${NAME} and ${NAME:-default} by the environment's values and
// $$ by a dollar; the default is for a variable that is unset or empty. Any
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
				problems = append(problems, expansionProblem{token: "${", message: "${ without }, write $${ for the text itself"})
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

// expandVariable returns the value of what stands between ${ and }.
func expandVariable(expression string, env func(string) (string, bool)) (string, *expansionProblem) {
	name, fallback, hasFallback := strings.Cut(expression, ":-")
	token := "${" + name
	if !isVariableName(name) {
		return "", &expansionProblem{token: "${", message: "want ${NAME} or ${NAME:-default}, write $${ for the text itself"}
	}
	if strings.Contains(strings.ReplaceAll(fallback, "$$", ""), "${") {
		return "", &expansionProblem{token: token, message: "the default of ${" + name + "} cannot hold another variable"}
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

// isVariableName tells whether name is one that a shell could set.
func isVariableName(name string) bool {
	for i, r := range name {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// find returns the line and column of the first token in the file at or after
// the beginning of n, and n's own when there is none, as in a text with escapes.
func (p *parser) find(n *yaml.Node, token string) (line, column int) {
	for i := n.Line - 1; i < len(p.lines); i++ {
		text := p.lines[i]
		skipped := 0
		if i == n.Line-1 {
			for range n.Column - 1 {
				_, size := utf8.DecodeRuneInString(text[skipped:])
				skipped += size
			}
		}
		for from := skipped; ; {
			at := strings.Index(text[from:], token)
			if at < 0 {
				break
			}
			from += at + len(token)
			if token == "${" || strings.HasPrefix(text[from:], "}") || strings.HasPrefix(text[from:], ":") {
				return i + 1, utf8.RuneCountInString(text[:from-len(token)]) + 1
			}
		}
	}
	return n.Line, n.Column
}
