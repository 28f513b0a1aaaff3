package paging

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// read counts a list and reads it on the same pages, as a scrape does.
func (l *list) read(c *Counter, q Query) (n int, contacts []inbox.Contact, err error) {
	l.asked, l.totals = nil, []int{len(l.contacts)}
	pages := NewPages(l.serial(), true)
	count, err := c.Count(context.Background(), q, pages)
	if err != nil {
		return 0, nil, err
	}
	listing, err := c.Read(context.Background(), q, pages)
	return count.Contacts, listing.Contacts, err
}

// contactsOnPages is what a reader of all of its pages gets, each contact once.
func (l *list) contactsOnPages() []inbox.Contact {
	var contacts []inbox.Contact
	for p := 1; p <= l.pages(); p++ {
		for _, row := range l.rows(p) {
			contacts = append(contacts, inbox.Contact{ID: identity(row)})
		}
	}
	return contacts
}

func sameContact(a, b inbox.Contact) bool { return a.ID == b.ID }

func TestReadReturnsEveryContactOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := newList(rapid.IntRange(0, 600).Draw(t, "contacts"), rapid.IntRange(1, 60).Draw(t, "page size"))
		c, q := &Counter{}, Query{Key: "q", Walk: rapid.Bool().Draw(t, "walk")}
		for scrape := range 3 {
			n, contacts, err := l.read(c, q)
			if err != nil {
				t.Fatal(err)
			}
			if want := l.contactsOnPages(); !slices.EqualFunc(want, contacts, sameContact) || n != len(want) {
				t.Fatalf("counted %d and read: (-want +got)\n%s", n, cmp.Diff(want, contacts))
			}
			most := l.pages() + 1
			if scrape == 0 {
				most += firstCost(l.pages())
			}
			if len(l.asked) > most {
				t.Fatalf("%d requests for %d pages: %v", len(l.asked), l.pages(), l.asked)
			}
			l.resize(rapid.IntRange(0, 600).Draw(t, "contacts"), anywhere(t))
			l.count(c, q)
		}
	})
}

// A read finds out that the pages are not full, and has the query walk from then on.
func TestReadOfShortPages(t *testing.T) {
	t.Parallel()
	l := newList(95, 10)
	l.drop = func(contact uint64) bool { return contact == 23 || contact == 58 }
	c, q := &Counter{}, Query{Key: "q"}
	c.change(q, func(m *memory) { m.size = pageSize{10, true} })
	n, contacts, err := l.read(c, q)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(l.contactsOnPages(), contacts); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n != 93 && !c.Cost(q, nil).Walk {
		t.Errorf("counted %d, read %d, and goes on probing", n, len(contacts))
	}
	if n, _, err := l.count(c, q); n != 93 || err != nil {
		t.Errorf("then counted %d: %v", n, err)
	}
	l.drop = nil
	if n, _, err := l.count(c, q); n != 95 || err != nil || c.Cost(q, nil).Walk {
		t.Errorf("when the pages are full again: counted %d, walks %t: %v", n, c.Cost(q, nil).Walk, err)
	}
}

// A contact that moved to a page not yet read is on two pages, and counts once.
func TestContactOnTwoPagesIsReadOnce(t *testing.T) {
	t.Parallel()
	for _, walk := range []bool{false, true} {
		l := newList(45, 10)
		l.contacts[24], l.contacts[44] = 7, 7
		want := slices.DeleteFunc(l.contactsOnPages(), func(c inbox.Contact) bool { return c.ID == identity(7) })
		want = slices.Insert(want, 6, inbox.Contact{ID: identity(7)})
		c := &Counter{}
		n, contacts, err := l.read(c, Query{Key: "q", Walk: walk})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, contacts); diff != "" {
			t.Errorf("walk %t: (-want +got)\n%s", walk, diff)
		}
		if walk && n != 43 || c.Cost(Query{Key: "q"}, nil).Walk {
			t.Errorf("walk %t: counted %d, and goes on walking: %t", walk, n, c.Cost(Query{Key: "q"}, nil).Walk)
		}
	}
}

var numbers = regexp.MustCompile(`\d+`)

