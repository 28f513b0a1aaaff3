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
	// maxGroups is the maximum number of groups, and so series, of one part of a query.
	maxGroups = inbox.MaxValues
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
	found := groupContacts(p.task.listing.Contacts, p.fields, p.oldest)
	if len(found) > maxGroups {
		return nil, inbox.Errorf(inbox.TooLarge,
			"the contacts have more than %d different values of %s: group by a field with fewer values, or count by dimensions (by)", maxGroups, groupLabels(p.query))
	}
	known := a.states[p.query].parts[p.index].groups
	rememberGroups(known, found, a.process.Secrets)
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
func declaredGroups(q *config.Query) map[string]bool {
	groups := make(map[string]bool)
	var values [][]string
	for _, by := range q.GroupBy {
		values = append(values, by.Values)
	}
	for _, key := range combinations(values) {
		groups[key] = true
	}
	return groups
}

// rememberGroups adds the groups found to the known ones. Beyond maxGroups it removes
// groups that were not found now, and always those that have turned out to hold a secret.
func rememberGroups(known map[string]bool, found map[string]group, secrets *inbox.Secrets) {
	for key := range known {
		if secrets.Redact(key) != key {
			delete(known, key)
		}
	}
	for key := range found {
		known[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		if _, ok := found[key]; len(known) > maxGroups && !ok {
			delete(known, key)
		}
	}
}
