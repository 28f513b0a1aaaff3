package collector

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/queue"
)

// grouped is what the contacts of a part come to, once they are read.
type grouped struct {
	done     bool
	series   []Series
	counters []Counters
	err      error
}

// groupOnce returns the outcome of a part that was read. a.mu and the run's lock are held.
func (a *Account) groupOnce(p planned, now time.Time) *grouped {
	if g := p.grouped; !g.done {
		g.done = true
		if g.err = p.unreadable(); g.err == nil {
			g.series, g.counters, g.err = a.groups(p, now)
		}
	}
	return p.grouped
}

// unreadable returns an error if the contacts lack what the query needs of them.
func (p planned) unreadable() error {
	for _, field := range p.fields {
		if err := p.task.listing.Unreadable[field]; err != nil {
			return err
		}
	}
	contacts := p.task.listing.Contacts
	if len(contacts) == 0 {
		return nil
	}
	none := func(readable func(inbox.Contact) bool) bool { return !slices.ContainsFunc(contacts, readable) }
	if p.oldest >= 0 && none(func(c inbox.Contact) bool { return !c.Times[p.oldest].IsZero() }) {
		return inbox.Errorf(inbox.Decode, "none of %d contacts has a readable time in the field %s, which oldest names", len(contacts), p.query.Oldest)
	}
	for i, sum := range p.query.Sums {
		if none(func(c inbox.Contact) bool { return !math.IsNaN(c.Numbers[p.sums[i]]) }) {
			return inbox.Errorf(inbox.Decode, "none of %d contacts has a number in the field %s, which sum names", len(contacts), sum.Field)
		}
	}
	if w := p.query.Waiting; w != nil && len(contacts) >= minSenders &&
		none(func(c inbox.Contact) bool { return c.Texts[p.sender] != "" && !c.Times[p.sent].IsZero() }) {
		return inbox.Errorf(inbox.Decode, "none of %d contacts has a sender in the field %s and a readable time in the field %s, which waiting needs", len(contacts), w.By, w.At)
	}
	return nil
}

// minSenders is how many contacts must lack a sender and a time for a query with waiting
// to fail. A contact that has never written lacks them, too.
const minSenders = 5

// group is the contacts with the same values of a query's group_by labels.
type group struct {
	contacts int
	earliest time.Time // of the query's oldest field; zero: no contact has a valid time
	sums     []float64 // for each of the query's sums
}

// groups returns the series of a part that was read, including those of groups known from
// earlier runs, and the counters of a query with waiting. now is when the run began. a.mu
// and the run's lock are held.
func (a *Account) groups(p planned, now time.Time) ([]Series, []Counters, error) {
	state := &a.states[p.query].parts[p.index]
	if f := state.following; f != nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !f.isNewer(p.task.reading) {
			return nil, nil, errOvertaken
		}
	}
	found, followed := groupContacts(p, p.task.listing.Contacts)
	known := state.groups
	known.forgetSecrets(a.process.Secrets)
	if !known.remember(found, now) {
		return nil, nil, inbox.Errorf(inbox.TooLarge,
			"the contacts have had more than %d different values of %s within an hour: group by a field with fewer values, or count by dimensions (by)", maxGroups, groupLabels(p.query))
	}
	var waits map[string]queue.Group
	if state.following != nil {
		state.following.observe(p, followed)
		waits = state.following.queue.Groups(now)
	}
	var series []Series
	for _, key := range slices.Sorted(maps.Keys(known)) {
		one := Series{Labels: groupLabelSet(p, key), Contacts: found[key].contacts, Sums: found[key].sums, Waits: waits[key].Waits}
		if one.Sums == nil {
			one.Sums = make([]float64, len(p.sums))
		}
		if earliest := found[key].earliest; !earliest.IsZero() {
			one.Oldest, one.dated = max(0, now.Sub(earliest)), true
		}
		series = append(series, one)
	}
	if state.following == nil {
		return series, nil, nil
	}
	return series, state.following.exposed, nil
}

// groupContacts groups contacts, and returns them as a queue takes them if the query has
// waiting.
func groupContacts(p planned, contacts []inbox.Contact) (map[string]group, []queue.Contact) {
	groups := make(map[string]group)
	var followed []queue.Contact
	for _, contact := range contacts {
		keys := groupKeys(p, contact)
		if p.query.Waiting != nil {
			followed = append(followed, queue.Contact{ID: contact.ID, Groups: keys, Sender: contact.Texts[p.sender], At: contact.Times[p.sent]})
		}
		for _, key := range keys {
			g := groups[key]
			g.add(p, contact)
			groups[key] = g
		}
	}
	return groups, followed
}

func (g *group) add(p planned, contact inbox.Contact) {
	g.contacts++
	if p.oldest >= 0 {
		if at := contact.Times[p.oldest]; !at.IsZero() && (g.earliest.IsZero() || at.Before(g.earliest)) {
			g.earliest = at
		}
	}
	if g.sums == nil {
		g.sums = make([]float64, len(p.sums))
	}
	for i, number := range p.sums {
		if n := contact.Numbers[number]; !math.IsNaN(n) {
			g.sums[i] += n
		}
	}
}
