package collector

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Snapshot is what a scrape of an account found.
type Snapshot struct {
	Account string
	Began   time.Time
	Ended   time.Time // when the values were fetched
	Results []Result  // one for each query, in the order of the configuration
}

// Result is what a scrape found of one query.
type Result struct {
	Query       *config.Query
	Parts       []Part
	Duration    time.Duration // from its first part's beginning to its last part's end
	LastSuccess time.Time     // when all of it last succeeded; zero for never
}

// Part is what a scrape found of one part of a query: series, or an error.
type Part struct {
	Labels   map[string]string // of the part, without those of group_by
	Series   []Series          // sorted by their labels
	Requests int               // made for it; parts with equal requests share them
	Err      error

	began, ended time.Time
}

// Duration is how long it took.
func (p *Part) Duration() time.Duration { return p.ended.Sub(p.began) }

// Series is a value and its labels, all but the account's.
type Series struct {
	Labels   map[string]string
	Contacts int
	Oldest   time.Duration // how long the oldest waits, if the query asks for it
}

// Err returns the first error of a query's parts, nil when all of it succeeded.
func (r *Result) Err() error {
	for _, part := range r.Parts {
		if part.Err != nil {
			return part.Err
		}
	}
	return nil
}

// Up tells whether any part of any query got an answer.
func (s *Snapshot) Up() bool {
	for _, result := range s.Results {
		for _, part := range result.Parts {
			if part.Err == nil {
				return true
			}
		}
	}
	return false
}

// fresh tells whether every query succeeded, less than interval ago.
func (s *Snapshot) fresh(interval time.Duration) bool {
	for _, result := range s.Results {
		if result.Err() != nil {
			return false
		}
	}
	return time.Since(s.Ended) < interval
}

// snapshot returns what the run has done by now. The account is locked.
func (r *run) snapshot() *Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &Snapshot{Account: r.account.config.Name, Began: r.now, Ended: time.Now()}
	results := make(map[*config.Query]*Result)
	s.Results = make([]Result, len(r.account.config.Queries))
	for i, q := range r.account.config.Queries {
		s.Results[i].Query = q
		results[q] = &s.Results[i]
	}
	for _, p := range r.parts {
		result := results[p.query]
		result.Parts = append(result.Parts, r.part(p, s.Ended))
	}
	for i := range s.Results {
		r.summarize(&s.Results[i])
	}
	return s
}

// summarize fills in what follows from the parts of a query.
func (r *run) summarize(result *Result) {
	var began, ended time.Time
	for _, part := range result.Parts {
		if began.IsZero() || part.began.Before(began) {
			began = part.began
		}
		if part.ended.After(ended) {
			ended = part.ended
		}
	}
	result.Duration = ended.Sub(began)
	result.LastSuccess = r.account.history[result.Query].succeeded
	if result.Err() == nil {
		result.LastSuccess = ended
	}
}

// unfinished is the error of what a scrape did not wait for.
var unfinished = inbox.Errorf(inbox.Timeout, "no response before the deadline")

// part returns what came of a part by now.
func (r *run) part(p planned, now time.Time) Part {
	t := p.task
	did := t.counting
	if reads(p.query) {
		did = t.reading
	}
	if did.began.IsZero() {
		did.began = now
	}
	if did.ended.IsZero() {
		did.ended, did.err = now, unfinished
	}
	part := Part{Labels: p.part().Labels, Requests: t.requests, Err: did.err, began: did.began, ended: did.ended}
	switch {
	case part.Err != nil:
	case !reads(p.query):
		part.Series = []Series{{Labels: part.Labels, Contacts: t.number.Contacts}}
	default:
		part.Series, part.Err = r.groups(p)
	}
	return part
}

// groups returns the series of a part that is read, those of groups that were seen
// before included.
func (r *run) groups(p planned) ([]Series, error) {
	for _, field := range p.fields {
		if err := p.task.pages.Unfit(field); err != nil {
			return nil, err
		}
	}
	now := tally(p.task.contacts, p.fields, p.oldest)
	if len(now) > maxGroups {
		return nil, inbox.Errorf(inbox.TooLarge,
			"its contacts have more than %d different values of %s: group by a field with fewer, or count by dimensions (by)", maxGroups, groupLabels(p.query))
	}
	ever := r.account.history[p.query].groups[p.index]
	remember(ever, now)
	var series []Series
	for _, key := range slices.Sorted(maps.Keys(ever)) {
		one := Series{Labels: maps.Clone(p.part().Labels), Contacts: now[key].contacts}
		if one.Labels == nil {
			one.Labels = make(map[string]string)
		}
		for i, value := range strings.Split(key, separator) {
			if len(p.query.GroupBy) > 0 {
				one.Labels[p.query.GroupBy[i].Label] = value
			}
		}
		if earliest := now[key].earliest; !earliest.IsZero() {
			one.Oldest = max(0, r.now.Sub(earliest))
		}
		series = append(series, one)
	}
	return series, nil
}

// groupLabels names the labels of group_by.
func groupLabels(q *config.Query) string {
	var names []string
	for _, by := range q.GroupBy {
		names = append(names, by.Label)
	}
	return strings.Join(names, " and ")
}
