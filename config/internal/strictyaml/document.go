package strictyaml

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Document is a YAML document that is being read, and what has been found wrong
// with it.
type Document struct {
	name     string
	root     *yaml.Node
	errs     Errors
	warnings Errors
	advice   Errors

	// Examples are mappings and lists by their key, to be shown when a value is of another
	// kind. "/queries" is the key at the top of the document, "/queries[]" that of its items.
	Examples map[string]string
	// Instead says what to write instead of unknown keys that people are known to use.
	Instead map[string]string

	sources map[*yaml.Node]string // of scalars with variables, as the file has them
	broken  map[*yaml.Node]bool   // values that were reported when they were resolved
	skipped int                   // reads of broken values
}

// Parse parses a file that holds one YAML document. Errors call the file name;
// env looks environment variables up, as os.LookupEnv does, and may be nil for
// none. An error is an [Errors] and means that the file is not YAML; all other
// errors are those of [Document.Err].
func Parse(name string, data []byte, env func(string) (string, bool)) (*Document, error) {
	root, syntax := parse(name, data)
	if syntax != nil {
		return nil, Errors{syntax}
	}
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	d := &Document{name: name, sources: make(map[*yaml.Node]string), broken: make(map[*yaml.Node]bool)}
	r := &resolver{doc: d, lines: strings.Split(string(data), "\n"), env: env}
	d.root = r.resolve(root, nil)
	return d, nil
}

// Root returns the value of the whole document. That of an empty file is null.
func (d *Document) Root() Value {
	return Value{doc: d, node: d.root}
}

// Err returns what has been reported so far, an [Errors] in the order of the
// file with each error once, or nil.
func (d *Document) Err() error {
	if len(d.errs) == 0 {
		return nil
	}
	return d.errs.sorted()
}

// Warnings returns the warnings so far, in the order of the file and each once.
func (d *Document) Warnings() Errors {
	return d.warnings.sorted()
}

// Advice returns the advice so far, in the order of the file and each once.
func (d *Document) Advice() Errors {
	return d.advice.sorted()
}

// Failures counts the errors that were reported and the reads that failed
// because of an earlier error. A caller that sees it grow knows that something
// it has read is not to be used.
func (d *Document) Failures() int {
	return len(d.errs) + d.skipped
}

// fail reports an error at a node. The message must not contain a value that
// may be secret.
func (d *Document) fail(n *yaml.Node, at path, format string, args ...any) {
	d.report(d.problem(n, at, format, args...))
}

// report adds an error.
func (d *Document) report(err *Error) {
	if !d.errs.add(err) {
		d.skipped++
	}
}

func (d *Document) problem(n *yaml.Node, at path, format string, args ...any) *Error {
	message := fmt.Sprintf(format, args...)
	if prefix := at.String(); prefix != "" {
		message = prefix + ": " + message
	}
	return &Error{File: d.name, Line: n.Line, Column: n.Column, Message: message}
}
