package collector

import (
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Snapshot is the outcome of a scrape of an account.
type Snapshot struct {
	Account string // its name
	Began   time.Time
	Ended   time.Time
	Fetched time.Time // when the oldest of the values was fetched; zero if there is none
	Results []Result  // one for each query, in the order of the configuration
}

// Result is the outcome of one query in a scrape.
type Result struct {
	Query       *config.Query
	Parts       []Part
	Doubts      map[Doubt]bool // whether its number may answer another question, by reason
	Duration    time.Duration  // from the start of the first part to the end of the last
	LastSuccess time.Time      // when all parts last succeeded; zero: never
}

// Part is the outcome of one part of a query: series, or an error.
type Part struct {
	Labels   map[string]string // of the part, without those of group_by
	Series   []Series          // sorted by their labels
	Requests int               // made for the part; parts with equal request bodies share them
	Err      error             // nil if the part succeeded

	began, ended time.Time
	answered     bool // the API answered a request for it
	doubts       doubts
}

// Duration returns how long the part took.
func (p *Part) Duration() time.Duration { return p.ended.Sub(p.began) }

// Series is a labeled value.
type Series struct {
	Labels   map[string]string // without the label account
	Contacts int
	Oldest   time.Duration // age of the oldest contact, by the query's field; 0 if there is none
}

// Err returns the error of the first part that failed, nil if all parts succeeded.
func (r *Result) Err() error {
	for _, part := range r.Parts {
		if part.Err != nil {
			return part.Err
		}
	}
	return nil
}

// Up reports whether any part of any query succeeded.
func (s *Snapshot) Up() bool { return !s.Fetched.IsZero() }

// Series returns the approximate number of series in the snapshot's gauges.
func (s *Snapshot) Series() int {
	n := seriesPerAccount
	for _, result := range s.Results {
		n += seriesPerQuery
		for _, part := range result.Parts {
			n += len(part.Series)
		}
	}
	return n
}

// keptFor returns the snapshot for another scrape, with its ages updated, if it is younger
// than interval and all its queries succeeded. Otherwise, or if s is nil, it returns nil.
func (s *Snapshot) keptFor(interval time.Duration) *Snapshot {
	if s == nil {
		return nil
	}
	// The monotonic clock stops while the machine is suspended; the wall clock can be set back.
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

// aged returns a copy of the result in which all ages have grown.
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

// snapshot returns what a run has done so far. The run has begun, and a.mu is held.
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

// summarize sets Duration and LastSuccess from the parts. succeeded is the last success
// before this scrape.
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
	r.Doubts = make(map[Doubt]bool)
	for _, doubt := range Doubts() {
		for _, part := range r.Parts {
			holds := part.doubts.holds(doubt, ended) && (doubt != DoubtFilter || r.Query.Verify != config.VerifyOff)
			r.Doubts[doubt] = r.Doubts[doubt] || holds
		}
	}
	r.LastSuccess = succeeded
	if r.Err() == nil {
		r.LastSuccess = ended
	}
}

// errStale is the error of a number that would have to be counted again.
var errStale = inbox.Errorf(inbox.Pagination, "the page size of the API changed during the count, and there was no time left to repeat it")

// errUnfinished is the error of a part that is not done at the deadline.
var errUnfinished = inbox.Errorf(inbox.Timeout, "no response before the deadline")

// result returns the outcome of a part at the time ended, in a run that began at now.
// a.mu and the run's lock are held.
func (a *Account) result(p planned, now, ended time.Time) Part {
	t := p.task
	work := t.counting
	if reads(p.query) {
		work = t.reading
	}
	if work.began.IsZero() {
		work.began = ended
	}
	if !work.finished() {
		work.ended, work.err = ended, errUnfinished
	}
	part := Part{Labels: p.part().Labels, Requests: t.requests, Err: work.err, began: work.began, ended: work.ended, answered: t.responses > 0, doubts: t.state.doubts}
	if p.query.Verify == config.VerifyFail && part.doubts.holds(DoubtFilter, ended) && part.Err == nil {
		part.Err = inbox.Errorf(inbox.Filter, "%s: the API seems to ignore the filter", part.doubts.filter.text)
	}
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
