package inbox

import (
	"strings"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, time.June, 5, 19, 5, 50, 500e6, time.UTC)
	const day = 24 * time.Hour
	for value, want := range map[string]time.Duration{
		"0":                                 0,
		"1":                                 time.Second,
		"120":                               2 * time.Minute,
		" 120\t":                            2 * time.Minute,
		"0000000000000000000120":            2 * time.Minute,
		"86400":                             day,
		"86401":                             day,
		"1000000000":                        day,
		"9223372036854775807":               day,
		"18446744073709551616":              day,
		strings.Repeat("9", 1000):           day,
		"Wed, 05 Jun 2024 19:06:00 GMT":     9500 * time.Millisecond,
		"Wednesday, 05-Jun-24 19:06:00 GMT": 9500 * time.Millisecond,
		"Wed Jun  5 19:06:00 2024":          9500 * time.Millisecond,
		"Wed, 05 Jun 2024 19:05:50 GMT":     0,
		"Tue, 04 Jun 2024 19:06:00 GMT":     0,
		"Mon, 01 Jan 0001 00:00:00 GMT":     0,
		"Thu, 06 Jun 2024 19:05:50 GMT":     day - 500*time.Millisecond,
		"Thu, 06 Jun 2024 19:05:51 GMT":     day,
		"Fri, 31 Dec 9999 23:59:59 GMT":     day,
		"":                                  0,
		" ":                                 0,
		"-1":                                0,
		"+1":                                0,
		"1.5":                               0,
		"1e9":                               0,
		"0x10":                              0,
		"1 2":                               0,
		"10s":                               0,
		"Inf":                               0,
		"NaN":                               0,
		"soon":                              0,
		"٣":                                 0,
		"2024-06-05T19:06:00Z":              0,
		"Wed, 05 Jun 2024 19:06:00 +0530":   0,
	} {
		if got := parseRetryAfter(value, now); got != want {
			t.Errorf("Retry-After: %.40s is %s, want %s", value, got, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "120", "-1", "1e9", "NaN", "99999999999999999999", "Wed, 05 Jun 2024 19:06:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		f.Add(seed, int64(1717614350))
	}
	f.Fuzz(func(t *testing.T, value string, unix int64) {
		now := time.Unix(unix, 0)
		got := parseRetryAfter(value, now)
		if got < 0 || got > 24*time.Hour {
			t.Errorf("Retry-After: %q is %s", value, got)
		}
		if again := parseRetryAfter(" "+value+" ", now); again != got {
			t.Errorf("Retry-After: %q is %s, with spaces around it %s", value, got, again)
		}
	})
}
