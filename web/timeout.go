package web

import (
	"net/http"
	"strconv"
	"time"
)

// timeoutHeader is how Prometheus says when it gives up on a scrape, in seconds.
const timeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds"

// minTimeout is the shortest timeout that a scrape can have. Whatever asks for less
// would only have every query fail.
const minTimeout = 10 * time.Millisecond

// timeout returns how long a scrape may take: what the header says, less the time that
// finishing takes, and no more than ceiling. A header that is absent, absurd or below
// minTimeout says nothing.
func timeout(header http.Header, f finishing, ceiling time.Duration) time.Duration {
	// Beyond twice the ceiling the header cannot matter; it may be beyond a Duration.
	seconds, err := strconv.ParseFloat(header.Get(timeoutHeader), 64)
	if err != nil || !(seconds >= minTimeout.Seconds()) || seconds >= 2*(ceiling+f.offset+f.series).Seconds() {
		return ceiling
	}
	scrape := time.Duration(seconds * float64(time.Second))
	return min(scrape-f.of(scrape), ceiling)
}

// finishing is the time that a scrape keeps back for sending its response.
type finishing struct {
	offset time.Duration // --scrape.timeout-offset: at most a fifth of the timeout
	series time.Duration // for gathering and encoding: at most half of the timeout
}

func (f finishing) of(scrape time.Duration) time.Duration {
	return max(min(f.offset, scrape/5), min(f.series, scrape/2))
}

// seriesTime is how long ending the runs, gathering and encoding take for each series,
// on a machine that is busy with other things, too. Idle it is a tenth of that.
const seriesTime = 40 * time.Microsecond

// finishing returns the time that a scrape of all accounts keeps back.
func (s *Server) finishing() finishing {
	return finishing{offset: s.options.TimeoutOffset, series: time.Duration(s.series.Load()) * seriesTime}
}
