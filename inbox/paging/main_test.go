package paging

import (
	"errors"
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// outcome is an error in one line: its reason and its text. Every error of this
// package must be an *inbox.Error.
func outcome(err error) string {
	var own *inbox.Error
	switch {
	case err == nil:
		return "success"
	case !errors.As(err, &own):
		return fmt.Sprintf("%T, not *inbox.Error: %v", err, err)
	default:
		return fmt.Sprintf("%s: %s", own.Reason, err)
	}
}
