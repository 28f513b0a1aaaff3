package paging

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// list is an inbox reduced to what counting sees of it.
type list struct {
	contacts []uint64
	next     uint64
	size     int

	drop   func(contact uint64) bool // rows lost after paging
	page   func(p int) int           // another page in the place of page p
	before func(request int)         // moves the list
	fail   func(request int) error   // refuses a request
	asked  []int                     // pages, in the order they were asked for
	totals []int                     // after each move, and at the start
}

func newList(contacts, size int) *list {
	l := &list{size: size}
	l.grow(contacts)
	return l
}

func (l *list) grow(n int) {
	for range n {
		l.next++
		l.contacts = append(l.contacts, l.next)
	}
}

// resize makes the list n contacts long, the new ones or those removed anywhere in it.
func (l *list) resize(n int, where func(n int) int) {
	for len(l.contacts) > n {
		i := where(len(l.contacts) - 1)
		l.contacts = slices.Delete(l.contacts, i, i+1)
	}
	for len(l.contacts) < n {
		l.next++
		l.contacts = slices.Insert(l.contacts, where(len(l.contacts)), l.next)
	}
}

func (l *list) rows(p int) []uint64 {
	from := min((p-1)*l.size, len(l.contacts))
	rows := l.contacts[from:min(from+l.size, len(l.contacts))]
	if l.drop != nil {
		rows = slices.DeleteFunc(slices.Clone(rows), l.drop)
	}
	return rows
}

// served is how many contacts a reader of all pages gets to see.
func (l *list) served() int {
	n := 0
	for p := 1; ; p++ {
		rows := len(l.rows(p))
		if rows == 0 {
			return n
		}
		n += rows
	}
}

func (l *list) fetch(_ context.Context, p int, contacts bool) (inbox.Page, error) {
	l.asked = append(l.asked, p)
	if l.before != nil {
		l.before(len(l.asked))
		l.totals = append(l.totals, len(l.contacts))
	}
	if l.fail != nil {
		if err := l.fail(len(l.asked)); err != nil {
			return inbox.Page{}, err
		}
	}
	if l.page != nil {
		p = l.page(p)
	}
	rows := l.rows(p)
	page := inbox.Page{Records: len(rows)}
	for i, row := range rows {
		id := identity(row)
		if i == 0 {
			page.First = id
		}
		if contacts {
			page.Contacts = append(page.Contacts, inbox.Contact{ID: id})
		}
	}
	return page, nil
}

func identity(n uint64) (id inbox.Identity) {
	binary.LittleEndian.PutUint64(id[:], n)
	return id
}

// serial makes a list's fetch safe for the side-by-side reading of a walk.
func (l *list) serial() Fetch {
	turn := make(chan struct{}, 1)
	return func(ctx context.Context, p int, contacts bool) (inbox.Page, error) {
		turn <- struct{}{}
		defer func() { <-turn }()
		return l.fetch(ctx, p, contacts)
	}
}

// count counts l once and returns the number, the requests it took and the error.
func (l *list) count(c *Counter, q Query) (n, requests int, err error) {
	count, requests, err := l.countWhole(c, q)
	return count.Contacts, requests, err
}

func (l *list) countWhole(c *Counter, q Query) (count Count, requests int, err error) {
	l.asked, l.totals = nil, []int{len(l.contacts)}
	c.ScheduleAudits([]Query{q})
	count, err = c.Count(context.Background(), q, NewPages(l.serial(), false))
	return count, len(l.asked), err
}

func (l *list) pages() int { return (len(l.contacts) + l.size - 1) / l.size }

// allAudits is a number of scrapes in which each of one or two queries has had both of
// its audits.
const allAudits = 2 * scrapesPerAudit * 2

// firstCost is how many requests the first count of a list of pages may take.
func firstCost(pages int) int {
	return 2*bits.Len(uint(max(pages, 1)-1)) + 4 // one of them confirms the page size
}

