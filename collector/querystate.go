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
	last      *Result // to be kept for a min_interval; nil: none, or it failed

	logged   inbox.Reason // the reason that was logged last; "": success
	loggedAt time.Time

	doubted map[Doubt]bool // as last logged
}

// partState is the state of a part of a query across runs.
type partState struct {
	key     string // of its filter
	groups  seenGroups
	missing []int // for each field of group_by, how many reads in a row no contact had it
	task    taskState

	following *following // for a query with waiting, else nil. Its lock guards groups then
}

// queryState returns the state of a query that has not been run, except for what a query
// with waiting has followed under an earlier configuration.
func (a *Account) queryState(q *config.Query) *queryState {
	s := &queryState{}
	for _, part := range q.Parts {
		state := partState{key: part.Filter.Key()}
		if q.Waiting != nil {
			state.following = a.process.followings.acquire(followingKey(a.config, q, part), q)
			state.groups = state.following.groups
		} else {
			state.groups = declaredGroups(q)
		}
		s.parts = append(s.parts, state)
	}
	return s
}

// change is a query that started to fail, fails for another reason, or recovered.
type change struct {
	query   string
	part    string       // the labels of the part that it is about; "": the query has no other
	parts   int          // of a failure: how many parts failed
	queries int          // for a change of the whole account: how many it affects
	before  inbox.Reason // as last logged; "": it succeeded
	reason  inbox.Reason // "": it recovered
	err     error
	warmUp  bool   // it is still searched for the first time
	doubt   Doubt  // if that is what has changed: it begins, or ends if there is no text
	text    string // what makes the number doubtful

	missing  string // a field of group_by, if that has changed: no contact has it
	contacts int    // of the read
}

// rememberResult records the outcome of a query and returns the change to log, if any, at
// most one per logInterval. a.mu is held.
func (a *Account) rememberResult(result *Result) []change {
	s := a.states[result.Query]
	s.succeeded = result.LastSuccess
	s.last = result
	c := change{query: result.Query.Name, before: s.logged, err: result.Err()}
	if c.err != nil {
		c.part, c.parts = result.failedParts()
		c.reason = inbox.ReasonOf(c.err)
		c.warmUp = c.reason == inbox.Timeout && s.succeeded.IsZero() && result.searching()
		a.metrics.failed(c.reason)
	}
	changes := s.doubtChanges(result)
	now := time.Now()
	if c.reason == s.logged || !s.loggedAt.IsZero() && now.Sub(s.loggedAt) < logInterval {
		return changes
	}
	s.logged, s.loggedAt = c.reason, now
	return append(changes, c)
}

// doubtChanges returns which doubts of a query have begun or ended.
func (s *queryState) doubtChanges(result *Result) []change {
	var changes []change
	for _, doubt := range Doubts() {
		if result.Doubts[doubt] == s.doubted[doubt] {
			continue
		}
		c := change{query: result.Query.Name, doubt: doubt}
		for _, part := range result.Parts {
			if c.text == "" && result.Doubts[doubt] {
				c.text = part.doubts.text(doubt)
				c.part = partText(result.Query, part.Labels)
			}
		}
		changes = append(changes, c)
	}
	s.doubted = result.Doubts
	return changes
}

// failedParts returns the labels of the first part that failed, "" if the query has no
// other, and how many did.
func (r *Result) failedParts() (first string, failed int) {
	for _, part := range r.Parts {
		if part.Err == nil {
			continue
		}
		if failed++; failed == 1 {
			first = partText(r.Query, part.Labels)
		}
	}
	return first, failed
}

// searching reports whether the API answered requests for each part that failed: its last
// page has not been found yet.
func (r *Result) searching() bool {
	for _, part := range r.Parts {
		if part.Err != nil && !part.answered {
			return false
		}
	}
	return true
}

// merge makes one change of those that concern the authorization of the account.
func merge(changes []change) []change {
	var merged []change
	first := map[bool]int{} // where the change is, by whether it is a failure
	for _, c := range changes {
		if c.doubt != "" || c.missing != "" || c.reason != inbox.Auth && (c.reason != "" || c.before != inbox.Auth) {
			merged = append(merged, c)
			continue
		}
		i, found := first[c.err != nil]
		if !found {
			i = len(merged)
			first[c.err != nil] = i
			merged = append(merged, c)
		}
		merged[i].queries++
	}
	return merged
}

// log logs the change. No lock may be held.
func (c change) log(logger log.Logger) {
	line := func(leveled log.Logger, msg string, details ...any) {
		subject := []any{"msg", msg, "query", c.query}
		if c.part != "" {
			subject = append(subject, "part", c.part)
		}
		if c.part != "" && c.parts > 1 {
			subject = append(subject, "failed_parts", c.parts)
		}
		if c.queries > 0 {
			subject = []any{"msg", msg, "queries", c.queries}
		}
		leveled.Log(append(subject, details...)...)
	}
	switch {
	case c.missing != "":
		line(level.Warn(logger), "no contact has a field of group_by", "field", c.missing, "contacts", c.contacts, "hint", "check the path of the field: all contacts are in the group none")
	case c.doubt != "" && c.text == "":
		line(level.Info(logger), "query no longer in doubt", "reason", c.doubt)
	case c.doubt != "":
		line(level.Warn(logger), "query in doubt", "reason", c.doubt, "detail", c.text, "hint", doubtHints[c.doubt])
	case c.err == nil && c.queries > 0:
		line(level.Info(logger), "requests are authorized again")
	case c.err == nil:
		line(level.Info(logger), "query recovered")
	case c.warmUp:
		line(level.Info(logger), "query has no value yet: its last page is still searched for", "err", c.err)
	case c.queries > 0:
		line(level.Error(logger), "requests are not authorized", "reason", c.reason, "err", c.err, "hint", Hint(c.reason))
	default:
		line(level.Error(logger), "query failed", "reason", c.reason, "err", c.err, "hint", Hint(c.reason))
	}
}

// Hint returns what to do about a query that failed with this reason.
func Hint(reason inbox.Reason) string { return hints[reason] }

// hints are those of [Hint].
var hints = map[inbox.Reason]string{
	inbox.Timeout:     "if this persists, raise timeout and Prometheus' scrape_timeout, or rate_limit and concurrency if the API allows it",
	inbox.Connection:  "check the account's url, proxy_url and tls_config, and the network between the exporter and the API",
	inbox.Auth:        "check the account's authorization: the token may be wrong, expired or revoked",
	inbox.RateLimited: "lower rate_limit, scrape less often, or set min_interval",
	inbox.HTTPStatus:  "check that url is the API's base URL; a status of 500 or above is a failure of the API",
	inbox.API:         "the message comes from the API: check the query's filter against the API's documentation",
	inbox.Decode:      "check that url is the API's base URL and that no proxy responds in its place; for group_by, check that the field holds values, not objects",
	inbox.Pagination:  "the inbox may have changed too fast during this scrape; if this persists, the API's pages are inconsistent: report it to the vendor",
	inbox.Filter:      "the API seems to ignore a filter of the query: compare its applicableFilters with the API's documentation; verify: warn shows the number all the same",
	inbox.TooLarge:    "narrow the filter, or count by dimensions (by) instead of group_by",
}

// doubtHints are logged with a doubt: what to do about it.
var doubtHints = map[Doubt]string{
	DoubtFilter:    "the API seems to ignore a filter of the query: compare its applicableFilters with the API's documentation",
	DoubtCapped:    "the API may list no more contacts than this: split the query with dimensions (by)",
	DoubtIrregular: "the number is exact while all pages are read, but costs more; if this persists, report the API's pages to the vendor",
}
