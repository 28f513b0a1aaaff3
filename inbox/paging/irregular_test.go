package paging

import (
	"fmt"
	"math/bits"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// The next count begins where the last page was: a last page that moved by a little
// is found with a few requests, however long the list.
func TestSearchStartsWhereTheLastPageWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l, c := newList(rapid.IntRange(20_000, 40_000).Draw(t, "contacts"), 20), &Counter{}
		where := anywhere(t)
		for range 3 {
			if _, _, err := l.count(c, Query{Key: "q"}); err != nil {
				t.Fatal(err)
			}
			pages := l.pages()
			l.resize(len(l.contacts)+rapid.IntRange(-100, 100).Draw(t, "change"), where)
			n, requests, err := l.count(c, Query{Key: "q"})
			if err != nil || n != len(l.contacts) {
				t.Fatalf("counted %d, %v; want %d", n, err, len(l.contacts))
			}
			moved := max(l.pages(), pages) - min(l.pages(), pages)
			if most := 2*bits.Len(uint(moved)) + 3; requests > most {
				t.Fatalf("%d requests after the last page moved by %d: %v", requests, moved, l.asked)
			}
		}
	})
}

// A server that repeats pages, for whatever page is asked, has no number.
func TestRepeatedPagesAreRefused(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]func(l *list) func(p int) int{
		"the page parameter is ignored":       func(*list) func(int) int { return func(int) int { return 1 } },
		"the last page repeats past the end":  func(l *list) func(int) int { return func(p int) int { return min(p, l.pages()) } },
		"the first page repeats past the end": func(l *list) func(int) int { return func(p int) int { return 1 + (p-1)%l.pages() } },
		"every page comes twice":              func(*list) func(int) int { return func(p int) int { return (p + 1) / 2 } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, walk := range []bool{false, true} {
				for _, contacts := range []int{20, 45, 60, 500} {
					l := newList(contacts, 20)
					l.page = page(l)
					n, requests, err := l.count(&Counter{}, Query{Key: "q", Walk: walk})
					if err == nil || inbox.ReasonOf(err) != inbox.Pagination {
						t.Errorf("%d contacts, walk %v: counted %d, %v", contacts, walk, n, err)
					}
					if requests > 2*maxRequests {
						t.Errorf("%d contacts, walk %v: %d requests", contacts, walk, requests)
					}
				}
			}
		})
	}
}

// Pages that begin with the same contact only because the inbox moved in between are
// no repeated pages.
func TestMovedContactIsNoRepeatedPage(t *testing.T) {
	t.Parallel()
	l := newList(100, 10)
	l.before = func(request int) {
		if request == 2 { // as many new contacts as a page has, in front
			fresh := make([]uint64, 10)
			for i := range fresh {
				l.next++
				fresh[i] = l.next
			}
			l.contacts = append(fresh, l.contacts...)
		}
	}
	for _, walk := range []bool{false, true} {
		n, _, err := l.count(&Counter{}, Query{Key: fmt.Sprint(walk), Walk: walk})
		if err != nil || n != len(l.contacts) {
			t.Errorf("walk %v: counted %d, %v; want %d", walk, n, err, len(l.contacts))
		}
	}
}

// Contacts behind an empty page are no list.
func TestEmptyPageBeforeTheLastIsRefused(t *testing.T) {
	t.Parallel()
	for _, walk := range []bool{false, true} {
		l, c := newList(200, 10), &Counter{}
		if _, _, err := l.count(c, Query{Key: "q", Walk: walk}); err != nil {
			t.Fatal(err)
		}
		l.page = func(p int) int {
			if p == 7 {
				return 1000
			}
			return p
		}
		refused := 0
		for range 4000 { // a probe sees page 7 only in an audit
			n, _, err := l.count(c, Query{Key: "q", Walk: walk})
			switch {
			case err != nil && inbox.ReasonOf(err) == inbox.Pagination:
				refused++
			case err != nil:
				t.Fatal(err)
			case n != 200:
				t.Fatalf("walk %v: counted %d", walk, n)
			}
		}
		if refused == 0 {
			t.Errorf("walk %v: never refused", walk)
		}
	}
}

// A contact that is on two pages, as one that moved while they were read, counts once.
func TestWalkCountsEachContactOnce(t *testing.T) {
	t.Parallel()
	l := newList(95, 10)
	l.contacts[57] = l.contacts[4]
	if n, _, err := l.count(&Counter{}, Query{Key: "q", Walk: true}); err != nil || n != 94 {
		t.Errorf("counted %d, %v, want 94", n, err)
	}
}

