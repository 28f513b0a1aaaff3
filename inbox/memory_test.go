package inbox

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readTo reads a page into a memory.
func readTo(memory *Memory, fields []Path, records ...string) (Page, error) {
	return readPage(Selection{Fields: fields, Memory: memory}, records...)
}

// manyRecords returns records with different values.
func manyRecords(n, values int) []string {
	records := make([]string, n)
	for i := range records {
		var list []string
		for v := range values {
			list = append(list, fmt.Sprintf(`"%d-%d"`, i, v))
		}
		records[i] = fmt.Sprintf(`{"_id":"%d","tag":[%s]}`, i, strings.Join(list, ","))
	}
	return records
}

func TestMemoryOfContacts(t *testing.T) {
	t.Parallel()
	const each = contactMemory + fieldMemory
	budget := NewBudget(10 * each)
	one, other := NewMemory(budget, nil), NewMemory(budget, nil)
	tag := []Path{{"tag"}}
	page, err := readTo(one, tag, manyRecords(6, 0)...)
	if err != nil {
		t.Fatal(err)
	}
	const full = "too_large: the contacts and those of other reads under way take more than 0 MiB of memory: narrow the filter, or count by dimensions (by)"
	for range 3 { // what a failed page took is given back
		if _, err := readTo(other, tag, manyRecords(6, 0)...); outcome(err) != full {
			t.Errorf("%s\nwant %s", outcome(err), full)
		}
	}
	page.Release()
	if _, err := readTo(other, tag, manyRecords(6, 0)...); err != nil {
		t.Errorf("after a page was released: %s", outcome(err))
	}
	if _, err := readTo(one, tag, manyRecords(6, 0)...); outcome(err) != full {
		t.Errorf("%s\nwant %s", outcome(err), full)
	}
	other.Close()
	if _, err := readTo(one, tag, manyRecords(6, 0)...); err != nil {
		t.Errorf("after another read ended: %s", outcome(err))
	}
	if _, err := readTo(other, tag, manyRecords(6, 0)...); outcome(err) != "timeout: the read has ended" {
		t.Errorf("after its own end: %s", outcome(err))
	}
	one.Close()
	page.Release()
	if used := budget.used.Load(); used != 0 {
		t.Errorf("%d bytes are still taken", used)
	}
}

// A read alone may not take all memory, be it for many contacts or for many sets of values.
func TestMemoryOfOneRead(t *testing.T) {
	t.Parallel()
	const want = "too_large: the contacts take more than 64 MiB of memory: narrow the filter, or count by dimensions (by)"
	const left = 2 << 20
	if contacts := maxReadMemory / contactMemory; contacts < 300_000 {
		t.Errorf("memory for %d contacts", contacts)
	}
	for name, test := range map[string]struct {
		record func(n int) string
		most   int // contacts
	}{
		"contacts": {func(n int) string { return fmt.Sprintf(`{"_id":"%d"}`, n) }, left / (contactMemory + fieldMemory)},
		// Each contact has 20 of 40 values, and no two have the same.
		"sets of values": {func(n int) string {
			var values []string
			for v := range 20 {
				values = append(values, fmt.Sprint(2*v+n>>v&1))
			}
			return `{"tag":[` + strings.Join(values, ",") + `]}`
		}, left / (contactMemory + fieldMemory + 20*valueMemory)},
	} {
		memory := NewMemory(NewBudget(1<<40), nil)
		if err := memory.take(maxReadMemory - left); err != nil {
			t.Fatal(err)
		}
		var err error
		contacts := 0
		for ; err == nil && contacts <= test.most; contacts++ {
			_, err = readTo(memory, []Path{{"tag"}}, test.record(contacts))
		}
		if outcome(err) != want || contacts < test.most/2 {
			t.Errorf("%s: at %d, not %d: %s\nwant %s", name, contacts, test.most, outcome(err), want)
		}
	}
}

// A read ends as soon as all that it is for has become impossible, and not before.
func TestReadWithoutAnyUse(t *testing.T) {
	t.Parallel()
	fields := []Path{{"tag"}, {"name"}}
	const many = "too_large: the contacts have more than 100 different values of tag: group by a field with fewer, or count by dimensions (by)"
	const object = "decode: field name of a contact is an object, not a value"
	for name, test := range map[string]struct {
		uses    [][]int
		records []string
		want    string
	}{
		"the only one":              {[][]int{{0}}, manyRecords(101, 1), many},
		"just enough":               {[][]int{{0}}, manyRecords(100, 1), "success"},
		"in one contact":            {[][]int{{0}}, manyRecords(1, 101), many},
		"both of two":               {[][]int{{1, 0}, {0}}, manyRecords(101, 1), many},
		"one of two":                {[][]int{{0}, {1}}, manyRecords(101, 1), "success"},
		"another needs no field":    {[][]int{{0}, {}}, manyRecords(101, 1), "success"},
		"an object":                 {[][]int{{1}}, []string{`{"name":{}}`}, object},
		"one after the other":       {[][]int{{1}, {0}}, append([]string{`{"name":{}}`}, manyRecords(101, 1)...), many},
		"nobody said what it is of": {nil, manyRecords(101, 1), "success"},
	} {
		page, err := readTo(NewMemory(NewBudget(1<<30), nil, test.uses...), fields, test.records...)
		if got := outcome(err); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		if err == nil && len(page.Contacts) != len(test.records) {
			t.Errorf("%s: %d contacts", name, len(page.Contacts))
		}
	}
	// The values of one page count for the next.
	memory := NewMemory(NewBudget(1<<30), nil, []int{0})
	records := manyRecords(101, 1)
	if _, err := readTo(memory, fields, records[:60]...); err != nil {
		t.Error(outcome(err))
	}
	if _, err := readTo(memory, fields, records[50:]...); outcome(err) != many {
		t.Error(outcome(err))
	}
}

// A value that holds a secret is replaced, so that it cannot become a label; a contact
// counts once for two that do.
func TestValuesWithSecrets(t *testing.T) {
	t.Parallel()
	memory := NewMemory(NewBudget(1<<30), known(canary))
	page, err := readTo(memory, []Path{{"tag"}}, `{"tag":["fine","`+canary+`","`+strings.ToUpper(canary)+`","of `+canary+`"]}`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"<secret>", "fine", "of <secret>"}, page.Contacts[0].Values[0]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
