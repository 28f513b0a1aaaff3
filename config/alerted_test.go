package config

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The warning about min_interval has the threshold of the shipped alert.
func TestAlertedAge(t *testing.T) {
	t.Parallel()
	rules, err := os.ReadFile("../alerts/exporter.yml")
	if err != nil {
		t.Fatal(err)
	}
	threshold := fmt.Sprintf("record: botpenguin_threshold:results_age_seconds\n        expr: vector(%.0f)\n", alertedAge.Seconds())
	if !strings.Contains(string(rules), threshold) {
		t.Errorf("alerts/exporter.yml does not have %q", threshold)
	}
}
