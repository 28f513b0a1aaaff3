package collector

import (
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// missingReads is after how many reads in a row a group_by field that no contact has is
// logged.
const missingReads = 2

// missingFields records which group_by fields no contact of a read has, and returns the
// changes to log. a.mu is held, and the run's lock.
func (a *Account) missingFields(p planned) []change {
	contacts := p.task.listing.Contacts
	if p.task.reading.err != nil || len(contacts) == 0 {
		return nil
	}
	part := &a.states[p.query].parts[p.index]
	if part.missing == nil {
		part.missing = make([]int, len(p.fields))
	}
	var changes []change
	for i, field := range p.fields {
		if slices.ContainsFunc(contacts, func(c inbox.Contact) bool { return len(c.Values[field]) > 0 }) {
			part.missing[i] = 0
			continue
		}
		if part.missing[i]++; part.missing[i] == missingReads {
			changes = append(changes, change{query: p.query.Name, part: partText(p.query, p.part().Labels), missing: p.query.GroupBy[i].Field, contacts: len(contacts)})
		}
	}
	return changes
}
