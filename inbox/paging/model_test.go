package paging

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"
)

var wholeModel = flag.Bool("model", false, "run every scenario of the model at length, and print its table")

// modelScrapes is how many scrapes a run of a scenario has. Disturbances begin at
// disturbedFrom and end before disturbedTo.
const (
	modelScrapes  = 60
	disturbedFrom = 20
	disturbedTo   = 26
)

// modelRecounts is how often the collector counts a stale number again.
const modelRecounts = 2

// figures are what the runs of a scenario came to.
type figures struct {
	counts   int
	wrong    int // numbers outside of what the inbox had during the scrape
	off      int // the most that one was off
	longest  int // the most wrong scrapes of a query in a row
	absent   int
	requests int     // of the queries that are not read
	peak     float64 // the most requests of a scrape after the first five, in medians of the run
	recovery int     // the most scrapes, once pages are regular again, until the last wrong or absent number
	parts    int     // the most that the sum of by parts is off the whole, beyond what moved
	groups   int     // and that of group_by off the plain count
}

func (f *figures) add(g figures) {
	f.counts += g.counts
	f.wrong += g.wrong
	f.off = max(f.off, g.off)
	f.longest = max(f.longest, g.longest)
	f.absent += g.absent
	f.requests += g.requests
	f.peak = max(f.peak, g.peak)
	f.recovery = max(f.recovery, g.recovery)
	f.parts = max(f.parts, g.parts)
	f.groups = max(f.groups, g.groups)
}

// answer is what a scrape has of one query.
type answer struct {
	n   int
	ok  bool
	all int // people read, of the query that is read; -1: none
}

// modelRun is one inbox scraped for a while.
type modelRun struct {
	inbox    *modelInbox
	counter  *Counter
	fetches  [modelQueries]Fetch
	streak   [modelQueries]int // wrong scrapes in a row
	requests []int             // of each scrape
	figures  figures
}

// run scrapes the inbox of a scenario with a page size.
func (s *scenario) run(size int, seed uint64) figures {
	random := rand.New(rand.NewPCG(seed, uint64(size)))
	r := &modelRun{inbox: newModelInbox(random, s.people(size, random)), counter: &Counter{}}
	audits := rand.New(rand.NewPCG(seed, 7))
	r.counter.random = func(n int) int {
		r.inbox.mu.Lock()
		defer r.inbox.mu.Unlock()
		return audits.IntN(n)
	}
	for q := range r.fetches {
		r.fetches[q] = r.inbox.fetch(q, seed)
	}
	r.inbox.odd.size = func(int) int { return size }
	r.inbox.endScrape()
	for scrape := range modelScrapes {
		s.at(r.inbox, size, scrape)
		r.scrape(scrape, s.settled)
		r.inbox.endScrape()
	}
	settled := slices.Sorted(slices.Values(r.requests[5:]))
	if median := settled[len(settled)/2]; median > 0 {
		r.figures.peak = float64(settled[len(settled)-1]) / float64(median)
	}
	return r.figures
}

// scrape counts all queries as the collector does: concurrently, and those again whose
// number has become stale.
func (r *modelRun) scrape(scrape, settled int) {
	r.inbox.beginScrape()
	queries := make([]Query, modelQueries)
	for q := range queries {
		queries[q] = modelQuery(q)
	}
	r.counter.ScheduleAudits(queries)
	var answers [modelQueries]answer
	var counts [modelQueries]Count
	due := make([]int, modelQueries)
	for q := range due {
		due[q] = q
	}
	for range 1 + modelRecounts {
		var all sync.WaitGroup
		for _, q := range due {
			all.Go(func() {
				time.Sleep(time.Duration(q)) // so that they begin in the same order in each run
				answers[q], counts[q] = r.count(q)
			})
		}
		all.Wait()
		due = slices.DeleteFunc(due, func(q int) bool { return !answers[q].ok || !counts[q].Stale() })
	}
	for _, q := range due {
		answers[q].ok = false
	}
	requests := 0
	for q, n := range r.inbox.requests {
		if q != live { // every page of which is read
			requests += n
		}
	}
	r.requests = append(r.requests, requests)
	r.figures.requests += requests
	r.compare(scrape, settled, answers)
}

