package collector

import (
	"slices"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// plan is what a run does: the parts of all queries, and the tasks that give their
// values. Both are in the order of the configuration.
type plan struct {
	now   time.Time // what "now" is in the filters, and when the run began
	parts []planned
	tasks []*task
}

// planned is a part of a query and the task that gives its value.
type planned struct {
	query  *config.Query
	index  int // of the part in the query
	task   *task
	fields []int // where the task's selection has the values of group_by, in its order
	oldest int   // where it has the time; -1: not wanted
}

func (p planned) part() config.Part { return p.query.Parts[p.index] }

// reads reports whether the query needs the contacts and not just their number.
func reads(q *config.Query) bool { return len(q.GroupBy) > 0 || q.Oldest != "" }

// newPlan reduces queries to their distinct request bodies as of now.
func newPlan(queries []*config.Query, now time.Time) *plan {
	p := &plan{now: now}
	bodies := make(map[filter.Body]*task)
	for _, q := range queries {
		for i, part := range q.Parts {
			body := part.Filter.At(now)
			t := bodies[body]
			if t == nil {
				t = &task{name: q.Name, body: body}
				bodies[body] = t
				p.tasks = append(p.tasks, t)
			}
			p.parts = append(p.parts, t.serve(q, i))
		}
	}
	return p
}

// plan returns a plan as of now, its tasks with what is remembered of them. a.mu is
// held.
func (a *Account) plan() *plan {
	p := newPlan(a.config.Queries, time.Now())
	for _, planned := range p.parts {
		if t := planned.task; t.remembered == nil {
			part := &a.states[planned.query].parts[planned.index]
			t.query.Key, t.remembered, t.state = part.key, &part.task, part.task
		}
	}
	return p
}

// serve has the task give the value of a part.
func (t *task) serve(q *config.Query, index int) planned {
	t.query.Walk = t.query.Walk || q.Walk
	p := planned{query: q, index: index, task: t, oldest: -1}
	if !reads(q) {
		t.counted = true
		return p
	}
	t.read = true
	for _, by := range q.GroupBy {
		p.fields = append(p.fields, add(&t.selection.Fields, inbox.ParsePath(by.Field)))
	}
	if q.Oldest != "" {
		p.oldest = add(&t.selection.Times, inbox.ParsePath(q.Oldest))
	}
	return p
}

// add returns the index of path in paths, to which it is added if need be.
func add(paths *[]inbox.Path, path inbox.Path) int {
	for i, p := range *paths {
		if slices.Equal(p, path) {
			return i
		}
	}
	*paths = append(*paths, path)
	return len(*paths) - 1
}

// DistinctRequests returns how many different request bodies a scrape of an account
// needs, and of how many of these every page is read. The others take about one
// request each.
func DistinctRequests(account *config.Account, now time.Time) (all, read int) {
	p := newPlan(account.Queries, now)
	for _, t := range p.tasks {
		if t.read || t.query.Walk {
			read++
		}
	}
	return len(p.tasks), read
}
