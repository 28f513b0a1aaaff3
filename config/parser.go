package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// parser reads one configuration and collects what is wrong with it. Whatever
// it cannot read it reports once and leaves out, so that reading goes on.
type parser struct {
	file  string
	lines []string // of the file, to find variables in
	dir   string   // what relative paths count from
	env   func(string) (string, bool)
	zone  *time.Location

	errs     Errors
	warnings Errors
	written  map[*yaml.Node]string // text of expanded scalars as the file has it
	broken   map[*yaml.Node]bool   // scalars that could not be expanded
	skipped  int                   // times that a broken scalar was left out
	copied   int                   // nodes copied for aliases
}

// place is where in the configuration something stands, for people.
type place struct {
	owner string // accounts[0] (acme), queries[2] (backlog) or nothing
	keys  string // dotted, below the owner
}

// key returns the place of a key's value.
func (at place) key(name string) place {
	name = printable(name)
	if at.keys != "" {
		name = at.keys + "." + name
	}
	return place{at.owner, name}
}

// item returns the place of a list's item.
func (at place) item(i int) place {
	return place{at.owner, fmt.Sprintf("%s[%d]", at.keys, i)}
}

// String returns the place as it begins a message.
func (at place) String() string {
	if at.owner == "" || at.keys == "" {
		return at.owner + at.keys
	}
	return at.owner + ": " + at.keys
}

// printable returns text that fits on a line of an error, quoted when it would
// not by itself.
func printable(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// fail reports an error at a node. The message must not hold a value that
// could be secret.
func (p *parser) fail(n *yaml.Node, at place, format string, args ...any) {
	p.errs = append(p.errs, p.problem(n, at, format, args...))
}

// warn reports what is odd at a node and no error.
func (p *parser) warn(n *yaml.Node, at place, format string, args ...any) {
	p.warnings = append(p.warnings, p.problem(n, at, format, args...))
}

func (p *parser) problem(n *yaml.Node, at place, format string, args ...any) *Error {
	message := fmt.Sprintf(format, args...)
	if prefix := at.String(); prefix != "" {
		message = prefix + ": " + message
	}
	return &Error{File: p.file, Line: n.Line, Column: n.Column, Message: message}
}

// trouble grows with everything that is reported or left out.
func (p *parser) trouble() int {
	return len(p.errs) + p.skipped
}

// shown returns a scalar's text for an error: quoted, and with its variables
// unexpanded, since their values may be secret.
func (p *parser) shown(n *yaml.Node) string {
	text, expanded := p.written[n]
	if !expanded {
		text = n.Value
	}
	const most = 60
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}
