package collector

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

const (
	// noValue is the label value of a contact whose field is absent, null or empty.
	noValue = "none"
	// maxGroups is the maximum number of groups of one part of a query that have contacts
	// within groupsKept.
	maxGroups = inbox.MaxValues
	// groupsKept is how long a group that was not declared stays after it has lost its last
	// contact.
	groupsKept = time.Hour
)

// separator joins the values of a group into its key. It is not valid UTF-8, so no value
// contains it.
const separator = "\xff"

// group is the contacts with the same values of a query's group_by labels.
type group struct {
	contacts int
	earliest time.Time // of the query's oldest field; zero: no contact has a valid time
}

// groups returns the series of a part that was read, including those of groups known from
// earlier runs. now is when the run began. a.mu and the run's lock are held.
func (a *Account) groups(p planned, now time.Time) ([]Series, error) {
	for _, field := range p.fields {
		if err := p.task.listing.Unreadable[field]; err != nil {
			return nil, err
		}
	}
	contacts := p.task.listing.Contacts
	if p.oldest >= 0 && len(contacts) > 0 && !slices.ContainsFunc(contacts, func(c inbox.Contact) bool { return !c.Times[p.oldest].IsZero() }) {
		return nil, inbox.Errorf(inbox.Decode, "none of %d contacts has a readable time in the field %s, which oldest names", len(contacts), p.query.Oldest)
	}
	found := groupContacts(contacts, p.fields, p.oldest)
	known := a.states[p.query].parts[p.index].groups
	known.forgetSecrets(a.process.Secrets)
	if !known.remember(found, now) {
		return nil, inbox.Errorf(inbox.TooLarge,
			"the contacts have had more than %d different values of %s within an hour: group by a field with fewer values, or count by dimensions (by)", maxGroups, groupLabels(p.query))
	}
	var series []Series
	for _, key := range slices.Sorted(maps.Keys(known)) {
		one := Series{Labels: groupLabelSet(p, key), Contacts: found[key].contacts}
		if earliest := found[key].earliest; !earliest.IsZero() {
			one.Oldest = max(0, now.Sub(earliest))
		}
		series = append(series, one)
	}
	return series, nil
}

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

// groupLabelSet returns the labels of a group of a part.
func groupLabelSet(p planned, key string) map[string]string {
	labels := maps.Clone(p.part().Labels)
	if labels == nil {
		labels = make(map[string]string)
	}
	for i, value := range strings.Split(key, separator) {
		if len(p.query.GroupBy) > 0 {
			labels[p.query.GroupBy[i].Label] = value
		}
	}
	return labels
}

// groupLabels returns the names of the group_by labels as a phrase.
func groupLabels(q *config.Query) string {
	var names []string
	for _, by := range q.GroupBy {
		names = append(names, by.Label)
	}
	return strings.Join(names, " and ")
}

// groupContacts groups contacts. fields are the indexes of the group_by values in a
// contact, oldest is that of its time, or -1.
func groupContacts(contacts []inbox.Contact, fields []int, oldest int) map[string]group {
	groups := make(map[string]group)
	for _, contact := range contacts {
		for _, key := range groupKeys(contact, fields) {
			g := groups[key]
			g.contacts++
			if oldest >= 0 {
				at := contact.Times[oldest]
				if !at.IsZero() && (g.earliest.IsZero() || at.Before(g.earliest)) {
					g.earliest = at
				}
			}
			groups[key] = g
		}
	}
	return groups
}

// groupKeys returns the keys of the groups that a contact belongs to: one for each
// combination of its fields' values.
func groupKeys(contact inbox.Contact, fields []int) []string {
	values := make([][]string, len(fields))
	for i, field := range fields {
		for _, value := range contact.Values[field] {
			values[i] = append(values[i], strings.ToValidUTF8(value, "\uFFFD"))
		}
		if len(values[i]) == 0 {
			values[i] = []string{noValue}
		}
	}
	return combinations(values)
}

// combinations returns the keys of all combinations of one value from each list. If there
// are more than maxGroups, it may stop early, but returns more than maxGroups.
func combinations(values [][]string) []string {
	keys := []string{""}
	for i, choices := range values {
		var longer []string
		for _, key := range keys {
			for _, choice := range choices {
				if i > 0 {
					choice = key + separator + choice
				}
				longer = append(longer, choice)
			}
		}
		keys = longer
		if len(keys) > maxGroups {
			break
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(keys)))
}

// declaredGroups returns the groups that a part of a query has from the start: those of
// the declared values or, without group_by, a single one.
func declaredGroups(q *config.Query) seenGroups {
	groups := make(seenGroups)
	var values [][]string
	for _, by := range q.GroupBy {
		values = append(values, by.Values)
	}
	for _, key := range combinations(values) {
		groups[key] = groupState{declared: true}
	}
	return groups
}

// seenGroups is the groups that a part of a query has, by their key.
type seenGroups map[string]groupState

type groupState struct {
	declared bool
	at       time.Time // when it last had contacts; zero: never
}

// forgetSecrets forgets the groups whose key has turned out to hold a secret.
func (s seenGroups) forgetSecrets(secrets *inbox.Secrets) {
	for key := range s {
		if secrets.Redact(key) != key {
			delete(s, key)
		}
	}
}

// remember adds the groups found, and forgets those that have had no contacts for too
// long, unless they were declared. It returns false, and adds none, if there are too
// many.
func (s seenGroups) remember(found map[string]group, now time.Time) bool {
	recent := len(found)
	for key, state := range s {
		old := now.Sub(state.at) > groupsKept // also if it never had any
		_, again := found[key]
		switch {
		case !old && !again:
			recent++
		case old && !again && !state.declared:
			delete(s, key)
		}
	}
	if recent > maxGroups {
		return false
	}
	for key := range found {
		s[key] = groupState{declared: s[key].declared, at: now}
	}
	return true
}
