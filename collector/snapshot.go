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
	Fetched time.Time // when the oldest of the values was fetched, kept ones aside if there are others; zero if there is none
	Results []Result  // one for each query, in the order of the configuration
}

// Result is the outcome of one query in a scrape.
type Result struct {
	Query       *config.Query
	Parts       []Part
	Doubts      map[Doubt]bool // whether its number may answer another question, by reason
	Duration    time.Duration  // from the start of the first part to the end of the last
	LastSuccess time.Time      // when all parts last succeeded; zero: never

	ended time.Time // when the last part ended
	kept  bool      // it is that of an earlier run, for the query's min_interval
}

// Part is the outcome of one part of a query: series, or an error.
type Part struct {
	Labels   map[string]string // of the part, without those of group_by
	Series   []Series          // sorted by their labels
	Counters []Counters        // of a query with waiting, as of its latest read: also if this one failed
	Requests int               // made for the part
	Shares   bool              // these are also those of an earlier part with an equal request body
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
	Oldest   time.Duration   // age of the oldest contact, by the query's field; 0 if there is none
	Sums     []float64       // for each of the query's sums
	Waits    []time.Duration // of the contacts that wait, the longest first; nil without waiting

	dated bool // a contact has a time for Oldest
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
			n += len(part.Series) * result.Query.SeriesPerGroup()
		}
	}
	return n
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
		if last := p.kept[q]; last != nil {
			s.Results[i] = last.keptAt(s.Ended)
			continue
		}
		s.Results[i].Query = q
		results[q] = &s.Results[i]
	}
	for _, planned := range p.parts {
		result := results[planned.query]
		result.Parts = append(result.Parts, a.result(planned, p.now, s.Ended))
	}
	for q, result := range results {
		result.summarize(a.states[q].succeeded)
	}
	if s.Fetched = s.fetched(false); s.Fetched.IsZero() {
		s.Fetched = s.fetched(true)
	}
	return s
}

// fetched returns when the oldest value was fetched of the results that are kept, or of
// the others. It is zero if there is none.
func (s *Snapshot) fetched(kept bool) time.Time {
	var oldest time.Time
	for _, result := range s.Results {
		for _, part := range result.Parts {
			if result.kept == kept && part.Err == nil && (oldest.IsZero() || part.ended.Before(oldest)) {
				oldest = part.ended
			}
		}
	}
	return oldest
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
	r.Duration, r.ended = ended.Sub(began), ended
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
	if p.query.Reads() {
		work = t.reading
	}
	if work.began.IsZero() {
		work.began = ended
	}
	if !work.finished() {
		work.ended, work.err = ended, errUnfinished
	}
	part := Part{Labels: p.part().Labels, Requests: t.requests, Shares: p.shares, Err: work.err, began: work.began, ended: work.ended, answered: t.responses > 0, doubts: t.state.doubts}
	if p.query.Verify == config.VerifyFail && part.doubts.holds(DoubtFilter, ended) && part.Err == nil {
		part.Err = inbox.Errorf(inbox.Filter, "%s: the API seems to ignore the filter", part.doubts.filter.text)
	}
	switch {
	case part.Err != nil:
	case !p.query.Reads() && t.number.Stale():
		part.Err = errStale
	case !p.query.Reads():
		part.Series = []Series{{Labels: part.Labels, Contacts: t.number.Contacts}}
	default:
		g := a.groupOnce(p, now)
		part.Series, part.Counters, part.Err = g.series, g.counters, g.err
	}
	if f := a.states[p.query].parts[p.index].following; f != nil && part.Err != nil {
		part.Counters = f.latest(a.process.Secrets)
	}
	return part
}
