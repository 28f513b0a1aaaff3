package collector

import (
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// logInterval is how often at most the state of one query is logged.
const logInterval = time.Minute

// queryState is what an account remembers of a query. Account.mu guards it.
type queryState struct {
	succeeded time.Time // when all of it last succeeded; zero: never
	parts     []partState

	logged   inbox.Reason // the reason of the failure that was logged last; "": it succeeds
	loggedAt time.Time
}

// partState is what an account remembers of a part of a query.
type partState struct {
	key    string // of its filter
	groups seenGroups
	task   taskState
}

func newQueryState(q *config.Query) *queryState {
	s := &queryState{}
	for _, part := range q.Parts {
		s.parts = append(s.parts, partState{key: part.Filter.Key(), groups: declaredGroups(q)})
	}
	return s
}

// change is a query that began to fail, fails for another reason, or recovered.
type change struct {
	query  string
	reason inbox.Reason // "": it recovered
	err    error
}

// rememberResult takes in the outcome of a query, and returns what is to be logged of
// it: a change of its state, at most one in logInterval. a.mu is held.
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

// log logs the change. No lock is held.
func (c change) log(logger log.Logger) {
	if c.err == nil {
		level.Info(logger).Log("msg", "query recovered", "query", c.query)
		return
	}
	level.Error(logger).Log("msg", "query fails", "query", c.query, "reason", c.reason, "err", c.err, "hint", hints[c.reason])
}

// hints say what to do about a query that fails.
var hints = map[inbox.Reason]string{
	inbox.Timeout:     "if this goes on, raise timeout and Prometheus' scrape_timeout, or rate_limit and concurrency if the API allows",
	inbox.Connection:  "check url, proxy_url and tls_config of the account, and the network between here and the API",
	inbox.Auth:        "check the account's authorization: the token may be wrong, expired or revoked",
	inbox.RateLimited: "lower rate_limit, scrape less often, or set min_interval",
	inbox.HTTPStatus:  "check that url is the API's base URL; a status of 500 or more is the API's own failure",
	inbox.API:         "the message is the API's: check the query's filter against its documentation",
	inbox.Decode:      "check that url is the API's base URL and that no proxy answers in its place; for group_by, that the field has values and no objects",
	inbox.Pagination:  "the inbox may have changed too fast for this scrape; if this goes on, the API's pages do not form a list: report it to its vendor",
	inbox.TooLarge:    "narrow the filter, or count by dimensions (by) instead of group_by",
}
