package ask

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// limitHeader matches the names of headers about rate limits.
var limitHeader = regexp.MustCompile(`(?i)^((x-)?rate-?limit(-.*)?|retry-after)$`)

// rateLimit asks whether the API limits the rate of requests.
func rateLimit(_ context.Context, i *inquiry) (Finding, error) {
	answers := i.asker.all()
	if len(answers) == 0 {
		return Finding{}, i.noPages()
	}
	limited := 0
	headers := make(map[string]string)
	for _, a := range answers {
		if a.status == http.StatusTooManyRequests {
			limited++
		}
		for name, values := range a.header {
			if limitHeader.MatchString(name) {
				headers[name] = fmt.Sprintf("%s: %.60s", name, i.asker.redact(strings.Join(values, ", ")))
			}
		}
	}
	observation := "no headers about it"
	if len(headers) > 0 {
		observation = strings.Join(sortedValues(headers), "; ")
	}
	rate := float64(len(answers)) / max(answers[len(answers)-1].at.Sub(answers[0].at).Seconds(), 1)
	if limited > 0 {
		return notice(fmt.Sprintf("%s; %d of %s answered with 429, at %.1f a second", observation, limited, number(len(answers), "request"), rate),
			fmt.Sprintf("Lower rate_limit, to %.2g for a start, scrape less often or set min_interval. Other programs with this token share its limit.", i.lower(rate))), nil
	}
	return fine(fmt.Sprintf("%s; none of %s answered with 429, at %.1f a second", observation, number(len(answers), "request"), rate), ""), nil
}

// lower returns half of what the rate was or may be.
func (i *inquiry) lower(rate float64) float64 {
	if i.account.RateLimit > 0 {
		rate = min(rate, i.account.RateLimit)
	}
	return rate / 2
}

func sortedValues(m map[string]string) []string {
	var all []string
	for _, value := range m {
		all = append(all, value)
	}
	slices.Sort(all)
	return all
}

// responseTime asks how long responses take, and whether the account's rate_limit,
// concurrency and timeout leave a scrape enough time.
func responseTime(_ context.Context, i *inquiry) (Finding, error) {
	answers := i.pages()
	if len(answers) == 0 {
		return Finding{}, i.noPages()
	}
	var took []time.Duration
	for _, a := range answers {
		took = append(took, a.took)
	}
	slices.Sort(took)
	median, slowest := took[len(took)/2], took[len(took)-1]
	observation := fmt.Sprintf("median %s, slowest %s", rounded(median), rounded(slowest))
	requests := i.requestsPerScrape()
	lasts := scrapeTime(requests, median, i.account.RateLimit, i.account.Concurrency)
	setting := fmt.Sprintf("%s per scrape take about %s, reads of several pages not included", number(requests, "request"), rounded(lasts))
	if lasts <= i.account.Timeout*4/5 {
		return fine(observation, fmt.Sprintf("%s: rate_limit: %g, concurrency: %d and timeout: %s fit.", setting,
			i.account.RateLimit, i.account.Concurrency, i.account.Timeout)), nil
	}
	return notice(observation, fmt.Sprintf("%s, but timeout is %s: set %s.", setting, i.account.Timeout, i.suggestion(requests, median))), nil
}

// suggestion returns what settings would leave a scrape enough time.
func (i *inquiry) suggestion(requests int, median time.Duration) string {
	const most = 16 // requests in flight that are a reasonable wish
	half := (i.account.Timeout / 2).Seconds()
	concurrency := int(math.Ceil(float64(requests) * median.Seconds() / half))
	if concurrency <= most && scrapeTime(requests, median, i.account.RateLimit, concurrency) <= i.account.Timeout*4/5 {
		return fmt.Sprintf("concurrency: %d", concurrency)
	}
	needed := 2 * scrapeTime(requests, median, i.account.RateLimit, i.account.Concurrency)
	return fmt.Sprintf("timeout: %s and Prometheus' scrape_timeout accordingly", max(time.Second, needed.Round(time.Second)))
}

// scrapeTime returns about how long a scrape takes.
func scrapeTime(requests int, each time.Duration, perSecond float64, concurrency int) time.Duration {
	lasts := time.Duration(math.Ceil(float64(requests)/float64(concurrency))) * each
	if perSecond > 0 { // after a burst of one second's worth
		limited := (float64(requests) - perSecond) / perSecond
		lasts = max(lasts, time.Duration(limited*float64(time.Second)))
	}
	return lasts
}

// requestsPerScrape returns how many distinct request bodies the account's queries have.
func (i *inquiry) requestsPerScrape() int {
	bodies := make(map[filter.Body]bool)
	for _, q := range i.account.Queries {
		for _, part := range q.Parts {
			bodies[part.Filter.At(i.now)] = true
		}
	}
	return len(bodies)
}

func rounded(d time.Duration) time.Duration {
	if d > time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Millisecond)
}

// maxClockError is how far the exporter's clock may be off.
const maxClockError = 5 * time.Second

// clock asks whether the exporter's clock is in line with the API's.
func clock(_ context.Context, i *inquiry) (Finding, error) {
	var offsets []time.Duration
	for _, a := range i.asker.all() {
		if date, err := http.ParseTime(a.header.Get("Date")); err == nil {
			offsets = append(offsets, a.at.Sub(date.Add(time.Second/2))) // the header has whole seconds
		}
	}
	if len(offsets) == 0 {
		if len(i.asker.all()) == 0 {
			return Finding{}, i.noPages()
		}
		return fine("responses have no Date header", ""), nil
	}
	slices.Sort(offsets)
	offset := offsets[len(offsets)/2].Round(time.Second)
	if offset.Abs() <= maxClockError {
		return fine("in line with the API's Date header", ""), nil
	}
	where := "ahead of"
	if offset < 0 {
		where = "behind"
	}
	return notice(fmt.Sprintf("this machine's clock is %s %s the API's", offset.Abs(), where),
		"Relative times such as now-15m and the ages of oldest are off by as much: synchronize the clock."), nil
}
