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
