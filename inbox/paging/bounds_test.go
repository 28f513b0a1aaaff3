package paging

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// A search gallops away from where the last page was, and then bisects.
func TestSearchGallopsThenBisects(t *testing.T) {
	t.Parallel()
	const size = 10
	for name, test := range map[string]struct {
		from       bounds
		contacts   int
		confirmEnd bool
		want       []int
	}{
		"an empty inbox":                             {want: []int{1}},
		"one short page":                             {contacts: 4, want: []int{1, 2}},
		"one full page":                              {contacts: 10, want: []int{1, 2}},
		"one contact more":                           {contacts: 11, want: []int{1, 2, 3}},
		"seven pages":                                {contacts: 65, want: []int{1, 2, 4, 8, 6, 7}},
		"eight full pages":                           {contacts: 80, want: []int{1, 2, 4, 8, 16, 12, 10, 9}},
		"a short page found by galloping":            {contacts: 74, want: []int{1, 2, 4, 8, 9}},
		"as last time":                               {from: bounds{low: 5, high: 6, base: 5}, contacts: 45, want: []int{5}},
		"as last time, with the end confirmed":       {from: bounds{low: 5, high: 6, base: 5}, contacts: 45, confirmEnd: true, want: []int{5, 6}},
		"as last time, full":                         {from: bounds{low: 5, high: 6, base: 5}, contacts: 50, want: []int{5, 6}},
		"as last time, empty":                        {from: bounds{low: 0, high: 1, base: 0}, contacts: 0, want: []int{1}},
		"empty last time":                            {from: bounds{low: 0, high: 1, base: 0}, contacts: 25, want: []int{1, 2, 3, 4}},
		"a page more than last time":                 {from: bounds{low: 5, high: 6, base: 5}, contacts: 55, want: []int{5, 6, 7}},
		"many more than last time":                   {from: bounds{low: 5, high: 6, base: 5}, contacts: 195, want: []int{5, 6, 7, 8, 10, 14, 22, 18, 20, 21}},
		"a page less than last time":                 {from: bounds{low: 5, high: 6, base: 5}, contacts: 40, want: []int{5, 4}},
		"many less than last time":                   {from: bounds{low: 50, high: 51, base: 50}, contacts: 301, want: []int{50, 49, 48, 46, 42, 34, 18, 26, 30, 32, 31}},
		"nothing any more":                           {from: bounds{low: 5, high: 6, base: 5}, want: []int{5, 4, 3, 1}},
		"cut short while galloping":                  {from: bounds{low: 8, high: 0, base: 0}, contacts: 205, want: []int{16, 32, 24, 20, 22, 21}},
		"cut short while bisecting":                  {from: bounds{low: 16, high: 32, base: 0}, contacts: 205, want: []int{24, 20, 22, 21}},
		"cut short after it was found, but not seen": {from: bounds{low: 21, high: 22, base: 0}, contacts: 205, want: []int{21}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newList(test.contacts, size)
			s := &search{pages: NewPages(l.fetch, false), size: pageSize{size, true}, bounds: test.from, confirmEnd: test.confirmEnd}
			if err := s.findLast(context.Background()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, l.asked); diff != "" {
				t.Errorf("pages asked for: (-want +got)\n%s", diff)
			}
			if !s.bounds.found() || s.bounds.low != l.pages() {
				t.Errorf("found %+v, want the last page %d", s.bounds, l.pages())
			}
		})
	}
}

// What is learnt of a page counts more than what was known before.
func TestBoundsObserve(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		from          bounds
		page, records int
		want          bounds
	}{
		{bounds{}, 1, 3, bounds{low: 1}},
		{bounds{}, 1, 0, bounds{high: 1}},
		{bounds{low: 4}, 2, 3, bounds{low: 4}},
		{bounds{low: 4}, 8, 0, bounds{low: 4, high: 8}},
		{bounds{low: 4, high: 8}, 6, 3, bounds{low: 6, high: 8}},
		{bounds{low: 4, high: 8}, 6, 0, bounds{low: 4, high: 6}},
		{bounds{low: 4, high: 8}, 9, 0, bounds{low: 4, high: 8}},
		{bounds{low: 4, high: 8}, 8, 3, bounds{low: 8, base: 8}},
		{bounds{low: 4, high: 8}, 12, 3, bounds{low: 12, base: 12}},
		{bounds{low: 4, high: 8}, 4, 0, bounds{high: 4, base: 4}},
		{bounds{low: 4, high: 8}, 2, 0, bounds{high: 2, base: 2}},
	} {
		got := test.from
		got.observe(test.page, test.records)
		if got != test.want {
			t.Errorf("%+v has learnt %+v of page %d with %d records, want %+v", test.from, got, test.page, test.records, test.want)
		}
	}
}

// pagesWithoutEnd answers every page with as many contacts as it is long.
func pagesWithoutEnd(size int) Fetch {
	return func(_ context.Context, p int, contacts bool) (inbox.Page, error) {
		page := inbox.Page{Records: size, First: identity(uint64(p * size))}
		if contacts {
			for i := range size {
				page.Contacts = append(page.Contacts, inbox.Contact{ID: identity(uint64(p*size + i))})
			}
		}
		return page, nil
	}
}

// ending is such pages, but empty from the one after the last.
func ending(last int, pages Fetch) Fetch {
	return func(ctx context.Context, p int, contacts bool) (inbox.Page, error) {
		if p > last {
			return inbox.Page{}, nil
		}
		return pages(ctx, p, contacts)
	}
}

func TestMoreThanTwentyThousandPagesAreAnError(t *testing.T) {
	t.Parallel()
	for _, walk := range []bool{false, true} {
		for last, want := range map[int]string{19_999: "success", 20_000: "success", 20_001: "too_large: more than 20000 pages", 1 << 40: "too_large: more than 20000 pages"} {
			t.Run(fmt.Sprintf("%d, walk %t", last, walk), func(t *testing.T) {
				t.Parallel()
				requests := 0
				fetch := ending(last, pagesWithoutEnd(2))
				pages := NewPages(func(ctx context.Context, p int, contacts bool) (inbox.Page, error) {
					if requests++; p > 20_001 {
						t.Errorf("asked for page %d", p)
					}
					return fetch(ctx, p, contacts)
				}, false)
				if walk && want == "success" {
					pages.fetch = fetch // asked side by side
				}
				n, err := (&Counter{}).Count(context.Background(), Query{Key: "q", Walk: walk}, pages)
				if got := outcome(err); got != want || err == nil && n.Contacts != 2*last {
					t.Errorf("%s and %d contacts, want %s", got, n.Contacts, want)
				}
				if requests > 40 {
					t.Errorf("%d requests", requests)
				}
			})
		}
	}
}