func (r *modelRun) count(query int) (answer, Count) {
	ctx, q := context.Background(), modelQuery(query)
	pages := NewPages(r.fetches[query], query == live)
	n, err := r.counter.Count(ctx, q, pages)
	a := answer{n: n.Contacts, ok: err == nil, all: -1}
	if query == live && err == nil {
		listing, err := r.counter.Read(ctx, q, pages)
		if err == nil {
			a.all, a.n, n = len(listing.Contacts), listing.Count.Contacts, listing.Count
		}
	}
	return a, n
}

func modelQuery(query int) Query { return Query{Key: fmt.Sprint(query)} }

// compare compares a scrape with what the inbox had meanwhile.
func (r *modelRun) compare(scrape, settled int, answers [modelQueries]answer) {
	f := &r.figures
	for q, a := range answers {
		f.counts++
		s := r.inbox.matching[q]
		off := max(s.least-a.n, a.n-s.most, 0)
		switch {
		case !a.ok:
			f.absent++
			r.streak[q] = 0
		case off > 0:
			f.wrong++
			f.off = max(f.off, off)
			r.streak[q]++
			f.longest = max(f.longest, r.streak[q])
		default:
			r.streak[q] = 0
		}
		if settled > 0 && scrape >= settled && (!a.ok || off > 0) {
			f.recovery = max(f.recovery, scrape+1-settled)
		}
	}
	moved := func(q int) int { return r.inbox.matching[q].most - r.inbox.matching[q].least }
	sum, slack, all := 0, moved(everyone), answers[everyone].ok
	for q := byStatus; q < byStatus+3; q++ {
		sum, slack, all = sum+answers[q].n, slack+moved(q), all && answers[q].ok
	}
	if all {
		f.parts = max(f.parts, max(sum-answers[everyone].n, answers[everyone].n-sum)-slack)
	}
	if a := answers[live]; a.ok && a.all >= 0 {
		f.groups = max(f.groups, max(a.n-a.all, a.all-a.n)-moved(live))
	}
}

// runs runs a scenario with some page sizes and seeds.
func (s *scenario) runs(t *testing.T, sizes []int, seeds int) figures {
	var all figures
	for _, size := range sizes {
		for seed := range seeds {
			synctest.Test(t, func(*testing.T) { all.add(s.run(size, uint64(seed))) })
		}
	}
	return all
}

// Numbers of regular inboxes are right, always. Those of the others are off by no more
// than the documentation says, and `make model` prints by how much.
func TestModel(t *testing.T) {
	t.Parallel()
	sizes, seeds := []int{5, 20}, 1
	if *wholeModel {
		sizes, seeds = []int{2, 5, 10, 20, 50, 100}, 6
	}
	table := make([]string, len(scenarios))
	t.Run("scenarios", func(t *testing.T) {
		for i, s := range scenarios {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				began := time.Now()
				f := s.runs(t, sizes, seeds)
				table[i] = s.row(f)
				t.Logf("%s: %+v in %s", s.name, f, time.Since(began))
				s.check(t, f)
			})
		}
	})
	if *wholeModel {
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(w, "scenario\tcounts\twrong\toff by\tlongest\tabsent\trequests\tpeak\trecovery\tparts\tgroups\t")
		for _, row := range table {
			fmt.Fprintln(w, row)
		}
		w.Flush()
	}
}

func (s *scenario) row(f figures) string {
	share := func(n int) string { return fmt.Sprintf("%.3f %%", 100*float64(n)/float64(f.counts)) }
	return fmt.Sprintf("%s\t%d\t%s\t%d\t%d\t%s\t%.2f\t%.1f\t%d\t%d\t%d\t", s.name, f.counts, share(f.wrong), f.off, f.longest, share(f.absent),
		float64(f.requests)/float64(f.counts)*modelQueries/(modelQueries-1), f.peak, f.recovery, f.parts, f.groups)
}

// check compares figures with what the documentation says.
func (s *scenario) check(t *testing.T, f figures) {
	if s.regular && (f.wrong > 0 || f.parts > 0) {
		t.Errorf("%d wrong numbers, and the sum of parts is off by %d", f.wrong, f.parts)
	}
	if f.longest > s.longest && !s.regular {
		t.Errorf("a number was wrong for %d scrapes in a row, want at most %d", f.longest, s.longest)
	}
	if s.peak > 0 && f.peak > s.peak {
		t.Errorf("a scrape made %.1f times the requests of the median, want at most %.1f", f.peak, s.peak)
	}
}
