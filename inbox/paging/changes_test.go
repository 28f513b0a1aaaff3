package paging

import (
	"context"
	"fmt"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// counted counts l with its audits, and fails the test on an error.
func (l *list) counted(t *testing.T, c *Counter, q Query) int {
	t.Helper()
	n, _, err := l.count(c, q)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A row that is not shown on the last page makes that look short for good. An audit sees
// that there are pages after it.
func TestHiddenRowOnTheLastPageIsFound(t *testing.T) {
	t.Parallel()
	l, c, q := newList(1_995, 20), &Counter{}, Query{Key: "q"}
	l.drop = func(contact uint64) bool { return contact == 1_990 }
	wrong := 0
	for scrape := range 60 {
		if n := l.counted(t, c, q); n == len(l.contacts)-1 {
			wrong = 0
		} else if wrong++; wrong > 2*scrapesPerAudit {
			t.Fatalf("scrape %d: counted %d, want %d, for %d scrapes", scrape, n, len(l.contacts)-1, wrong)
		}
		l.grow(10)
	}
}

// Pages that become longer leave fewer of them. The page before the last one shows why.
func TestLongerPagesAreNoticed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ contacts, from, to, scrapes int }{
		{464, 20, 21, 1},
		{6_000, 100, 102, 1},
		{51, 20, 50, 1},
		{35, 20, 30, 2 * scrapesPerAudit}, // the last page does not move: only an audit shows it
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			t.Parallel()
			l, c, q := newList(test.contacts, test.from), &Counter{}, Query{Key: "q"}
			for range allAudits {
				l.counted(t, c, q)
			}
			l.size = test.to
			var n int
			for range test.scrapes {
				n = l.counted(t, c, q)
			}
			if n != test.contacts {
				t.Errorf("counted %d in scrape %d", n, test.scrapes)
			}
		})
	}
}

// Pages that were part full when they were seen, because each was the last one then, are
// no reason to believe in a page size.
func TestPageSizeIsConfirmedByAnotherLook(t *testing.T) {
	t.Parallel()
	l, c := newList(3, 4), &Counter{}
	l.before = func(request int) {
		for want := []int{3, 7, 9}[min(request, 3)-1]; len(l.contacts) < want; {
			l.grow(1)
		}
	}
	if n := l.counted(t, c, Query{Key: "q"}); n != 9 {
		t.Errorf("counted %d, want 9; asked for %v", n, l.asked)
	}
}

// A page size that was confirmed wrongly is found out by the next scrape.
func TestNewPageSizeIsAuditedInTheNextScrape(t *testing.T) {
	t.Parallel()
	for _, others := range []int{0, 1, 20} {
		l, c, q := newList(500, 10), &Counter{}, Query{Key: "q"}
		l.counted(t, c, q)
		c.change(q, func(m *memory) { m.size.records = 9 })
		queries := []Query{q}
		for i := range others {
			queries = append(queries, Query{Key: fmt.Sprint(i)})
		}
		c.ScheduleAudits(queries)
		n, err := c.Count(context.Background(), q, NewPages(l.fetch, false))
		if err != nil || n.Contacts != 500 {
			t.Errorf("beside %d others: counted %d, %v", others, n.Contacts, err)
		}
	}
}

// Audits are spread over the scrapes and the queries.
func TestAuditsAreSpread(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ queries, perScrape int }{{3, 1}, {10, 1}, {11, 2}, {40, 4}} {
		t.Run(fmt.Sprint(test.queries), func(t *testing.T) {
			t.Parallel()
			c, queries, lists := &Counter{}, make([]Query, test.queries), make([]*list, test.queries)
			for i := range queries {
				queries[i], lists[i] = Query{Key: fmt.Sprint(i)}, newList(205, 20)
			}
			before, after := make([]int, test.queries), make([]int, test.queries)
			for scrape := range 2 + 2*test.queries {
				c.ScheduleAudits(queries)
				requests := 0
				for i, l := range lists {
					l.asked = nil
					if n, err := c.Count(context.Background(), queries[i], NewPages(l.fetch, false)); err != nil || n.Contacts != 205 {
						t.Fatal(n.Contacts, err)
					}
					requests += len(l.asked)
					for _, p := range l.asked {
						if p < 11 && scrape > 1 {
							before[i]++
						}
						if p > 11 && scrape > 1 {
							after[i]++
						}
					}
				}
				if want := test.queries + test.perScrape; scrape > 1 && requests != want {
					t.Errorf("scrape %d: %d requests, want %d", scrape, requests, want)
				}
			}
			for i := range queries {
				if before[i] == 0 || after[i] == 0 {
					t.Errorf("query %d: %d and %d audits", i, before[i], after[i])
				}
			}
		})
	}
}