// From servers that page like this there is an error, or what is right.
func TestInconsistentPagesAreRefused(t *testing.T) {
	t.Parallel()
	const repeats, gap = "pagination: pages N and N begin with the same contact: the API repeats pages", "pagination: page N is empty, but page N has contacts"
	inPlaceOf := func(from, to int) func(p int) int {
		return func(p int) int {
			if p == from {
				return to
			}
			return p
		}
	}
	for name, test := range map[string]struct {
		page  func(p int) int
		want  string
		right int // how many contacts there are, if a reader can know that all the same; or -1
	}{
		"every page is the first":    {page: func(int) int { return 1 }, want: repeats, right: -1},
		"the last page for ever":     {page: func(p int) int { return min(p, 5) }, want: repeats, right: 45},
		"one page is there twice":    {page: inPlaceOf(3, 2), want: repeats, right: -1},
		"a page in between is empty": {page: inPlaceOf(3, 1000), want: gap, right: -1},
		"the first page is empty":    {page: inPlaceOf(1, 1000), want: gap, right: 0},
	} {
		for _, walk := range []bool{false, true} {
			for _, remembered := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, walk %t, remembered %t", name, walk, remembered), func(t *testing.T) {
					t.Parallel()
					c, q, l := &Counter{}, Query{Key: "q", Walk: walk}, newList(45, 10)
					if remembered {
						if _, contacts, err := l.read(c, q); err != nil || len(contacts) != 45 {
							t.Fatalf("as it should page: %d contacts, %v", len(contacts), err)
						}
					}
					l.page = test.page
					for scrape := range 3 {
						_, contacts, err := l.read(c, q)
						got := numbers.ReplaceAllString(outcome(err), "N")
						if got != test.want && (err != nil || len(contacts) != test.right) {
							t.Errorf("scrape %d: %s and %d contacts, want %s", scrape, got, len(contacts), test.want)
						}
						if err == nil && walk && test.right > 0 {
							t.Errorf("scrape %d: walked to the end of an endless list", scrape)
						}
						if len(l.asked) > 60 {
							t.Errorf("scrape %d: %d requests", scrape, len(l.asked))
						}
					}
					l.page = nil
					if _, contacts, err := l.read(c, q); err != nil || len(contacts) != 45 {
						t.Errorf("when it pages as it should again: %d contacts, %v", len(contacts), err)
					}
				})
			}
		}
	}
}

// What only one look shows is not believed.
func TestReadRequestsInconsistentPagesAgain(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]int{"empty": 1000, "repeated": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newList(45, 10)
			looks := 0
			l.page = func(p int) int {
				if p == 3 {
					if looks++; looks == 1 {
						return wrong
					}
				}
				return p
			}
			_, contacts, err := l.read(&Counter{}, Query{Key: "q", Walk: true})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(l.contactsOnPages(), contacts); diff != "" || looks < 2 {
				t.Errorf("%d looks: (-want +got)\n%s", looks, diff)
			}
		})
	}
}

// onePage is an API with one page of contacts.
type onePage int

func (n onePage) RoundTrip(r *http.Request) (*http.Response, error) {
	records := make([]string, n)
	for i := range records {
		records[i] = fmt.Sprintf(`{"_id":"%d"}`, i)
	}
	w := httptest.NewRecorder()
	fmt.Fprintf(w, `{"success":true,"data":[%s]}`, strings.Join(records, ","))
	return w.Result(), nil
}

