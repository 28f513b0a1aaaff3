package paging

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// modelInbox is an inbox of people and the API in front of it. It knows how many
// people match each query because it keeps count as they come, go and change: paging
// takes no part in that.
type modelInbox struct {
	mu      sync.Mutex
	random  *rand.Rand
	people  []person // in the order in which they are listed
	earlier []person // as they were at the beginning of the previous scrape
	lastID  uint64

	matching [modelQueries]span     // by query: visible people, now and since the scrape began
	requests [modelQueries]int      // since the scrape began
	listed   [modelQueries][]person // what each query lists, nil if that may have changed

	odd oddity
}

// person is somebody in the inbox.
type person struct {
	id            uint64
	status        int // one of three
	online, rare  bool
	live, channel int  // live: in one of ten chats
	hidden        bool // takes its place on a page, but is not shown
}

// span is a number now, and its least and greatest value since the scrape began.
type span struct{ now, least, most int }

func (s *span) add(n int) {
	s.now += n
	s.least, s.most = min(s.least, s.now), max(s.most, s.now)
}

// oddity is how the API pages, and what happens while it does.
type oddity struct {
	size      func(query int) int     // of a page; called for each request
	perPage   func(*modelInbox)       // what happens before each request
	replicas  bool                    // half of the requests see the inbox as it was at the previous scrape
	shuffled  bool                    // each request sees another order
	repeating bool                    // pages past the end repeat the last one
	limit     int                     // the list ends after so many; 0: never
	fail      func(*modelInbox) error // refuses a request
}

// The queries of the model: everybody, by status, two filters of different length, and a
// read that shares its request with a plain count.
const (
	everyone = iota
	byStatus // and the two that follow
	_
	_
	online
	rare
	live // read
	modelQueries
)

func matches(query int, p *person) bool {
	switch query {
	case everyone:
		return true
	case online:
		return p.online
	case rare:
		return p.rare
	case live:
		return p.live == 0
	default:
		return p.status == query-byStatus
	}
}

// modelDeadline is how many requests a query can make in a scrape.
const modelDeadline = 300

func newModelInbox(random *rand.Rand, people int) *modelInbox {
	in := &modelInbox{random: random}
	for range people {
		in.arrive(0)
	}
	return in
}

// tally adds n to the number of people who match what p matches.
func (in *modelInbox) tally(p *person, n int) {
	clear(in.listed[:])
	for q := range in.matching {
		if !p.hidden && matches(q, p) {
			in.matching[q].add(n)
		}
	}
}

// arrive puts a new person into the list.
func (in *modelInbox) arrive(i int) {
	in.lastID++
	p := person{id: in.lastID}
	in.draw(&p)
	in.people = slices.Insert(in.people, i, p)
	in.tally(&p, 1)
}

// draw decides what a person matches.
func (in *modelInbox) draw(p *person) {
	p.status = min(in.random.IntN(4), 2)
	p.online, p.rare = in.random.IntN(8) == 0, in.random.IntN(100) == 0
	p.live, p.channel = in.random.IntN(10), in.random.IntN(4)
}

func (in *modelInbox) depart() {
	if len(in.people) > 0 {
		i := in.random.IntN(len(in.people))
		in.tally(&in.people[i], -1)
		in.people = slices.Delete(in.people, i, i+1)
	}
}

func (in *modelInbox) change() {
	if len(in.people) > 0 {
		p := &in.people[in.random.IntN(len(in.people))]
		in.tally(p, -1)
		in.draw(p)
		in.tally(p, 1)
	}
}

// write moves somebody to the head of the list, which is sorted by activity.
func (in *modelInbox) write() {
	if len(in.people) > 0 {
		i := in.random.IntN(len(in.people))
		p := in.people[i]
		in.people = slices.Insert(slices.Delete(in.people, i, i+1), 0, p)
		clear(in.listed[:])
	}
}

// hide hides the i-th person of the list.
func (in *modelInbox) hide(i int) {
	p := &in.people[i]
	in.tally(p, -1)
	p.hidden = true
}

// beginScrape starts the spans and counts of a scrape.
func (in *modelInbox) beginScrape() {
	in.mu.Lock()
	defer in.mu.Unlock()
	clear(in.requests[:])
	for q := range in.matching {
		s := &in.matching[q]
		s.least, s.most = s.now, s.now
	}
	if in.odd.replicas { // the other replica's numbers are as good
		for q := range in.matching {
			n := 0
			for i := range in.earlier {
				if matches(q, &in.earlier[i]) {
					n++
				}
			}
			s := &in.matching[q]
			s.least, s.most = min(s.least, n), max(s.most, n)
		}
	}
}

// endScrape makes the inbox of now that of the lagging replica.
func (in *modelInbox) endScrape() { in.earlier = slices.Clone(in.people) }

// fetch returns the pages of a query. Its latencies depend on which request of which
// page it is, not on the order in which goroutines were scheduled, so that a run on
// synthetic time always has the same events, no two of them at the same moment.
func (in *modelInbox) fetch(query int, seed uint64) Fetch {
	var mu sync.Mutex
	asked := make(map[int]uint64) // requests by page
	return func(_ context.Context, p int, contacts bool) (inbox.Page, error) {
		mu.Lock()
		asked[p]++
		latency := rand.New(rand.NewPCG(seed<<32|uint64(query), uint64(p)<<32|asked[p]))
		mu.Unlock()
		time.Sleep(time.Duration(1 + latency.IntN(int(100*time.Millisecond))))
		in.mu.Lock()
		defer in.mu.Unlock()
		if in.requests[query]++; in.requests[query] > modelDeadline {
			return inbox.Page{}, inbox.Errorf(inbox.Timeout, "too late")
		}
		if in.odd.perPage != nil {
			in.odd.perPage(in)
		}
		if in.odd.fail != nil {
			if err := in.odd.fail(in); err != nil {
				return inbox.Page{}, err
			}
		}
		return in.page(query, p, contacts), nil
	}
}

// page returns page p of a query.
func (in *modelInbox) page(query, p int, contacts bool) inbox.Page {
	rows := in.rows(query)
	size := in.odd.size(query)
	if last := (len(rows) + size - 1) / size; in.odd.repeating && p > last && last > 0 {
		p = last
	}
	from := min((p-1)*size, len(rows))
	var page inbox.Page
	for _, row := range rows[from:min(from+size, len(rows))] {
		if row.hidden {
			continue
		}
		if page.Records++; page.Records == 1 {
			page.First = identity(row.id)
		}
		if contacts {
			page.Contacts = append(page.Contacts, inbox.Contact{ID: identity(row.id)})
		}
	}
	return page
}

// rows returns whom a query lists, hidden ones included.
func (in *modelInbox) rows(query int) []person {
	rows := in.listed[query]
	if rows == nil || in.odd.replicas {
		people := in.people
		if in.odd.replicas && in.random.IntN(2) == 0 {
			people = in.earlier
		}
		rows = nil
		for i := range people {
			if matches(query, &people[i]) {
				rows = append(rows, people[i])
			}
		}
		in.listed[query] = rows
	}
	if in.odd.shuffled {
		rows = slices.Clone(rows)
		in.random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	if in.odd.limit > 0 && len(rows) > in.odd.limit {
		rows = rows[:in.odd.limit]
	}
	return rows
}
