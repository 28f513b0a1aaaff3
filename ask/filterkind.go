package ask

import (
	"slices"
	"strconv"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// filterKind is a field that filters of the configuration set.
type filterKind struct {
	field   string
	filters []filter.Filter // that set nothing else, in the order of the configuration
	listed  bool            // the configuration has it listed in applicableFilters
}

// filterKinds returns the kinds of filters that an account's queries use, in the order of
// the configuration. isContact has a question of its own.
func filterKinds(account *config.Account) []*filterKind {
	var kinds []*filterKind
	for _, q := range account.Queries {
		for _, part := range q.Parts {
			for _, name := range part.Filter.Names() {
				if name == contactField {
					continue
				}
				i := slices.IndexFunc(kinds, func(k *filterKind) bool { return k.field == name })
				if i < 0 {
					i = len(kinds)
					kinds = append(kinds, &filterKind{field: name, listed: part.Filter.Lists(name)})
				}
				kinds[i].add(part.Filter.Only(name))
			}
		}
	}
	return kinds
}

func (k *filterKind) add(f filter.Filter) {
	if !slices.ContainsFunc(k.filters, func(other filter.Filter) bool { return other.Key() == f.Key() }) {
		k.filters = append(k.filters, f)
	}
}

// listing returns a filter as it is, or with its field listed or not listed in
// applicableFilters.
func (k *filterKind) listing(f filter.Filter, listed bool) filter.Filter {
	names := []string{}
	if listed {
		names = append(names, k.field)
	}
	with, _ := f.With("applicableFilters", names) // a list of names
	return with
}

// isTime reports whether the field is a range of times.
func (k *filterKind) isTime() bool {
	field, documented := filter.Lookup(k.field)
	return documented && field.Kind == filter.Dates
}

// paths returns the fields of the record that show whether the filter was applied.
func (k *filterKind) paths() []string {
	var paths []string
	for _, f := range k.filters {
		for _, e := range k.expectations(f, time.Now()) {
			paths = append(paths, e.path)
		}
	}
	return paths
}

// expectation is what a field of the record says if the filter was applied.
type expectation struct {
	path    string
	matches func(text string) (known, matches bool)
}

// expectations returns what records say of a filter at now.
func (k *filterKind) expectations(f filter.Filter, now time.Time) []expectation {
	wanted, isFlag := f.Value(k.field).(bool)
	if isFlag && !wanted { // of which package filter expects nothing, because it may mean "not applied"
		f, _ = f.With(k.field, true)
	}
	var all []expectation
	for _, e := range f.Expectations(now) {
		matches := e.Judge
		if isFlag {
			matches = func(text string) (known, matches bool) { return true, text == strconv.FormatBool(wanted) }
		}
		all = append(all, expectation{path: e.Path, matches: matches})
	}
	return all
}

// tally returns how many contacts match a filter, and how many contradict it.
func (i *inquiry) tally(k *filterKind, f filter.Filter, contacts []inbox.Contact) (matching, contradicting int) {
	for _, e := range k.expectations(f, i.now) {
		for _, c := range contacts {
			known, matches := false, false
			for _, value := range i.fields.of(c, e.path) {
				k, m := e.matches(value)
				known, matches = known || k, matches || m
			}
			switch {
			case matches:
				matching++
			case known:
				contradicting++
			}
		}
	}
	return matching, contradicting
}

// best returns the filter of this kind that shows most: the contacts seen differ in it.
func (i *inquiry) best(k *filterKind) filter.Filter {
	contacts := i.everyone.contacts()
	best, shows := k.filters[0], -1
	for _, f := range k.filters {
		if n := min(i.tally(k, f, contacts)); n > shows {
			best, shows = f, n
		}
	}
	return best
}

// unmatched returns a filter of this kind that no contact matches, and whether there is
// one.
func (k *filterKind) unmatched() (filter.Filter, bool) {
	never, _ := filter.ParseTime("2099-01-01", time.UTC) // a date
	values := map[filter.Kind]any{
		filter.Text:    "botpenguin_exporter-no-such-contact",
		filter.Names:   []string{"botpenguin_exporter-no-such-value"},
		filter.IDs:     []string{"000000000000000000000000"},
		filter.Dates:   filter.Range{Start: never},
		filter.Ordered: filter.Orders{Status: true, Last: never},
	}
	field, documented := filter.Lookup(k.field)
	value, ok := values[field.Kind]
	if !documented || !ok {
		return filter.Filter{}, false
	}
	f, err := filter.Filter{}.With(k.field, value)
	return f, err == nil
}
