package filter

import (
	"encoding/json"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

func TestDifferentFiltersHaveDifferentKeys(t *testing.T) {
	t.Parallel()
	kolkata := zoneOf(t, "Asia/Kolkata")
	in := func(s string, loc *time.Location) Range {
		start, err := ParseTime(s, loc)
		if err != nil {
			t.Fatal(err)
		}
		return Range{Start: start}
	}
	filters := map[string]Filter{
		"nothing":              {},
		"online":               filterOf(t, setting{"isOnline", true}),
		"offline":              filterOf(t, setting{"isOnline", false}),
		"one name":             filterOf(t, setting{"tags", []string{"a,b"}}),
		"two names":            filterOf(t, setting{"tags", []string{"a", "b"}}),
		"no list of filters":   filterOf(t, setting{"isOnline", true}, setting{"applicableFilters", []string{}}),
		"today in UTC":         filterOf(t, setting{"createdAt", in("now/d", time.UTC)}),
		"today in Kolkata":     filterOf(t, setting{"createdAt", in("now/d", kolkata)}),
		"until today":          filterOf(t, setting{"createdAt", Range{End: timeOf(t, "now/d")}}),
		"June 5 in UTC":        filterOf(t, setting{"createdAt", in("2024-06-05", time.UTC)}),
		"June 5 in Kolkata":    filterOf(t, setting{"createdAt", in("2024-06-05", kolkata)}),
		"June 5 last seen":     filterOf(t, setting{"lastSeenAt", in("2024-06-05", time.UTC)}),
		"the text of a filter": filterOf(t, setting{"searchText", "now/d UTC"}),
	}
	seen := make(map[string]string)
	for name, f := range filters {
		if other, twice := seen[f.Key()]; twice {
			t.Errorf("%s and %s have the same key: %s", name, other, f.Key())
		}
		seen[f.Key()] = name
	}
}

func TestEqualFiltersHaveEqualKeys(t *testing.T) {
	t.Parallel()
	utc := filterOf(t, setting{"createdAt", Range{Start: timeOf(t, "2024-06-05T00:00:00Z")}})
	date := filterOf(t, setting{"createdAt", Range{Start: timeOf(t, "2024-06-05")}})
	zone := filterOf(t, setting{"createdAt", Range{Start: timeOf(t, "2024-06-05T05:30:00+05:30")}})
	if utc.Key() != date.Key() || utc.Key() != zone.Key() {
		t.Errorf("the keys of equal times differ: %s, %s and %s", utc.Key(), date.Key(), zone.Key())
	}

	settings := []setting{{"isOnline", true}, {"tags", []string{"a"}}, {"searchText", "x"}, {"segments", []string{"s"}}}
	want := filterOf(t, settings...).Key()
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(settings), func(i, j int) { settings[i], settings[j] = settings[j], settings[i] })
	if got := filterOf(t, settings...).Key(); got != want {
		t.Errorf("got %s after setting fields in another order, want %s", got, want)
	}
	a, b := json.RawMessage("1"), json.RawMessage("2")
	ab := must(t)(must(t)(Filter{}.WithExtra("a", a)).WithExtra("b", b))
	ba := must(t)(must(t)(Filter{}.WithExtra("b", b)).WithExtra("a", a))
	if ab.Key() != ba.Key() {
		t.Errorf("got %s with extra fields in another order, want %s", ba.Key(), ab.Key())
	}
	merged := must(t)(Merge(must(t)(Filter{}.WithExtra("b", b)), must(t)(Filter{}.WithExtra("a", a))))
	for _, f := range []Filter{ba, merged} { // two tasks with one key would be counted at the same time
		if f.Key() != ab.Key() || f.At(filterNow) != ab.At(filterNow) {
			t.Errorf("the order of extra fields made %s and %s of %s and %s", f.Key(), f.At(filterNow).Page(1), ab.Key(), ab.At(filterNow).Page(1))
		}
	}
}

// must returns a function that returns its filter, or fails the test on an error.
func must(t testing.TB) func(Filter, error) Filter {
	return func(f Filter, err error) Filter {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

// A filter is immutable and safe for concurrent use. Neither deriving filters from it nor
// changing the caller's slice affects it.
func TestFilterIsImmutable(t *testing.T) {
	t.Parallel()
	tags := []string{"a"}
	base := must(t)(filterOf(t, setting{"tags", tags}).WithExtra("x", json.RawMessage("1")))
	before := base.Key()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			must(t)(base.With("tags", []string{"b"}))
			must(t)(base.With("isOnline", true))
			must(t)(base.WithExtra("x", json.RawMessage("2")))
			must(t)(base.WithExtra("y", json.RawMessage("2")))
			must(t)(Merge(base, filterOf(t, setting{"isOnline", true})))
			base.At(filterNow).Page(1)
		})
	}
	wg.Wait()
	tags[0] = "changed"
	if after := base.Key(); after != before {
		t.Errorf("the filter changed from\n%s to\n%s", before, after)
	}
}
