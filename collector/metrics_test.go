package collector

import (
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// A hostile API cannot make a series of each number.
func TestUnknownStatusCodesAreOther(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{0: "error", 200: "200", 404: "404", 599: "other", 999: "other", 299: "other"} {
		if got := code(inbox.Exchange{Status: status}); got != want {
			t.Errorf("%d is %q, want %q", status, got, want)
		}
	}
}
