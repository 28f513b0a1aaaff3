package command

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-kit/log"
	"golang.org/x/term"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// row is a row of the table: a series, or a part of a query that failed.
type row struct {
	Account  string            `json:"account"`
	Metric   string            `json:"metric"`
	Labels   map[string]string `json:"labels"`
	Count    *int              `json:"count"` // null if it failed
	Oldest   *float64          `json:"oldest_seconds,omitempty"`
	Requests *int              `json:"requests,omitempty"` // on the first row of a count or read
	Duration float64           `json:"duration_seconds"`
	Reason   inbox.Reason      `json:"reason,omitempty"`
	Error    string            `json:"error,omitempty"`
	Hint     string            `json:"hint,omitempty"` // what to do about the error
}

// CountOptions are the flags of count.
type CountOptions struct {
	Selection
	Format string // table or json
}

// Count runs the selected queries once, without a deadline, and prints the results to out,
// as a table or with the format "json" as JSON. It shows its progress on progress if that
// is a terminal. It returns an error if any query failed.
func Count(ctx context.Context, c Config, options CountOptions, out, progress io.Writer) error {
	process := collector.NewProcess()
	c.Selection = options.Selection
	_, accounts, err := c.load(newReads(), process, log.NewNopLogger())
	if err != nil {
		return err
	}
	defer closeAll(accounts)
	stop := showProgress(progress, func() string { return progressLine(accounts) })
	rows := countAll(ctx, accounts)
	stop()
	hide(rows, process.Secrets)
	if options.Format == "json" {
		err = printJSON(out, rows)
	} else {
		err = printTable(out, rows)
	}
	if err != nil {
		return fmt.Errorf("printing the results: %w", err)
	}
	return failures(rows)
}

// hide removes secrets from the texts of rows. This is the last line of defense, as in the
// log.
func hide(rows []row, secrets *inbox.Secrets) {
	for i := range rows {
		rows[i].Error = secrets.Redact(rows[i].Error)
		labels := make(map[string]string, len(rows[i].Labels))
		for name, value := range rows[i].Labels {
			labels[name] = secrets.Redact(value)
		}
		rows[i].Labels = labels
	}
}

// failures returns an error with the number of failed queries, nil if none failed.
func failures(rows []row) error {
	queries, failed := make(map[[2]string]bool), 0
	for _, r := range rows {
		queries[[2]string{r.Account, r.Metric}] = queries[[2]string{r.Account, r.Metric}] || r.Error != ""
	}
	for _, hasFailed := range queries {
		if hasFailed {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, plural(len(queries), "query"))
	}
	return nil
}

// countAll scrapes all accounts, without a deadline.
func countAll(ctx context.Context, accounts []*collector.Account) []row {
	rows := []row{}
	for _, s := range collector.ScrapeAll(accounts, func(a *collector.Account) *collector.Snapshot { return a.Scrape(ctx, time.Time{}) }) {
		for i := range s.Results {
			rows = append(rows, rowsOf(s.Account, &s.Results[i])...)
		}
	}
	return rows
}

func rowsOf(account string, result *collector.Result) []row {
	var rows []row
	for _, part := range result.Parts {
		r := row{
			Account:  account,
			Metric:   collector.MetricName(result.Query),
			Labels:   part.Labels,
			Duration: math.Round(part.Duration().Seconds()*1000) / 1000,
		}
		if !part.Shares {
			r.Requests = &part.Requests
		}
		if r.Labels == nil {
			r.Labels = map[string]string{}
		}
		if part.Err != nil {
			r.Reason, r.Error = inbox.ReasonOf(part.Err), part.Err.Error()
			r.Hint = collector.Hint(r.Reason)
			rows = append(rows, r)
		}
		for _, series := range part.Series {
			r.Count = &series.Contacts
			if series.Labels != nil {
				r.Labels = series.Labels
			}
			if result.Query.Oldest != "" {
				oldest := series.Oldest.Seconds()
				r.Oldest = &oldest
			}
			rows = append(rows, r)
			r.Requests = nil
		}
	}
	return rows
}

func printTable(out io.Writer, rows []row) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ACCOUNT\tMETRIC\tLABELS\tCOUNT\tOLDEST\tREQUESTS\tDURATION OR ERROR")
	for _, r := range rows {
		count, oldest, requests, took := "-", "-", "", fmt.Sprintf("%.3fs", r.Duration)
		if r.Count != nil {
			count = fmt.Sprint(*r.Count)
		}
		if r.Oldest != nil {
			oldest = (time.Duration(*r.Oldest) * time.Second).String()
		}
		if r.Requests != nil {
			requests = fmt.Sprint(*r.Requests)
		}
		if r.Error != "" {
			took = fmt.Sprintf("%s: %s (%s)", r.Reason, r.Error, r.Hint)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Account, r.Metric, collector.LabelText(r.Labels), count, oldest, requests, took)
	}
	return table.Flush()
}

// showProgress shows a line of progress on a terminal until stop is called.
func showProgress(w io.Writer, line func() string) (stop func()) {
	if file, ok := w.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
		return func() {}
	}
	ticker := time.NewTicker(200 * time.Millisecond)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				fmt.Fprintf(w, "\r\033[K%s", line())
			case <-quit:
				fmt.Fprint(w, "\r\033[K")
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}

func progressLine(accounts []*collector.Account) string {
	var parts []string
	for _, account := range accounts {
		if p, running := account.Progress(); running {
			parts = append(parts, fmt.Sprintf("%s: %d of %d counts done, %d requests", account.Name(), p.Done, p.Tasks, p.Requests))
		}
	}
	return strings.Join(parts, "; ")
}
