package collector

import (
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

const (
	// maxGroups is the maximum number of groups of one part of a query that have contacts
	// within groupsKept.
	maxGroups = inbox.MaxValues
	// groupsKept is how long a group that was not declared stays after it has lost its last
	// contact.
	groupsKept = time.Hour
)

// declaredGroups returns the groups that a part of a query has from the start: those of
// the declared values or, without group_by, a single one.
func declaredGroups(q *config.Query) seenGroups {
	groups := make(seenGroups)
	var values [][]string
	for _, by := range q.GroupBy {
		var shown []string
		for _, value := range by.Values {
			shown = append(shown, shownValue(by, value))
		}
		values = append(values, shown)
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
