package web

import (
	"net/http"
	"strconv"
	"time"
)

// timeoutHeader is the header with Prometheus' scrape timeout in seconds.
const timeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds"

// minTimeout is the shortest timeout accepted from timeoutHeader. With a shorter one all
// queries would fail.
const minTimeout = 10 * time.Millisecond

// timeout returns how long a scrape may take: the timeout in the header less the reserve,
// at most ceiling. If the header is absent, invalid or below minTimeout, it is ceiling.
func timeout(header http.Header, r reserve, ceiling time.Duration) time.Duration {
	// A timeout of twice the ceiling or more has no effect, and may overflow a Duration.
	seconds, err := strconv.ParseFloat(header.Get(timeoutHeader), 64)
	if err != nil || !(seconds >= minTimeout.Seconds()) || seconds >= 2*(ceiling+r.offset+r.encoding).Seconds() {
		return ceiling
	}
	scrape := time.Duration(seconds * float64(time.Second))
	return min(scrape-r.of(scrape), ceiling)
}

// reserve is the time that is left for sending the response of a scrape before
// Prometheus' timeout: the longer of the two.
type reserve struct {
	offset   time.Duration // --scrape.timeout-offset, at most a fifth of the timeout
	encoding time.Duration // for gathering and encoding many series, at most half of the timeout
}

// of returns the reserve for a scrape timeout.
func (r reserve) of(scrape time.Duration) time.Duration {
	return max(min(r.offset, scrape/5), min(r.encoding, scrape/2))
}

// encodingTime is the time per series to end the runs, gather and encode, on a busy
// machine. On an idle one it is a tenth of that.
const encodingTime = 40 * time.Microsecond

// reserve returns the reserve of a scrape of all accounts.
func (s *Server) reserve() reserve {
	return reserve{offset: s.options.TimeoutOffset, encoding: time.Duration(s.series.Load()) * encodingTime}
}
