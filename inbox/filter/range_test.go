package filter

import "testing"

func TestEmptyRanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		start, end string
		empty      bool
	}{
		{"", "", false},
		{"now", "", false},
		{"", "now-5m", false},
		{"2024-06-05", "2024-06-05", false},
		{"2024-06-05", "2024-06-06", false},
		{"2024-06-06", "2024-06-05", true},
		{"2024-06-05T12:00:00Z", "2024-06-05T12:00:00+01:00", true},
		{"now", "now", false},
		{"now-1h", "now", false},
		{"now", "now-1h", true},
		{"now-1d/d", "now/d", false},
		{"now/d", "now-1d/d", true},
		{"now/d", "now-1s", false},
		{"now-1h", "now/d", false},      // not empty in the first hour of a day
		{"now/d+9h", "now", false},      // not empty from 9:00 on
		{"now/y+365d", "now", false},    // not empty on the last day of a leap year
		{"now/w+6d", "now/d", false},    // not empty on Sundays
		{"now/M+30d", "now-1h", false},  // not empty at the end of a long month
		{"now/h+59m+59s", "now", false}, // not empty at the end of an hour
		{"now-1M/M", "now/M", false},
		{"now/M", "now-1M/M", true},
		{"now/d+25h", "now", true},       // tomorrow
		{"2030-01-01", "now", false},     // not empty one day
		{"now-30d", "2024-01-01", false}, // was not empty once
		{"now+1h", "now-15m/m+15m", true},
		{"now/w", "now/d+24h-1ms", false},
		{"now+1d/d", "now/d+22h", true},
		{"now-1y/y", "now/y-1ms", false},
		{"now-1M", "now-31d", false}, // not empty after a short month
		{"now-1M", "now-32d", true},
		{"now-28d", "now-1M", false},
		{"now-27d", "now-1M", true},
	} {
		r := Range{Start: parsed(t, test.start), End: parsed(t, test.end)}
		if got := r.Empty(); got != test.empty {
			t.Errorf("from %q to %q is empty: %t, want %t", test.start, test.end, got, test.empty)
		}
	}
}

// parsed returns a time in a zone that changes its clocks, the zero Time for "".
func parsed(t *testing.T, text string) Time {
	t.Helper()
	if text == "" {
		return Time{}
	}
	at, err := ParseTime(text, zoneOf(t, "Europe/Berlin"))
	if err != nil {
		t.Fatal(err)
	}
	return at
}
