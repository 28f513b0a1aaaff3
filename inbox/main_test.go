package inbox

import (
	"errors"
	"fmt"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// outcome returns all of an error in one line: reason, whether it is retryable, and text.
// Every error of this package must be an *Error.
func outcome(err error) string {
	var own *Error
	switch {
	case err == nil:
		return "success"
	case !errors.As(err, &own):
		return fmt.Sprintf("%T, not *Error: %v", err, err)
	case own.retryable:
		return fmt.Sprintf("%s, retryable: %s", own.Reason, err)
	default:
		return fmt.Sprintf("%s: %s", own.Reason, err)
	}
}
