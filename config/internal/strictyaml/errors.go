package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing that is wrong with a file.
type Error struct {
	// File is the name of the file.
	File string
	// Line and Column count from 1, columns in characters. Both are 0 if the
	// file could not be read.
	Line, Column int
	// Message has the path of the value, what is wrong and what to do.
	Message string
	// Err is the cause, nil for most errors.
	Err error
}

// Error returns file:line:column: message.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	return e.Err
}

// Errors is everything that is wrong with a file, in the order of the file.
type Errors []*Error

// Error returns the errors, one a line.
func (errs Errors) Error() string {
	lines := make([]string, len(errs))
	for i, err := range errs {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors one by one.
func (errs Errors) Unwrap() []error {
	all := make([]error, len(errs))
	for i, err := range errs {
		all[i] = err
	}
	return all
}

// maxErrors is how many errors, warnings or advice of a document are kept.
const maxErrors = 1000

// add adds an error and reports whether it did: of those beyond maxErrors only the first
// is, and says that there are more.
func (errs *Errors) add(err *Error) bool {
	switch n := len(*errs); {
	case n > maxErrors:
		return false
	case n == maxErrors:
		err = &Error{File: err.File, Line: err.Line, Column: err.Column, Message: "there is more like this, which is not shown"}
	}
	*errs = append(*errs, err)
	return true
}

// sorted returns the errors by position, each once.
func (errs Errors) sorted() Errors {
	errs = slices.Clone(errs)
	slices.SortStableFunc(errs, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	seen := make(map[string]bool, len(errs))
	return slices.DeleteFunc(errs, func(e *Error) bool {
		repeated := seen[e.Error()]
		seen[e.Error()] = true
		return repeated
	})
}

// UnsetError is the cause of an error about an environment variable that is not
// set.
type UnsetError struct {
	Name string // of the variable
}

// Error implements error.
func (e *UnsetError) Error() string {
	return fmt.Sprintf("environment variable %s is not set", e.Name)
}
