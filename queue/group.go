package queue

import "time"

// Group is the contacts of a group that wait at a moment.
type Group struct {
	Contacts  int           // all of them, whether they wait or not
	Waiting   int           // those that wait
	OlderThan []int         // those that have waited longer than each of Rules.OlderThan
	Oldest    time.Duration // the longest wait; 0: nobody waits
}

// Groups returns the groups that contacts of the latest read are in, as of now.
func (q *Queue) Groups(now time.Time) map[string]Group {
	groups := make(map[string]Group)
	for _, s := range q.contacts {
		if s.seen != q.reads {
			continue
		}
		for _, name := range q.groups.sets[s.in] {
			group, ok := groups[name]
			if !ok {
				group.OlderThan = make([]int, len(q.rules.OlderThan))
			}
			group.add(s, now, q.rules.OlderThan)
			groups[name] = group
		}
	}
	return groups
}

func (g *Group) add(s state, now time.Time, thresholds []time.Duration) {
	g.Contacts++
	if s.since == 0 {
		return
	}
	g.Waiting++
	wait := time.Duration(max(0, now.UnixNano()-s.since))
	g.Oldest = max(g.Oldest, wait)
	for i, threshold := range thresholds {
		if wait > threshold {
			g.OlderThan[i]++
		}
	}
}