// Movement makes no audit irregular: a page that was before the last one, and is the last
// by now, may be short.
func TestAuditOfAPageThatBecameTheLast(t *testing.T) {
	t.Parallel()
	for range 50 {
		l, q := newList(95, 10), Query{Key: "q"}
		c := &Counter{Audited: func(asExpected bool) {
			if !asExpected {
				t.Error("reported as irregular")
			}
		}}
		atTheEnd := func(n int) int { return n }
		for scrape := range 12 {
			l.resize(95, atTheEnd)
			l.before = func(request int) {
				if p := l.asked[len(l.asked)-1]; scrape > 0 && request == 2 && p < l.pages() {
					l.resize((p-1)*10+3, atTheEnd)
				}
			}
			if _, _, err := l.count(c, q); err != nil {
				t.Fatal(err)
			}
			l.before = nil
			l.counted(t, c, q)
		}
	}
}

// What a count found while the API repeated pages is forgotten.
func TestRepeatedPagesLeaveNoTrace(t *testing.T) {
	t.Parallel()
	l, c, q := newList(45, 10), &Counter{}, Query{Key: "q"}
	l.counted(t, c, q)
	before := c.recall(q).bounds
	l.page = func(p int) int { return min(p, l.pages()) }
	for range 10 {
		l.grow(10)
		if n, _, err := l.count(c, q); err == nil || inbox.ReasonOf(err) != inbox.Pagination {
			t.Fatalf("counted %d, %v", n, err)
		}
	}
	if after := c.recall(q).bounds; after != before {
		t.Errorf("remembers %+v, before that %+v", after, before)
	}
	l.page = nil
	if n := l.counted(t, c, q); n != 145 {
		t.Errorf("counted %d when all was well again", n)
	}
}

// Short lists, too, are counted by their last page again when their pages have become
// shorter.
func TestShortListsRecoverAfterThePageSizeShrank(t *testing.T) {
	t.Parallel()
	for contacts := 1; contacts < 90; contacts++ {
		l, c, q := newList(contacts, 20), &Counter{}, Query{Key: "q"}
		for range allAudits {
			l.counted(t, c, q)
		}
		l.size = 10
		for range allAudits {
			l.counted(t, c, q)
		}
		requests := 0
		for range scrapesPerAudit {
			if n := l.counted(t, c, q); n != contacts {
				t.Fatalf("counted %d, want %d", n, contacts)
			}
			requests += len(l.asked)
		}
		if most := 2*scrapesPerAudit + 1; requests > most {
			t.Errorf("%d contacts: %d requests in %d scrapes, want at most %d", contacts, requests, scrapesPerAudit, most)
		}
	}
}

// A page that is short in a read only because contacts moved meanwhile is read again,
// and the count beside it stays exact.
func TestReadRequestsShortPagesAgain(t *testing.T) {
	t.Parallel()
	l, c, q := newList(95, 10), &Counter{}, Query{Key: "q"}
	l.counted(t, c, q)
	short := true
	l.drop = func(contact uint64) bool { return short && contact == 23 }
	l.before = func(int) { short = true }
	looks := 0
	l.page = func(p int) int {
		if p == 3 {
			looks++
		}
		short = looks < 2
		return p
	}
	n, contacts, err := l.read(c, q)
	if err != nil || n != 95 || len(contacts) != 95 || c.Cost(q, nil).Walk {
		t.Errorf("counted %d, read %d, walks %t: %v", n, len(contacts), c.Cost(q, nil).Walk, err)
	}
}

// Each query has a page size of its own.
func TestEachQueryHasItsPageSize(t *testing.T) {
	t.Parallel()
	c := &Counter{}
	lists := []*list{newList(905, 50), newList(905, 20), newList(35, 10), newList(7, 20), newList(300, 25)}
	for scrape := range 30 {
		for i, l := range lists {
			n, requests, err := l.count(c, Query{Key: fmt.Sprint(i)})
			if err != nil || n != len(l.contacts) {
				t.Fatalf("scrape %d, list %d: counted %d, %v; want %d", scrape, i, n, err, len(l.contacts))
			}
			if scrape > 2 && requests > 3 {
				t.Errorf("scrape %d, list %d: %d requests", scrape, i, requests)
			}
		}
	}
}
