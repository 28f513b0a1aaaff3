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

	"github.com/prometheus/common/model"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// CheckOptions are the flags of check.
type CheckOptions struct {
	Format   string        // table or json
	Bodies   bool          // print whole request bodies
	Interval time.Duration // between two scrapes, above 0
	Alerts   []byte        // the rules of the shipped alerts on the inbox
}

// checkedAccount is what a scrape of an account asks, as check prints it.
type checkedAccount struct {
	Account  string          `json:"account"`
	URL      string          `json:"url"`
	Series   []checkedSeries `json:"series"`
	Requests checkedRequests `json:"requests"`
	Alerts   alertData       `json:"alerts"`
}

// checkedSeries is a series of a query, or those of its groups.
type checkedSeries struct {
	Query       string                  `json:"query"`
	Metric      string                  `json:"metric"`
	Labels      map[string]string       `json:"labels"`
	Filter      json.RawMessage         `json:"filter"`             // what the query sets
	GroupBy     map[string]string       `json:"group_by,omitempty"` // fields of the contact record by label
	Added       []collector.AddedMetric `json:"added_metrics,omitempty"`
	MinInterval string                  `json:"min_interval,omitempty"`
	Body        json.RawMessage         `json:"body,omitempty"` // of the request for page 1
}

// checkedRequests are the requests of a scrape. Reads of several pages, searches for a
// last page, audits and retries come on top.
type checkedRequests struct {
	Distinct           int     `json:"distinct"`
	Reads              int     `json:"reads"`
	PerMinute          float64 `json:"per_minute"`
	RateLimitPerMinute float64 `json:"rate_limit_per_minute"` // 0: no limit
}

// Check loads the configuration and prints to out what a scrape of each account asks and
// which of the shipped alerts have data, as tables or with the format "json" as JSON, and
// warnings and advice to errs. It makes no requests.
func Check(c Config, options CheckOptions, out, errs io.Writer) error {
	cfg, err := newReads().do(c)
	if err != nil {
		return err
	}
	rules, err := shippedRules(options.Alerts)
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
		checked = append(checked, checkAccount(account, options, rules, now))
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
func checkAccount(account *config.Account, options CheckOptions, rules []rule, now time.Time) checkedAccount {
	c := checkedAccount{Account: account.Name, URL: account.ShownURL, Series: []checkedSeries{}, Alerts: alertDataOf(account, rules)}
	for _, q := range account.Queries {
		for _, part := range q.Parts {
			c.Series = append(c.Series, checkPart(q, part, options, now))
		}
	}
	requests := collector.RequestsOf(account, now, options.Interval)
	c.Requests = checkedRequests{requests.Distinct, requests.Reads, requests.PerMinute, account.RateLimit * 60}
	return c
}

func checkPart(q *config.Query, part config.Part, options CheckOptions, now time.Time) checkedSeries {
	s := checkedSeries{
		Query: q.Name, Metric: collector.MetricName(q), Labels: part.Labels,
		Filter: part.Filter.Conditions(now), GroupBy: make(map[string]string), Added: collector.AddedMetrics(q),
	}
	if s.Labels == nil {
		s.Labels = map[string]string{}
	}
	for _, group := range q.GroupBy {
		s.GroupBy[group.Label] = group.Field
	}
	if q.MinInterval > 0 {
		s.MinInterval = model.Duration(q.MinInterval).String()
	}
	if options.Bodies {
		s.Body = part.Filter.At(now).Page(1)
	}
	return s
}

// printChecked prints tables for each account.
func printChecked(out io.Writer, accounts []checkedAccount, options CheckOptions) error {
	for _, account := range accounts {
		fmt.Fprintf(out, "account %s at %s\n\n", account.Account, account.URL)
		err := account.printSeries(out, options.Bodies)
		if err == nil {
			err = account.printAdded(out)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\n%s\n%s\n", account.Requests.text(options.Interval), account.Alerts.text())
	}
	return nil
}

func (c checkedAccount) printSeries(out io.Writer, bodies bool) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	filter := "FILTER"
	if bodies {
		filter = "REQUEST BODY"
	}
	fmt.Fprintf(table, "  SERIES\tLABELS FROM CONTACT FIELDS\tKEPT FOR\t%s\n", filter)
	for _, s := range c.Series {
		kept, filter := "-", s.Filter
		if s.MinInterval != "" {
			kept = s.MinInterval
		}
		if bodies {
			filter = s.Body
		}
		fmt.Fprintf(table, "  %s%s\t%s\t%s\t%s\n", s.Metric, collector.LabelText(s.Labels), s.groups(), kept, filter)
	}
	return table.Flush()
}

// printAdded prints the metrics that queries have besides their own, each once.
func (c checkedAccount) printAdded(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	printed := make(map[string]bool)
	for _, s := range c.Series {
		for _, added := range s.Added {
			if len(printed) == 0 {
				fmt.Fprint(table, "\n  FURTHER METRICS\tNOTE\n")
			}
			if !printed[added.Name] {
				fmt.Fprintf(table, "  %s\t%s\n", added.Name, added.Text)
			}
			printed[added.Name] = true
		}
	}
	return table.Flush()
}

// groups names the labels of group_by and the fields of the contact record that they are
// from, "-" if there are none.
func (s checkedSeries) groups() string {
	var all []string
	for _, label := range slices.Sorted(maps.Keys(s.GroupBy)) {
		all = append(all, label+": "+s.GroupBy[label])
	}
	if all == nil {
		return "-"
	}
	return strings.Join(all, ", ")
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
