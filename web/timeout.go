package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
)

// timeoutHeader is how Prometheus says when it gives up on a scrape, in seconds.
const timeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds"

// minTimeout is the shortest timeout that a scrape can have. Whatever asks for less
// would only have every query fail.
const minTimeout = 10 * time.Millisecond

// timeout returns how long a scrape may take: what the header says, less an offset
// that leaves time to send the answer and is never more than a fifth of it, and no
// more than ceiling. A header that is absent, absurd or below minTimeout says nothing.
func timeout(header http.Header, offset, ceiling time.Duration) time.Duration {
	// Beyond twice the ceiling the header cannot matter; it may be beyond a Duration.
	seconds, err := strconv.ParseFloat(header.Get(timeoutHeader), 64)
	if err != nil || !(seconds >= minTimeout.Seconds()) || seconds >= 2*ceiling.Seconds()+2*offset.Seconds() {
		return ceiling
	}
	scrape := time.Duration(seconds * float64(time.Second))
	return min(scrape-min(offset, scrape/5), ceiling)
}

// encodingTime is how long it takes to gather and encode a series, on a busy machine.
const encodingTime = 10 * time.Microsecond

// offset returns how much earlier than its timeout a scrape of all accounts ends: as
// the options say, or more if there are so many series, by the latest scrape, that
// encoding them takes longer.
func (s *Server) offset() time.Duration {
	return max(s.options.TimeoutOffset, time.Duration(s.series.Load())*encodingTime)
}

// countSeries returns about how many series snapshots become.
func countSeries(snapshots []*collector.Snapshot) (n int64) {
	const ofAccount, ofQuery = 3, 3
	for _, snapshot := range snapshots {
		n += ofAccount
		for _, result := range snapshot.Results {
			n += ofQuery
			for _, part := range result.Parts {
				n += int64(len(part.Series))
			}
		}
	}
	return n
}
