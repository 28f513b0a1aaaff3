package command

import "errors"

// ExitError is an error with an exit code of its own.
type ExitError struct {
	Code int
	Err  error
}

// Error returns the text of the error.
func (e *ExitError) Error() string { return e.Err.Error() }

// Unwrap returns the error without its code.
func (e *ExitError) Unwrap() error { return e.Err }

// ExitCode returns the exit code of the program: 0 without an error, and after one 1
// unless it has its own.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	if own, ok := errors.AsType[*ExitError](err); ok {
		return own.Code
	}
	return 1
}
