package command

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// CheckOptions are the flags of check.
type CheckOptions struct {
	Format   string        // table or json
	Bodies   bool          // print whole request bodies
	Interval time.Duration // between two scrapes, above 0
}

// checkedAccount is what a scrape of an account asks, as check prints it.
type checkedAccount struct {
	Account  string          `json:"account"`
	URL      string          `json:"url"`
	Series   []checkedSeries `json:"series"`
	Requests checkedRequests `json:"requests"`
}

// checkedSeries is a series of a query, or those of its groups.
type checkedSeries struct {
	Query   string            `json:"query"`
	Metric  string            `json:"metric"`
	Labels  map[string]string `json:"labels"`
	Filter  json.RawMessage   `json:"filter"`             // what the query sets
	GroupBy map[string]string `json:"group_by,omitempty"` // fields of the contact record by label
	Oldest  string            `json:"oldest,omitempty"`   // a field of the contact record
	Body    json.RawMessage   `json:"body,omitempty"`     // of the request for page 1
}

// checkedRequests are the requests of a scrape. Reads of several pages, searches for a
// last page, audits and retries come on top.
type checkedRequests struct {
	Distinct           int     `json:"distinct"`
	Reads              int     `json:"reads"`
	PerMinute          float64 `json:"per_minute"`
	RateLimitPerMinute float64 `json:"rate_limit_per_minute"` // 0: no limit
}

// Check loads the configuration and prints to out what a scrape of each account asks, as
// tables or with the format "json" as JSON, and warnings and advice to errs. It makes no
// requests.
func Check(c Config, options CheckOptions, out, errs io.Writer) error {
	cfg, err := newReads().do(c)
	if err != nil {
		return err
	}
	secrets := secretsOf(cfg)
	for _, warning := range slices.Concat(cfg.Warnings, cfg.Advice) {
		fmt.Fprintln(errs, "warning:", secrets.Redact(warning))
	}
	now := time.Now()
	checked := []checkedAccount{}
	for _, account := range cfg.Accounts {
		checked = append(checked, checkAccount(account, options, now))
	}
	var text strings.Builder
	if options.Format == "json" {
		err = printJSON(&text, checked)
	} else {
		err = printChecked(&text, checked, options)
	}
	if err == nil {
		_, err = io.WriteString(out, secrets.Redact(text.String()))
	}
	if err != nil {
		return fmt.Errorf("printing what a scrape asks: %w", err)
	}
	return nil
}

// checkAccount returns what a scrape of an account at now asks.
func checkAccount(account *config.Account, options CheckOptions, now time.Time) checkedAccount {
	c := checkedAccount{Account: account.Name, URL: account.ShownURL, Series: []checkedSeries{}}
	for _, q := range account.Queries {
		for _, part := range q.Parts {
			s := checkedSeries{
				Query: q.Name, Metric: collector.MetricName(q), Labels: part.Labels, Oldest: q.Oldest,
				Filter: part.Filter.Conditions(now), GroupBy: make(map[string]string),
			}
			if s.Labels == nil {
				s.Labels = map[string]string{}
			}
			for _, group := range q.GroupBy {
				s.GroupBy[group.Label] = group.Field
			}
			if options.Bodies {
				s.Body = part.Filter.At(now).Page(1)
			}
			c.Series = append(c.Series, s)
		}
	}
	requests := collector.RequestsOf(account, now)
	c.Requests = checkedRequests{
		Distinct:           requests.Distinct,
		Reads:              requests.Reads,
		PerMinute:          float64(requests.Distinct) * float64(time.Minute) / float64(max(options.Interval, account.MinInterval)),
		RateLimitPerMinute: account.RateLimit * 60,
	}
	return c
}

// printChecked prints a table for each account.
func printChecked(out io.Writer, accounts []checkedAccount, options CheckOptions) error {
	for _, account := range accounts {
		fmt.Fprintf(out, "account %s at %s\n\n", account.Account, account.URL)
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		filter := "FILTER"
		if options.Bodies {
			filter = "REQUEST BODY"
		}
		fmt.Fprintf(table, "  SERIES\tREAD FROM EACH CONTACT\t%s\n", filter)
		for _, s := range account.Series {
			filter := s.Filter
			if options.Bodies {
				filter = s.Body
			}
			fmt.Fprintf(table, "  %s%s\t%s\t%s\n", s.Metric, collector.LabelText(s.Labels), s.read(), filter)
		}
		if err := table.Flush(); err != nil {
			return err
		}
		fmt.Fprintf(out, "\n%s\n\n", account.Requests.text(options.Interval))
	}
	return nil
}

// read names the fields of the contact record that are read, "-" if the contacts are only
// counted.
func (s checkedSeries) read() string {
	var fields []string
	for _, label := range slices.Sorted(maps.Keys(s.GroupBy)) {
		fields = append(fields, label+": "+s.GroupBy[label])
	}
	if s.Oldest != "" {
		fields = append(fields, "oldest: "+s.Oldest)
	}
	if fields == nil {
		return "-"
	}
	return strings.Join(fields, ", ")
}

// text says what a scrape costs, and whether the rate limit admits it.
func (r checkedRequests) text(interval time.Duration) string {
	text := fmt.Sprintf("  %s per scrape: %s", plural(r.Distinct, "distinct request"), plural(r.Distinct-r.Reads, "count"))
	if r.Reads > 0 {
		text += fmt.Sprintf(", and %s of one request for each page of contacts", plural(r.Reads, "read"))
	}
	text += fmt.Sprintf("\n  at least %.0f requests per minute with a scrape every %s", r.PerMinute, interval)
	switch {
	case r.RateLimitPerMinute == 0:
		return text + ", without a rate limit"
	case r.PerMinute > r.RateLimitPerMinute:
		return text + fmt.Sprintf(", more than the %.0f of rate_limit: scrape less often, set min_interval, or raise rate_limit", r.RateLimitPerMinute)
	}
	return text + fmt.Sprintf("; rate_limit admits %.0f", r.RateLimitPerMinute)
}
