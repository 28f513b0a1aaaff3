package filter

import (
	"slices"
	"strings"
	"time"
)

// Expectation is what the records of a response say if the API has applied a filter.
type Expectation struct {
	Field string // of the request body
	Path  string // of the record, dotted

	values     []string  // one of them; nil: a time within the range
	start, end time.Time // zero: open
}

// recordPaths are the fields of the record that show whether a filter was applied, by the
// name of the filter. They are those that records have been seen with.
var recordPaths = map[string]string{
	"isOnline":         "isOnline",
	"isLiveChatActive": "isLiveChatActive",
	"userInteracted":   "userInteracted",
	"isContact":        "isContact",
	"status":           "status",
	"lastMessageBy":    "lastMessage.by",
	"_agentAssigned":   "_agentAssigned",
	"createdAt":        "createdAt",
	"lastSeenAt":       "lastSeenAt",
}

// Expectations returns what records show of the filter at now. A flag that is false is
// not applied, by the API's documentation, and a field that the filter's own
// applicableFilters leave out was not asked for: nothing is expected of them.
func (f Filter) Expectations(now time.Time) []Expectation {
	given, restricted := f.fields[applicableName].([]string)
	var all []Expectation
	for _, field := range documented {
		path, shown := recordPaths[field.Name]
		value, set := f.fields[field.Name]
		if !shown || !set || restricted && field.Name != contactName && !slices.Contains(given, field.Name) {
			continue
		}
		e := Expectation{Field: field.Name, Path: path}
		switch v := value.(type) {
		case bool:
			if !v {
				continue
			}
			e.values = []string{"true"}
		case []string:
			e.values = v
		case Range:
			e.start, e.end = v.Start.At(now), v.End.At(now)
		}
		all = append(all, e)
	}
	return all
}

// tolerance is how far outside of a range a time may lie: clocks differ, and a time may
// change while the response is made.
const tolerance = time.Minute

// Judge reports whether a value of the record's field says whether the record matches,
// and whether it does.
func (e Expectation) Judge(text string) (known, matches bool) {
	if e.values != nil {
		return true, slices.ContainsFunc(e.values, func(value string) bool { return strings.EqualFold(value, text) })
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return false, false
	}
	early := !e.start.IsZero() && t.Before(e.start.Add(-tolerance))
	late := !e.end.IsZero() && t.After(e.end.Add(tolerance))
	return true, !early && !late
}
