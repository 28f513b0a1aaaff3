package collector

import (
	"slices"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/paging"
)

// planned is a part of a query and the task that gives its value.
type planned struct {
	query  *config.Query
	index  int // of the part in the query
	task   *task
	fields []int // where the task's selection has the values of group_by, in its order
	oldest int   // where it has the time, -1 for none
}

func (p planned) part() config.Part { return p.query.Parts[p.index] }

// reads tells whether the part needs the contacts and not just their number.
func reads(q *config.Query) bool { return len(q.GroupBy) > 0 || q.Oldest != "" }

// plan reduces queries to their distinct request bodies as of now. Parts come in
// the order of the configuration, and so do tasks.
func plan(queries []*config.Query, now time.Time) (parts []planned, tasks []*task) {
	bodies := make(map[string]*task)
	for _, q := range queries {
		for i, part := range q.Parts {
			body := string(part.Filter.Body(now, 0))
			t := bodies[body]
			if t == nil {
				t = &task{name: q.Name, query: paging.Query{Key: part.Filter.Key()}, filter: part.Filter}
				bodies[body] = t
				tasks = append(tasks, t)
			}
			t.query.Walk = t.query.Walk || q.Walk
			parts = append(parts, t.serve(q, i))
		}
	}
	return parts, tasks
}

// serve has the task give the value of a part.
func (t *task) serve(q *config.Query, index int) planned {
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

// add returns where paths has path, which it adds if need be.
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
	_, tasks := plan(account.Queries, now)
	for _, t := range tasks {
		if t.read || t.query.Walk {
			read++
		}
	}
	return len(tasks), read
}
