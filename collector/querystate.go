package collector

import (
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// logInterval is the minimum interval between log lines about one query.
const logInterval = time.Minute

// queryState is the state of a query across runs. Account.mu guards it.
type queryState struct {
	succeeded time.Time // when all parts last succeeded; zero: never
	parts     []partState

	logged   inbox.Reason // the reason that was logged last; "": success
	loggedAt time.Time
}

// partState is the state of a part of a query across runs.
type partState struct {
	key    string          // of its filter
	groups map[string]bool // keys of the groups declared or seen
	task   taskState
}

func newQueryState(q *config.Query) *queryState {
	s := &queryState{}
	for _, part := range q.Parts {
		s.parts = append(s.parts, partState{key: part.Filter.Key(), groups: declaredGroups(q)})
	}
	return s
}

// change is a query that started to fail, fails for another reason, or recovered.
type change struct {
	query  string
	reason inbox.Reason // "": it recovered
	err    error
}

// rememberResult records the outcome of a query and returns the change to log, if any, at
// most one per logInterval. a.mu is held.
func (a *Account) rememberResult(result *Result) []change {
	s := a.states[result.Query]
	s.succeeded = result.LastSuccess
	c := change{query: result.Query.Name, err: result.Err()}
	if c.err != nil {
		c.reason = inbox.ReasonOf(c.err)
		a.metrics.failed(c.reason)
	}
	now := time.Now()
	if c.reason == s.logged || !s.loggedAt.IsZero() && now.Sub(s.loggedAt) < logInterval {
		return nil
	}
	s.logged, s.loggedAt = c.reason, now
	return []change{c}
}

// log logs the change. No lock may be held.
func (c change) log(logger log.Logger) {
	if c.err == nil {
		level.Info(logger).Log("msg", "query recovered", "query", c.query)
		return
	}
	level.Error(logger).Log("msg", "query failed", "query", c.query, "reason", c.reason, "err", c.err, "hint", hints[c.reason])
}

// hints are logged with a failed query: what to do about it.
var hints = map[inbox.Reason]string{
	inbox.Timeout:     "if this persists, raise timeout and Prometheus' scrape_timeout, or rate_limit and concurrency if the API allows it",
	inbox.Connection:  "check the account's url, proxy_url and tls_config, and the network between the exporter and the API",
	inbox.Auth:        "check the account's authorization: the token may be wrong, expired or revoked",
	inbox.RateLimited: "lower rate_limit, scrape less often, or set min_interval",
	inbox.HTTPStatus:  "check that url is the API's base URL; a status of 500 or above is a failure of the API",
	inbox.API:         "the message comes from the API: check the query's filter against the API's documentation",
	inbox.Decode:      "check that url is the API's base URL and that no proxy responds in its place; for group_by, check that the field holds values, not objects",
	inbox.Pagination:  "the inbox may have changed too fast during this scrape; if this persists, the API's pages are inconsistent: report it to the vendor",
	inbox.TooLarge:    "narrow the filter, or count by dimensions (by) instead of group_by",
}
