package collector

import (
	"slices"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// plan is what a run does: the parts of all queries, and the tasks that produce their
// values. Both are in the order of the configuration.
type plan struct {
	now   time.Time // when the run began, and "now" in the filters
	parts []planned
	tasks []*task
	kept  map[*config.Query]*Result // queries whose last result is served again
}

// planned is a part of a query and the task that produces its value.
type planned struct {
	query  *config.Query
	index  int // of the part in the query
	task   *task
	shares bool  // an earlier part has the same task
	fields []int // indexes in the task's selection of the group_by fields, in their order
	oldest int   // index of the query's oldest field; -1: none
	sums   []int // indexes in the task's selection of the fields of sums, in their order
	sender int   // index in the task's selection of waiting's sender
	sent   int   // and of its time

	grouped *grouped // nil if the contacts are not read
}

func (p planned) part() config.Part { return p.query.Parts[p.index] }

// newPlan reduces queries to their distinct request bodies as of now.
func newPlan(queries []*config.Query, now time.Time) *plan {
	p := &plan{now: now}
	bodies := make(map[filter.Body]*task)
	for _, q := range queries {
		for i, part := range q.Parts {
			body := part.Filter.At(now)
			t, known := bodies[body]
			if !known {
				t = &task{name: q.Name, part: partText(q, part.Labels), body: body}
				bodies[body] = t
				p.tasks = append(p.tasks, t)
			}
			if q.Verify != config.VerifyOff && t.expected == nil {
				t.expect(part.Filter.Expectations(now))
			}
			planned := t.addPart(q, i)
			planned.shares = known
			p.parts = append(p.parts, planned)
		}
	}
	return p
}

// plan returns a plan as of now. Its tasks have the state remembered from earlier runs.
// a.mu is held.
func (a *Account) plan() *plan {
	now := time.Now()
	kept := make(map[*config.Query]*Result)
	var due []*config.Query
	for _, q := range a.config.Queries {
		if last := a.states[q].last; last.keptFor(q.MinInterval) {
			kept[q] = last
		} else {
			due = append(due, q)
		}
	}
	p := newPlan(due, now)
	p.kept = kept
	for _, planned := range p.parts {
		if t := planned.task; t.remembered == nil {
			part := &a.states[planned.query].parts[planned.index]
			t.query.Key, t.remembered, t.state = part.key, &part.task, part.task
		}
	}
	return p
}

// addPart makes the task produce the value of a part.
func (t *task) addPart(q *config.Query, index int) planned {
	t.query.Walk = t.query.Walk || q.Walk
	p := planned{query: q, index: index, task: t, oldest: -1}
	if !q.Reads() {
		t.counted = true
		t.uses = append(t.uses, nil)
		return p
	}
	t.read = true
	for _, by := range q.GroupBy {
		p.fields = append(p.fields, indexOf(&t.selection.Fields, inbox.ParsePath(by.Field)))
	}
	if q.Oldest != "" {
		p.oldest = indexOf(&t.selection.Times, inbox.ParsePath(q.Oldest))
	}
	for _, sum := range q.Sums {
		p.sums = append(p.sums, indexOf(&t.selection.Numbers, inbox.ParsePath(sum.Field)))
	}
	if w := q.Waiting; w != nil {
		p.sender = indexOf(&t.selection.Texts, inbox.ParsePath(w.By))
		p.sent = indexOf(&t.selection.Times, inbox.ParsePath(w.At))
	}
	t.uses = append(t.uses, p.fields)
	p.grouped = &grouped{}
	return p
}

// indexOf returns the index of path in paths, and appends it if it is not there.
func indexOf(paths *[]inbox.Path, path inbox.Path) int {
	for i, p := range *paths {
		if slices.Equal(p, path) {
			return i
		}
	}
	*paths = append(*paths, path)
	return len(*paths) - 1
}

// Requests are those of an account's scrapes, apart from the further pages of reads,
// searches for last pages, audits and retries.
type Requests struct {
	Distinct  int     // request bodies of a scrape; equal ones are asked once
	Reads     int     // how many of them read every page of contacts; the others take about one request each
	PerMinute float64 // of scrapes at an interval, less what a min_interval saves
}

// RequestsOf returns the requests of an account that is scraped at an interval, above 0.
func RequestsOf(account *config.Account, now time.Time, interval time.Duration) Requests {
	p := newPlan(account.Queries, now)
	requests := Requests{Distinct: len(p.tasks)}
	every := make(map[*task]time.Duration)
	for _, part := range p.parts {
		due := max(interval, account.MinInterval, part.query.MinInterval)
		if earlier, known := every[part.task]; !known || due < earlier {
			every[part.task] = due
		}
	}
	for _, t := range p.tasks {
		if t.read || t.query.Walk {
			requests.Reads++
		}
		requests.PerMinute += float64(time.Minute) / float64(every[t])
	}
	return requests
}