func TestCountIsExactAndCheap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 60).Draw(t, "page size")
		contacts := rapid.IntRange(0, 4000).Draw(t, "contacts")
		l, c, q := newList(contacts, size), &Counter{}, Query{Key: "q"}
		for scrape := 1; scrape <= 12; scrape++ {
			n, requests, err := l.count(c, q)
			if err != nil || n != contacts {
				t.Fatalf("scrape %d: counted %d, %v; want %d", scrape, n, err, contacts)
			}
			want := 1
			switch {
			case scrape == 1:
				want = firstCost(l.pages())
			case contacts > 0 && (contacts%size == 0 || contacts < size):
				want = 2 // a page that may be full says nothing of the next one
			}
			if scrape == 2 || scrape%scrapesPerAudit == 0 { // audits
				want++
			}
			if requests > want {
				t.Fatalf("scrape %d of %d pages took %d requests (%v), want at most %d", scrape, l.pages(), requests, l.asked, want)
			}
		}
	})
}

func TestCountFollowsTheInbox(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 30).Draw(t, "page size")
		where := anywhere(t)
		c := &Counter{}
		lists := []*list{newList(0, size), newList(0, size), newList(0, size)}
		for step := range rapid.IntRange(1, 30).Draw(t, "steps") {
			for i, l := range lists {
				l.resize(rapid.IntRange(0, 900).Draw(t, "contacts"), where)
				n, _, err := l.count(c, Query{Key: fmt.Sprint(i)})
				if err != nil || n != len(l.contacts) {
					t.Fatalf("step %d: counted %d, %v; want %d", step, n, err, len(l.contacts))
				}
			}
		}
	})
}

func anywhere(t *rapid.T) func(n int) int {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	return func(n int) int { return random.IntN(n + 1) }
}

// A count of an inbox that moves meanwhile is a number that the inbox had at
// some moment of the count, or lay between two that it had, or an error.
func TestCountOfAMovingInbox(t *testing.T) {
	t.Parallel()
	failures, counts := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 20).Draw(t, "page size")
		l := newList(rapid.IntRange(0, 500).Draw(t, "contacts"), size)
		where := anywhere(t)
		step := rapid.SampledFrom([]int{1, 2, size, 5 * size}).Draw(t, "most that moves")
		l.before = func(int) {
			l.resize(max(0, len(l.contacts)+where(2*step)-step), where)
		}
		c := &Counter{}
		if step > 1 {
			// While whole pages come and go between two looks, the size cannot be learnt.
			c.change(Query{Key: "q"}, func(m *memory) { m.size = pageSize{size, true} })
		}
		for scrape := range 15 {
			n, requests, err := l.count(c, Query{Key: "q"})
			if requests > 4*maxRequests {
				t.Fatalf("scrape %d: %d requests", scrape, requests)
			}
			counts++
			if err != nil {
				failures++
				if inbox.ReasonOf(err) != inbox.Pagination {
					t.Fatalf("scrape %d: %v", scrape, err)
				}
				continue
			}
			if n < slices.Min(l.totals) || n > slices.Max(l.totals) {
				t.Fatalf("scrape %d: counted %d, the inbox had %v; asked %v", scrape, n, l.totals, l.asked)
			}
		}
	})
	if failures*20 > counts {
		t.Errorf("%d of %d counts failed", failures, counts)
	}
}

// After the page size has changed a number may be off until the next audit, and
// is exact from then on.
func TestCountAfterThePageSizeChanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newList(rapid.IntRange(0, 2000).Draw(t, "contacts"), rapid.IntRange(1, 60).Draw(t, "page size"))
		where := anywhere(t)
		c := &Counter{}
		for change := range rapid.IntRange(1, 5).Draw(t, "changes") {
			l.size = rapid.IntRange(1, 60).Draw(t, "page size")
			l.resize(rapid.IntRange(0, 2000).Draw(t, "contacts"), where)
			for scrape := range allAudits + 3 {
				n, _, err := l.count(c, Query{Key: "q"})
				if err != nil {
					t.Fatalf("change %d, scrape %d: %v", change, scrape, err)
				}
				if n != len(l.contacts) && (change == 0 || scrape >= allAudits) {
					t.Fatalf("change %d, scrape %d: counted %d, want %d; asked %v", change, scrape, n, len(l.contacts), l.asked)
				}
			}
		}
	})
}

