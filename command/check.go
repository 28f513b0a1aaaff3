package command

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/collector"
)

// Check reads the configuration and prints what a scrape of each account would ask,
// to out, and warnings and advice to errs. It asks nothing of the network.
func Check(c Config, out, errs io.Writer) error {
	cfg, err := newReads().do(c)
	if err != nil {
		return err
	}
	for _, warning := range slices.Concat(cfg.Warnings, cfg.Advice) {
		fmt.Fprintln(errs, "warning:", warning)
	}
	now := time.Now()
	for _, account := range cfg.Accounts {
		fmt.Fprintf(out, "account %s at %s\n", account.Name, account.ShownURL)
		for _, q := range account.Queries {
			for _, part := range q.Parts {
				fmt.Fprintf(out, "\n  %s%s\n", collector.MetricName(q), labelText(part.Labels))
				for _, group := range q.GroupBy {
					fmt.Fprintf(out, "    by label %s, from the contact's %s\n", group.Label, group.Field)
				}
				if q.Oldest != "" {
					fmt.Fprintf(out, "    with %s_oldest_seconds, from the contact's %s\n", collector.MetricName(q), q.Oldest)
				}
				fmt.Fprintf(out, "    %s\n", part.Filter.At(now).Page(1))
			}
		}
		all, read := collector.DistinctRequests(account, now)
		fmt.Fprintf(out, "\n  %s a scrape", plural(all, "distinct request"))
		if read > 0 {
			fmt.Fprintf(out, ", %d of them for every page that matches", read)
		}
		fmt.Fprint(out, "\n\n")
	}
	return nil
}

// labelText formats labels as in an exposition.
func labelText(labels map[string]string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, fmt.Sprintf("%s=%q", name, labels[name]))
	}
	return "{" + strings.Join(pairs, ",") + "}"
}
