package command

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
)

// Check loads the configuration and prints each account's queries with the requests of a
// scrape to out, and warnings and advice to errs. It makes no requests.
func Check(c Config, out, errs io.Writer) error {
	cfg, err := newReads().do(c)
	if err != nil {
		return err
	}
	process := collector.NewProcess()
	for _, account := range cfg.Accounts {
		process.Know(account)
	}
	for _, warning := range slices.Concat(cfg.Warnings, cfg.Advice) {
		fmt.Fprintln(errs, "warning:", process.Secrets.Redact(warning))
	}
	now := time.Now()
	for _, account := range cfg.Accounts {
		var text strings.Builder
		checkAccount(&text, account, now)
		fmt.Fprint(out, process.Secrets.Redact(text.String()))
	}
	return nil
}

// checkAccount prints what a scrape of an account would ask.
func checkAccount(out io.Writer, account *config.Account, now time.Time) {
	fmt.Fprintf(out, "account %s at %s\n", account.Name, account.ShownURL)
	for _, q := range account.Queries {
		for _, part := range q.Parts {
			fmt.Fprintf(out, "\n  %s%s\n", collector.MetricName(q), labelText(part.Labels))
			for _, group := range q.GroupBy {
				fmt.Fprintf(out, "    label %s from the contact field %s\n", group.Label, group.Field)
			}
			if q.Oldest != "" {
				fmt.Fprintf(out, "    %s_oldest_seconds from the contact field %s\n", collector.MetricName(q), q.Oldest)
			}
			fmt.Fprintf(out, "    %s\n", part.Filter.At(now).Page(1))
		}
	}
	all, read := collector.DistinctRequests(account, now)
	fmt.Fprintf(out, "\n  %s per scrape", plural(all, "distinct request"))
	if read > 0 {
		fmt.Fprintf(out, ", %d of them for all pages", read)
	}
	fmt.Fprint(out, "\n\n")
}

// labelText formats labels as the exposition does.
func labelText(labels map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, fmt.Sprintf("%s=%q", name, labels[name]))
	}
	return "{" + strings.Join(pairs, ",") + "}"
}
