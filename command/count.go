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

// row is a line of count's table: a series, or a part of a query that failed.
type row struct {
	Account  string            `json:"account"`
	Metric   string            `json:"metric"`
	Labels   map[string]string `json:"labels"`
	Count    *int              `json:"count"` // null if it failed
	Oldest   *float64          `json:"oldest_seconds,omitempty"`
	Requests int               `json:"requests"` // for the part, which several series may share
	Duration float64           `json:"duration_seconds"`
	Reason   inbox.Reason      `json:"reason,omitempty"`
	Error    string            `json:"error,omitempty"`
}

// Count runs every query once, however long that takes, and prints the numbers to
// out: a table, or JSON with format json. On progress, if that is a terminal, it shows
// how far it is. A failure that is printed is an error, too.
func Count(ctx context.Context, c Config, format string, out, progress io.Writer) error {
	_, accounts, err := c.load(collector.NewProcess(), log.NewNopLogger())
	if err != nil {
		return err
	}
	defer closeAll(accounts)
	stop := showProgress(progress, func() string { return progressLine(accounts) })
	rows := countAll(ctx, accounts)
	stop()
	if format == "json" {
		err = printJSON(out, rows)
	} else {
		err = printTable(out, rows)
	}
	if err != nil {
		return fmt.Errorf("printing the numbers: %w", err)
	}
	return failures(rows)
}

// failures returns an error that tells how many queries failed, nil if none did.
func failures(rows []row) error {
	queries, failed := make(map[[2]string]bool), 0
	for _, r := range rows {
		queries[[2]string{r.Account, r.Metric}] = queries[[2]string{r.Account, r.Metric}] || r.Error != ""
	}
	for _, broken := range queries {
		if broken {
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
			Requests: part.Requests,
			Duration: math.Round(part.Duration().Seconds()*1000) / 1000,
		}
		if r.Labels == nil {
			r.Labels = map[string]string{}
		}
		if part.Err != nil {
			r.Reason, r.Error = inbox.ReasonOf(part.Err), part.Err.Error()
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
		}
	}
	return rows
}

func printTable(out io.Writer, rows []row) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ACCOUNT\tMETRIC\tLABELS\tCOUNT\tREQUESTS\tDURATION OR ERROR")
	for _, r := range rows {
		count, took := "-", fmt.Sprintf("%.3fs", r.Duration)
		if r.Count != nil {
			count = fmt.Sprint(*r.Count)
		}
		if r.Error != "" {
			took = fmt.Sprintf("%s: %s", r.Reason, r.Error)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\n", r.Account, r.Metric, labelText(r.Labels), count, r.Requests, took)
	}
	return table.Flush()
}

// showProgress shows a line on a terminal, now and then anew, until stop is called.
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
