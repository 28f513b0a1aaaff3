package faults

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// large is a configuration whose metrics do not fit into the buffers of a connection,
// although a scrape of them makes one or two requests. A scrape of its account chatty
// makes a hundred, each of which is logged.
func large(server *inboxtest.Server) string {
	var config strings.Builder
	config.WriteString("accounts:\n")
	for _, name := range []string{"acme", "chatty"} {
		fmt.Fprintf(&config, "  - {name: %s, url: %q, authorization: {credentials: simulated-token}, rate_limit: 0, timeout: 1m}\n", name, server.URL)
	}
	config.WriteString("queries:\n")
	for i := range 100 {
		fmt.Fprintf(&config, "  - {name: created%d, help: New contacts., filter: {createdAt: {startAt: now-%dm}}, accounts: [chatty]}\n", i, i+1)
	}
	help := strings.Repeat("All contacts. ", 100)
	for i := range 4000 {
		fmt.Fprintf(&config, "  - {name: users%d, help: %q, accounts: [acme]}\n", i, help)
	}
	return config.String()
}

// small is a configuration of one query.
func small(server *inboxtest.Server, account string) string {
	return fmt.Sprintf("accounts: [{name: acme, url: %q, authorization: {credentials: simulated-token}, rate_limit: 0%s}]\nqueries: [{name: users, help: All contacts.}]\n", server.URL, account)
}

var droppedLines = regexp.MustCompile(`(?m)^botpenguin_log_lines_dropped_total [1-9]`)

// floodsTheLog scrapes the account chatty until lines of the log are dropped. Every
// scrape must be answered.
func (r *running) floodsTheLog(t *testing.T) {
	t.Helper()
	programtest.Eventually(t, func() error {
		for range 10 {
			r.scrape(t, "/probe?account=chatty", "60")
		}
		if body, _ := r.scrape(t, "/metrics", "60"); !droppedLines.MatchString(body) {
			return errors.New("no line of the log was dropped")
		}
		return nil
	})
}
