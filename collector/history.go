package collector

import (
	"time"

	"github.com/go-kit/log/level"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// recheck is how often a task that would be refused without asking is begun after
// all, to see whether it has become shorter.
const recheck = 10

// history is what an account remembers of a query.
type history struct {
	succeeded time.Time         // when it last did, zero for never
	failing   bool              // it has been logged that it fails
	groups    []map[string]bool // for each part the groups that were ever seen
}

// habit is what an account remembers of a task.
type habit struct {
	stalled bool // the last time it got no answer at all
	refused int  // how often in a row it was not asked
}

// habit returns what is remembered of a task, by its filter. Only a run under way
// may call it, and from one goroutine at a time for each task.
func (a *Account) habit(t *task) *habit {
	a.habitsMu.Lock()
	defer a.habitsMu.Unlock()
	h := a.habits[t.query.Key]
	if h == nil {
		h = &habit{}
		a.habits[t.query.Key] = h
	}
	return h
}

// askAnyway tells whether it is time to ask for a task that would be refused.
func (a *Account) askAnyway(t *task) bool {
	h := a.habit(t)
	h.refused++
	return h.refused%recheck == 0
}

// judge takes in the outcome of a query: in the metrics, and in the log when it
// begins to fail or recovers. The account is locked.
func (a *Account) judge(result *Result) {
	h := a.history[result.Query]
	h.succeeded = result.LastSuccess
	err := result.Err()
	if err != nil {
		reason := inbox.ReasonOf(err)
		a.metrics.failed(reason)
		if !h.failing {
			level.Error(a.logger).Log("msg", "query fails", "query", result.Query.Name, "reason", reason, "err", err, "hint", hints[reason])
		}
	} else if h.failing {
		level.Info(a.logger).Log("msg", "query recovered", "query", result.Query.Name)
	}
	h.failing = err != nil
}

// hints say what to do about a query that fails.
var hints = map[inbox.Reason]string{
	inbox.Timeout:     "if this goes on, raise timeout and Prometheus' scrape_timeout, or rate_limit and concurrency if the API allows",
	inbox.Connection:  "check url, proxy_url and tls_config of the account, and the network between here and the API",
	inbox.Auth:        "check the account's authorization: the token may be wrong, expired or revoked",
	inbox.RateLimited: "lower rate_limit, scrape less often, or set min_interval",
	inbox.HTTPStatus:  "check that url is the API's base URL; a status of 500 or more is the API's own trouble",
	inbox.API:         "the message is the API's: check the query's filter against its documentation",
	inbox.Decode:      "check that url is the API's base URL and that no proxy answers in its place; for group_by, that the field has values and no objects",
	inbox.Pagination:  "the inbox may have moved too fast for this scrape; if this goes on, the API's pages are no list: report it to its vendor",
	inbox.TooLarge:    "narrow the filter, or count by dimensions (by) instead of group_by",
}
