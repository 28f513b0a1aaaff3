package queue

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Contact is a contact as a read shows it.
type Contact struct {
	ID     inbox.Identity
	Groups []string  // it counts in each of them; at least one
	Sender string    // of the last message; "": unreadable
	At     time.Time // of the last message; zero: unreadable
}

// Queue follows the contacts of one list. It is not safe for concurrent use. It takes
// about 64 bytes for each contact of the last two reads, besides its id.
type Queue struct {
	rules    Rules
	reads    uint32
	contacts map[inbox.Identity]state
	most     int // the most contacts at a time since the map was made, which never shrinks
	groups   groupSets
}

// state is what is known of a contact. Times are in nanoseconds since 1970, 0 for none.
type state struct {
	since int64  // when its wait started; 0: it does not wait
	at    int64  // of the newest message seen
	seen  uint32 // the number of the last read that had it
	in    uint32 // the groups that it was in then: an index of groupSets
	role  role   // of the newest message seen
}

// New returns a queue that has seen no read.
func New(rules Rules) *Queue {
	return &Queue{rules: rules, contacts: make(map[inbox.Identity]state)}
}

// Events are what has happened between two reads, by group.
type Events struct {
	Replies map[string][]time.Duration // from the first unanswered message to each reply
	Entered map[string]int             // contacts that joined
	Left    map[string]Left            // contacts that left
}

// Left are the contacts that left a group, by whether they waited when they were last
// seen in it.
type Left struct{ Waiting, Answered int }

// Observe takes in a complete read of the list, each contact once. Contacts of the
// first read have not entered.
func (q *Queue) Observe(contacts []Contact) Events {
	q.reads++
	events := Events{Replies: make(map[string][]time.Duration), Entered: make(map[string]int), Left: make(map[string]Left)}
	for _, c := range contacts {
		q.observe(c, &events)
	}
	for id, s := range q.contacts {
		switch s.seen {
		case q.reads:
		case q.reads - 1:
			for _, group := range q.groups.sets[s.in] {
				events.left(group, s.since != 0)
			}
		default:
			delete(q.contacts, id)
		}
	}
	q.compact()
	return events
}

func (q *Queue) observe(c Contact, events *Events) {
	s, known := q.contacts[c.ID]
	waited := s.since != 0
	var before []string
	if known && s.seen == q.reads-1 {
		before = q.groups.sets[s.in]
	}
	after := q.take(&s, c)
	s.seen, s.in = q.reads, q.groups.index(c.Groups)
	q.contacts[c.ID] = s
	now := q.groups.sets[s.in]
	if after >= 0 {
		for _, group := range now {
			events.Replies[group] = append(events.Replies[group], after)
		}
	}
	if q.reads == 1 {
		return
	}
	for _, group := range now {
		if !slices.Contains(before, group) {
			events.Entered[group]++
		}
	}
	for _, group := range before {
		if !slices.Contains(now, group) {
			events.left(group, waited)
		}
	}
}

// take takes in the last message of a contact. It returns how long the reply took if
// that is what it is, else a negative duration.
func (q *Queue) take(s *state, c Contact) time.Duration {
	const none = -1
	role := q.rules.role(c)
	at := c.At.UnixNano()
	if role == unknown || at < s.at || at == s.at && role == s.role {
		return none
	}
	s.at, s.role = at, role
	switch {
	case role == customer && s.since == 0:
		s.since = at
	case role == reply && s.since != 0:
		after := time.Duration(max(0, at-s.since))
		s.since = 0
		return after
	}
	return none
}

func (e *Events) left(group string, waiting bool) {
	left := e.Left[group]
	if waiting {
		left.Waiting++
	} else {
		left.Answered++
	}
	e.Left[group] = left
}

// groupSets numbers the sets of groups that contacts are in: there are few of them, and
// many contacts.
type groupSets struct {
	sets    [][]string
	indexes map[string]uint32
}

// maxSets is how many sets are kept before those that no contact is in are forgotten.
const maxSets = 1000

// compact gives back memory that a list needed when it was much longer, and forgets sets
// of groups that no contact is in any more, when there are many.
func (q *Queue) compact() {
	q.most = max(q.most, len(q.contacts))
	if len(q.contacts) < q.most/4 {
		q.contacts = maps.Collect(maps.All(q.contacts))
		q.most = len(q.contacts)
	}
	if len(q.groups.sets) <= maxSets {
		return
	}
	var used groupSets
	for id, s := range q.contacts {
		s.in = used.index(q.groups.sets[s.in])
		q.contacts[id] = s
	}
	q.groups = used
}

// index returns the index of a set in sets, to which it is added if need be.
func (g *groupSets) index(groups []string) uint32 {
	const separator = "\xfe" // in no valid UTF-8
	key := strings.Join(groups, separator)
	if i, ok := g.indexes[key]; ok {
		return i
	}
	if g.indexes == nil {
		g.indexes = make(map[string]uint32)
	}
	i := uint32(len(g.sets))
	g.sets = append(g.sets, slices.Clone(groups))
	g.indexes[key] = i
	return i
}