// A contact that moves to a page which is read later counts once. Some that move to a
// page which was read already are missed: a few for each time that the list moves.
func TestWalkOfAMovingInbox(t *testing.T) {
	t.Parallel()
	l, c, q := newList(950, 10), &Counter{}, Query{Key: "q", Walk: true}
	if n, _, err := l.count(c, q); err != nil || n != 950 {
		t.Fatalf("counted %d, %v in a still inbox", n, err)
	}
	for range 5 {
		before, moved := len(l.contacts), 0
		l.before = func(request int) {
			if request%10 == 0 {
				moved++
				l.next++
				l.contacts = slices.Insert(l.contacts, 0, l.next) // pushes one contact from each page to the next
			}
		}
		n, _, err := l.count(c, q)
		if err != nil || n < before-10*moved || n > before+moved || moved == 0 {
			t.Errorf("counted %d, %v; the inbox grew from %d to %d", n, err, before, len(l.contacts))
		}
	}
}

// A page size that proves wrong for one query is in doubt for all of them: numbers that
// rest on it are stale, and the next count of each finds its own.
func TestPageSizeThatChangedIsInDoubtForAllQueries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := &Counter{}
		sizes := rapid.SliceOfN(rapid.IntRange(5, 60), 2, 4).Draw(t, "page sizes")
		long, short := newList(2000, 0), newList(rapid.IntRange(0, 300).Draw(t, "contacts"), 0)
		for change, size := range sizes {
			long.size, short.size = size, size
			stale, _, err := short.countWhole(c, Query{Key: "short"})
			for scrape := range allAudits {
				if n, _, err := long.count(c, Query{Key: "long"}); err != nil || scrape == allAudits-1 && n != 2000 {
					t.Fatalf("change %d: counted %d, %v", change, n, err)
				}
			}
			if err == nil && stale.Contacts != len(short.contacts) && !stale.Stale() {
				t.Fatalf("change %d: %d is wrong, and not stale", change, stale.Contacts)
			}
			if n, _, err := short.count(c, Query{Key: "short"}); err != nil || n != len(short.contacts) {
				t.Fatalf("change %d: counted %d, %v; want %d; asked %v", change, n, err, len(short.contacts), short.asked)
			}
		}
	})
}

// One page that is longer than the others unsettles no other query.
func TestOneLongPageDoesNotAffectOtherQueries(t *testing.T) {
	t.Parallel()
	c := &Counter{}
	others := newList(205, 20)
	if _, _, err := others.count(c, Query{Key: "others"}); err != nil {
		t.Fatal(err)
	}
	odd := newList(205, 20)
	odd.before = func(request int) { // one answer of 21 contacts, which is 20 when asked again
		odd.size = 20
		if request == 2 {
			odd.size = 21
		}
	}
	if n, _, err := odd.count(c, Query{Key: "odd"}); err != nil || n != 205 {
		t.Errorf("counted %d, %v", n, err)
	}
	if m := c.recall(Query{Key: "odd"}); m.size.records != 20 || c.changed != 0 {
		t.Errorf("the page size is %d, changed %d times", m.size.records, c.changed)
	}
}

// A page size is not learnt of a page that was the last, and part full, when it was
// seen, although a page came after it meanwhile.
func TestPartFullPageIsNotThePageSize(t *testing.T) {
	t.Parallel()
	l, c := newList(12, 20), &Counter{}
	l.before = func(request int) {
		if request == 2 {
			l.grow(15)
		}
	}
	if n, _, err := l.count(c, Query{Key: "q"}); err != nil || n != 27 {
		t.Errorf("counted %d, %v, want 27; asked %v", n, err, l.asked)
	}
	if m := c.recall(Query{Key: "q"}); m.size != (pageSize{20, true}) {
		t.Errorf("page size %+v", m.size)
	}
}

// FuzzCount lets a fuzzer choose how the inbox moves.
func FuzzCount(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		l, c := newList(rapid.IntRange(0, 300).Draw(t, "contacts"), rapid.IntRange(1, 30).Draw(t, "page size")), &Counter{}
		where := anywhere(t)
		for range rapid.IntRange(1, 20).Draw(t, "scrapes") {
			still := rapid.Bool().Draw(t, "still")
			l.before = func(int) {
				if !still {
					l.resize(max(0, len(l.contacts)+where(4)-2), where)
				}
			}
			n, requests, err := l.count(c, Query{Key: "q", Walk: rapid.Bool().Draw(t, "walk")})
			if requests > 4*maxRequests {
				t.Fatalf("%d requests", requests)
			}
			if still && (err != nil || n != len(l.contacts)) {
				t.Fatalf("counted %d, %v; want %d", n, err, len(l.contacts))
			}
		}
	}))
}
