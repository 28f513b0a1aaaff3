package inbox

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter is the longest wait that a Retry-After can ask for.
const maxRetryAfter = 24 * time.Hour

// RetryAfter reads the header of that name: seconds, or a date. It returns how long
// to wait from now on, at most 24 hours, and 0 for a value that is neither or that
// has passed.
func RetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if strings.Trim(value, "0123456789") == "" && value != "" {
		seconds, err := strconv.ParseUint(value, 10, 64)
		if err != nil || seconds > uint64(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		return time.Duration(seconds) * time.Second
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(date.Sub(now), 0), maxRetryAfter)
}
