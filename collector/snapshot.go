package collector

import (
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Snapshot is what a scrape of an account found.
type Snapshot struct {
	Account string
	Began   time.Time
	Ended   time.Time
	// Fetched is when the oldest of the values was fetched; zero if there is none.
	Fetched time.Time
	Results []Result // one for each query, in the order of the configuration
}

// Result is what a scrape found of one query.
type Result struct {
	Query       *config.Query
	Parts       []Part
	Duration    time.Duration // from its first part's beginning to its last part's end
	LastSuccess time.Time     // when all of it last succeeded; zero: never
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
	Oldest   time.Duration // age of the query's oldest field; 0: no contact has one
}

// Err returns the first error of a query's parts, nil if all of it succeeded.
func (r *Result) Err() error {
	for _, part := range r.Parts {
		if part.Err != nil {
			return part.Err
		}
	}
	return nil
}

// Up reports whether any part of any query got an answer.
func (s *Snapshot) Up() bool { return !s.Fetched.IsZero() }

// keptFor returns the snapshot for another scrape if it is younger than interval and
// none of its queries failed, else nil. Ages in it have grown meanwhile. A nil
// Snapshot is never kept.
func (s *Snapshot) keptFor(interval time.Duration) *Snapshot {
	if s == nil {
		return nil
	}
	// The monotonic clock stops while a machine is suspended, the wall clock may be set.
	age := max(time.Since(s.Ended), time.Now().Round(0).Sub(s.Ended.Round(0)))
	if age >= interval {
		return nil
	}
	kept := *s
	kept.Results = make([]Result, len(s.Results))
	for i, result := range s.Results {
		if result.Err() != nil {
			return nil
		}
		kept.Results[i] = result.aged(age)
	}
	return &kept
}

// aged returns the result as it is to be served after so long.
func (r Result) aged(by time.Duration) Result {
	if r.Query.Oldest == "" {
		return r
	}
	parts := make([]Part, len(r.Parts))
	for i, part := range r.Parts {
		parts[i] = part
		parts[i].Series = make([]Series, len(part.Series))
		for j, series := range part.Series {
			if series.Oldest > 0 {
				series.Oldest += by
			}
			parts[i].Series[j] = series
		}
	}
	r.Parts = parts
	return r
}

// snapshot returns what a run, which has begun, has done by now. a.mu is held.
func (a *Account) snapshot(r *run) *Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.plan
	s := &Snapshot{Account: a.config.Name, Began: p.now, Ended: time.Now()}
	results := make(map[*config.Query]*Result)
	s.Results = make([]Result, len(a.config.Queries))
	for i, q := range a.config.Queries {
		s.Results[i].Query = q
		results[q] = &s.Results[i]
	}
	for _, planned := range p.parts {
		part := a.result(planned, p.now, s.Ended)
		if part.Err == nil && (s.Fetched.IsZero() || part.ended.Before(s.Fetched)) {
			s.Fetched = part.ended
		}
		result := results[planned.query]
		result.Parts = append(result.Parts, part)
	}
	for i := range s.Results {
		s.Results[i].summarize(a.states[s.Results[i].Query].succeeded)
	}
	return s
}

// summarize fills in what follows from the parts of a query.
func (r *Result) summarize(succeeded time.Time) {
	var began, ended time.Time
	for _, part := range r.Parts {
		if began.IsZero() || part.began.Before(began) {
			began = part.began
		}
		if part.ended.After(ended) {
			ended = part.ended
		}
	}
	r.Duration = ended.Sub(began)
	r.LastSuccess = succeeded
	if r.Err() == nil {
		r.LastSuccess = ended
	}
}

// errStale is the error of a number that would have to be counted again.
var errStale = inbox.Errorf(inbox.Pagination, "the page size of the API changed while this was counted, and the time did not suffice to count it again")

// errUnfinished is the error of what a scrape did not wait for.
var errUnfinished = inbox.Errorf(inbox.Timeout, "no response before the deadline")

// result returns what has come of a part by ended, in a run that began at now. a.mu
// and the run's lock are held.
func (a *Account) result(p planned, now, ended time.Time) Part {
	t := p.task
	did := t.counting
	if reads(p.query) {
		did = t.reading
	}
	if did.began.IsZero() {
		did.began = ended
	}
	if !did.finished() {
		did.ended, did.err = ended, errUnfinished
	}
	part := Part{Labels: p.part().Labels, Requests: t.requests, Err: did.err, began: did.began, ended: did.ended}
	switch {
	case part.Err != nil:
	case !reads(p.query) && t.number.Stale():
		part.Err = errStale
	case !reads(p.query):
		part.Series = []Series{{Labels: part.Labels, Contacts: t.number.Contacts}}
	default:
		part.Series, part.Err = a.groups(p, now)
	}
	return part
}