// A page that is asked for again takes the place of what it was, in memory too.
func TestPagesReleaseMemory(t *testing.T) {
	t.Parallel()
	client := inbox.NewClient(&url.URL{Scheme: "http", Host: "inbox.test"}, onePage(1_000), nil, nil)
	session := inbox.NewSession(client, inbox.NewLimiter(0, 1), inbox.SessionOptions{})
	defer session.End(nil)
	memory := inbox.NewMemory(inbox.NewBudget(500_000), nil) // for two pages, but not for three
	defer memory.Close()
	pages := NewPages(func(ctx context.Context, _ int, _ bool) (inbox.Page, error) {
		return session.Page(ctx, inbox.Request{Selection: &inbox.Selection{Memory: memory}}, inbox.Read)
	}, true)
	for range 10 {
		if _, err := pages.refetch(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		pages.forget()
		if _, err := pages.get(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
	}
	_, err := pages.get(t.Context(), 3)
	if err == nil {
		_, err = pages.get(t.Context(), 4)
	}
	if got, want := outcome(err), "too_large: the contacts and those of other reads under way take more than 0 MiB of memory: narrow the filter, or count by dimensions (by)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The pages of a read are asked for side by side, and none after one has failed.
func TestReadRequestsPagesConcurrently(t *testing.T) {
	t.Parallel()
	const last = 100
	broken := inbox.Errorf(inbox.Connection, "EOF")
	for name, test := range map[string]struct {
		third func(cancel func()) error // what the third page does
		asked int
		want  string
	}{
		"all goes well": {func(func()) error { return nil }, last - 1, "success"},
		"one fails":     {func(func()) error { return broken }, maxConcurrentPages, "connection: EOF"},
		"it is given up": {func(cancel func()) error { cancel(); return nil }, maxConcurrentPages,
			"timeout: the deadline came before all pages were read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c, q, list := &Counter{}, Query{Key: "q"}, ending(last, pagesWithoutEnd(2))
				for range 2 { // the second count asks for no page but the last, and the one after it
					if n, err := c.Count(ctx, q, NewPages(list, true)); err != nil || n.Contacts != 2*last {
						t.Fatalf("counted %d: %v", n.Contacts, err)
					}
				}
				var mu sync.Mutex
				asked, in, most := 0, 0, 0
				began := time.Now()
				pages := NewPages(func(ctx context.Context, p int, contacts bool) (inbox.Page, error) {
					if p >= last {
						return list(ctx, p, contacts)
					}
					mu.Lock()
					asked++
					in++
					most = max(most, in)
					n := asked
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					defer mu.Unlock()
					in--
					if n == 3 {
						if err := test.third(cancel); err != nil {
							return inbox.Page{}, err
						}
					}
					return list(ctx, p, contacts)
				}, true)
				listing, err := c.Read(ctx, q, pages)
				if got := outcome(err); got != test.want || err == nil && len(listing.Contacts) != 2*last {
					t.Errorf("%s and %d contacts, want %s", got, len(listing.Contacts), test.want)
				}
				// What was let in at the moment of the failure may still be asked.
				if most != maxConcurrentPages || asked < test.asked || asked > min(last-1, test.asked+maxConcurrentPages) {
					t.Errorf("asked for %d pages, at most %d at once, want %d and %d", asked, most, test.asked, maxConcurrentPages)
				}
				if want := time.Duration((asked+maxConcurrentPages-1)/maxConcurrentPages) * time.Second; time.Since(began) != want {
					t.Errorf("%d pages took %s, want %s", asked, time.Since(began), want)
				}
			})
		})
	}
}

// Each failure of a page is the failure of the count or the read, and does no harm to
// the next.
func TestFailureOfAnyPageIsReturned(t *testing.T) {
	t.Parallel()
	broken := inbox.Errorf(inbox.Connection, "EOF")
	for _, walk := range []bool{false, true} {
		for request := 1; ; request++ {
			l, c, q := newList(87, 10), &Counter{}, Query{Key: "q", Walk: walk}
			l.fail = func(n int) error {
				if n == request {
					return fmt.Errorf("page: %w", broken)
				}
				return nil
			}
			_, _, err := l.read(c, q)
			if err == nil {
				if len(l.asked) >= request || request < 9 {
					t.Errorf("walk %t: request %d of %d failed, and nobody said so", walk, request, len(l.asked))
				}
				break
			}
			if !errors.Is(err, broken) {
				t.Errorf("walk %t, request %d: %v", walk, request, err)
			}
			l.fail = nil
			if _, contacts, err := l.read(c, q); err != nil || len(contacts) != 87 {
				t.Errorf("walk %t, after request %d had failed: %d contacts, %v", walk, request, len(contacts), err)
			}
		}
	}
}
