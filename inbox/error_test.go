package inbox

import (
	"context"
	"fmt"
	"io"
	"testing"
)

func TestReasonOf(t *testing.T) {
	t.Parallel()
	for _, reason := range Reasons() {
		if got := ReasonOf(fmt.Errorf("page 3: %w", Errorf(reason, "x"))); got != reason {
			t.Errorf("got %s, want %s", got, reason)
		}
	}
	for err, want := range map[error]Reason{
		context.DeadlineExceeded: Timeout, context.Canceled: Timeout, io.EOF: API,
		fmt.Errorf("page 3: %w", context.DeadlineExceeded): Timeout,
	} {
		if got := ReasonOf(err); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
}
