package config

import (
	"fmt"
	"strings"
	"testing"
)

// A query of a thousand values and a hundred groups, with oldest, has as many series as a
// configuration may.
func TestSeriesAreBounded(t *testing.T) {
	t.Parallel()
	var values, groups strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&values, "v%d: {tags: [t%d]}, ", i, i)
	}
	for i := range 100 {
		fmt.Fprintf(&groups, "g%d, ", i)
	}
	text := accountWith("\n    bearer_token: secret-token\n    dimensions: {value: {"+values.String()+"}}") +
		"  - {name: all, help: All., by: [value], oldest: lastMessage.at, group_by: {group: {field: x, values: [" + groups.String() + "]}}}\n"
	text = strings.Replace(text, "  - {name: users, help: All contacts.}\n", "", 1)
	if _, err := Parse("f", []byte(text), ".", nil); err != nil {
		t.Fatal(err)
	}
	_, err := Parse("f", []byte(text+"  - {name: more, help: More.}\n"), ".", nil)
	want := "f:8:5: queries[1] (more): with this query the configuration has more than 200000 series, spread it over several exporters"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// A query with everything has a series for its number, one for each sum, 14 of its
// histogram, 3 of its counters, and those of its waits.
func TestSeriesPerGroup(t *testing.T) {
	t.Parallel()
	for keys, want := range map[string]int{
		"": 1,
		", oldest: lastMessage.at, sum: {unread: unreadMessages, visits: websiteVisits}": 4,
		", waiting: {}":                 1 + 2 + 4 + 14 + 3,
		", waiting: {older_than: []}":   1 + 2 + 14 + 3,
		", waiting: {older_than: [1m]}": 1 + 2 + 1 + 14 + 3,
	} {
		cfg, err := Parse("f", []byte(accountWith("\n    bearer_token: secret-token")+"  - {name: q, help: Q."+keys+"}\n"), ".", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.Accounts[0].Queries[1].SeriesPerGroup(); got != want {
			t.Errorf("%s: %d series, want %d", keys, got, want)
		}
	}
}
