package queue

import (
	"cmp"
	"slices"
	"time"
)

// Group is the contacts of a group at a moment.
type Group struct {
	Contacts int             // all of them, whether they wait or not
	Waits    []time.Duration // of those that wait, the longest first
}

// Groups returns the groups that contacts of the latest read are in, as of now.
func (q *Queue) Groups(now time.Time) map[string]Group {
	groups := make(map[string]Group)
	for _, s := range q.contacts {
		if s.seen != q.reads {
			continue
		}
		for _, name := range q.groups.sets[s.in] {
			group := groups[name]
			group.Contacts++
			if s.since != 0 {
				group.Waits = append(group.Waits, time.Duration(max(0, now.UnixNano()-s.since)))
			}
			groups[name] = group
		}
	}
	for _, group := range groups {
		slices.SortFunc(group.Waits, func(a, b time.Duration) int { return cmp.Compare(b, a) })
	}
	return groups
}