// The page size may change in the middle of a count, even back and forth: never an
// endless loop, and all is well when it has settled.
func TestCountWhileThePageSizeChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newList(rapid.IntRange(0, 600).Draw(t, "contacts"), 20)
		where := anywhere(t)
		c, q := &Counter{}, Query{Key: "q"}
		l.before = func(int) {
			if where(3) == 0 {
				l.size = 1 + where(40)
			}
		}
		for range 10 {
			if _, requests, _ := l.count(c, q); requests > 4*maxRequests {
				t.Fatalf("%d requests", requests)
			}
		}
		l.before = nil
		for scrape := range allAudits + 3 {
			n, _, err := l.count(c, q)
			if scrape >= allAudits && (err != nil || n != len(l.contacts)) {
				t.Fatalf("scrape %d: counted %d, %v; want %d", scrape, n, err, len(l.contacts))
			}
		}
	})
}

// A server that drops rows after paging has short pages before the last.
func TestCountOfShortPages(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(3, 30).Draw(t, "page size")
		every := rapid.Uint64Range(3, uint64(size)).Draw(t, "one row is dropped of")
		l := newList(rapid.IntRange(0, 900).Draw(t, "contacts"), size)
		l.drop = func(contact uint64) bool { return contact%every == 0 }
		c := &Counter{}
		c.change(Query{Key: "other"}, func(m *memory) { m.size = pageSize{size, true} })
		for scrape := range allAudits + 2 {
			n, requests, err := l.count(c, Query{Key: "q"})
			if err != nil {
				t.Fatal(err)
			}
			if n != l.served() {
				t.Fatalf("scrape %d: counted %d, want %d; asked %v in %d requests", scrape, n, l.served(), l.asked, requests)
			}
		}
		l.drop = nil
		walks := c.Cost(Query{Key: "q"}, nil).Walk
		for scrape := range allAudits + 2 {
			n, _, err := l.count(c, Query{Key: "q"})
			if (walks || scrape >= allAudits) && (err != nil || n != len(l.contacts)) {
				t.Fatalf("scrape %d after the pages were full again: counted %d, %v; want %d", scrape, n, err, len(l.contacts))
			}
		}
		if c.Cost(Query{Key: "q"}, nil).Walk {
			t.Fatal("still walks although a whole walk found every page full")
		}
	})
}

func TestWalkIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 30).Draw(t, "page size")
		l := newList(rapid.IntRange(0, 600).Draw(t, "contacts"), size)
		c := &Counter{}
		for range 3 {
			for again := range 2 {
				n, requests, err := l.count(c, Query{Key: "q", Walk: true})
				if err != nil || n != len(l.contacts) {
					t.Fatalf("counted %d, %v; want %d", n, err, len(l.contacts))
				}
				if again == 1 && requests != l.pages()+1 {
					t.Fatalf("%d requests for %d pages: %v", requests, l.pages(), l.asked)
				}
			}
			l.resize(rapid.IntRange(0, 600).Draw(t, "contacts"), anywhere(t))
		}
	})
}

// A search that fails again and again, as at the deadline of a scrape, goes on
// from where it was.
func TestSearchIsResumed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newList(rapid.IntRange(0, 50_000).Draw(t, "contacts"), rapid.IntRange(10, 50).Draw(t, "page size"))
		budget := rapid.IntRange(3, 6).Draw(t, "requests a scrape")
		cut := inbox.Errorf(inbox.Timeout, "cut short")
		l.fail = func(request int) error {
			if request > budget {
				return cut
			}
			return nil
		}
		c := &Counter{}
		most := firstCost(l.pages())/(budget-2) + 3
		for scrape := 1; ; scrape++ {
			n, _, err := l.count(c, Query{Key: "q"})
			if err == nil {
				if n != len(l.contacts) {
					t.Fatalf("counted %d, want %d", n, len(l.contacts))
				}
				return
			}
			if !errors.Is(err, cut) || scrape > most {
				t.Fatalf("scrape %d of at most %d: %v", scrape, most, err)
			}
		}
	})
}
