package command

import (
	"errors"
	"fmt"
	"io"
)

// ExitError is an error with an exit code of its own.
type ExitError struct {
	Code   int
	Err    error
	Logged bool // the log has it
}

// Error returns the text of the error.
func (e *ExitError) Error() string { return e.Err.Error() }

// Unwrap returns the error without its code.
func (e *ExitError) Unwrap() error { return e.Err }

// Exit prints an error to stderr, unless the log has it, and returns the exit code of the
// program: 0 without an error, and after one 1 unless it has its own.
func Exit(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	own, ok := errors.AsType[*ExitError](err)
	if !ok {
		own = &ExitError{Code: 1, Err: err}
	}
	if !own.Logged {
		fmt.Fprintln(stderr, err)
	}
	return own.Code
}
