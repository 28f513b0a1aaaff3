package paging

import (
	"math/rand/v2"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// scenario is a kind of inbox, and of API.
type scenario struct {
	name    string
	regular bool    // pages are as the API's clients expect: no number may be wrong
	longest int     // else how many scrapes in a row a number may be wrong, as the documentation has it
	peak    float64 // the most requests of a scrape, in medians; 0: any
	people  func(size int, random *rand.Rand) int
	at      func(in *modelInbox, size, scrape int) // what happens before a scrape
	settled int                                    // the scrape from which pages are regular again; 0: they always or never are
}

// long is ten to sixty pages of everyone, in the short run of the model at most twenty;
// short is up to three.
func long(size int, random *rand.Rand) int {
	if *wholeModel {
		return 10*size + random.IntN(50*size)
	}
	return 10*size + random.IntN(10*size)
}

func short(size int, random *rand.Rand) int { return random.IntN(3*size + 1) }

func times(n int, do func()) {
	for range n {
		do()
	}
}

// moving is what happens between scrapes and before some requests.
func moving(perScrape int, do func(in *modelInbox)) func(*modelInbox, int, int) {
	return func(in *modelInbox, _, scrape int) {
		if scrape > 0 {
			times(in.random.IntN(2*perScrape+1), func() { do(in) })
		}
		in.odd.perPage = func(in *modelInbox) {
			if in.random.IntN(4) == 0 {
				do(in)
			}
		}
	}
}

func arrive(in *modelInbox) { in.arrive(0) }

// churn has people come, go, change and write.
func churn(in *modelInbox) {
	switch in.random.IntN(4) {
	case 0:
		in.arrive(0)
	case 1:
		in.depart()
	case 2:
		in.change()
	default:
		in.write()
	}
}

// grown and shrunk are page sizes after a change.
func grown(size int, random *rand.Rand) int { return size + 1 + random.IntN(size+size/2+1) }

func shrunk(size int, random *rand.Rand) int { return 1 + random.IntN(max(size-1, 1)) }

// resized changes the page size to another, for all queries.
func resized(to func(int, *rand.Rand) int, otherwise func(*modelInbox, int, int)) func(*modelInbox, int, int) {
	return func(in *modelInbox, size, scrape int) {
		otherwise(in, size, scrape)
		if scrape == disturbedFrom {
			n := to(size, in.random)
			in.odd.size = func(int) int { return n }
		}
	}
}

func still(*modelInbox, int, int) {}

// during does something while an inbox is disturbed, and undoes it.
func during(begin, end func(in *modelInbox, size int)) func(*modelInbox, int, int) {
	return func(in *modelInbox, size, scrape int) {
		switch scrape {
		case disturbedFrom:
			begin(in, size)
		case disturbedTo:
			end(in, size)
		}
	}
}

// ofQueries gives each query a page size of its own.
func ofQueries(in *modelInbox, size int) {
	in.odd.size = func(query int) int { return size + query%3 }
}

var scenarios = []*scenario{
	{name: "static", regular: true, peak: 1.5, people: long, at: still},
	{name: "static, short lists", regular: true, peak: 1.5, people: short, at: still},
	{name: "static after moving at first", regular: true, people: short, at: func(in *modelInbox, size, scrape int) {
		in.odd.perPage = nil
		if scrape < 2 {
			in.odd.perPage = func(in *modelInbox) { times(in.random.IntN(2*size), func() { churn(in) }) }
		}
	}},
	{name: "growing", regular: true, people: long, at: moving(10, arrive)},
	{name: "growing, short lists", regular: true, people: short, at: moving(2, arrive)},
	{name: "shrinking", regular: true, people: long, at: moving(10, func(in *modelInbox) { in.depart() })},
	{name: "churning", regular: true, people: long, at: moving(10, churn)},
	{name: "churning, short lists", regular: true, people: short, at: moving(3, churn)},
	{name: "moving by pages", regular: true, people: long, at: func(in *modelInbox, size, scrape int) {
		if scrape > 0 {
			n := in.random.IntN(5 * size)
			if in.random.IntN(2) == 0 {
				times(n, func() { in.arrive(0) })
			} else {
				times(n, in.depart)
			}
		}
	}},
	{name: "sorted by activity", regular: true, people: long, at: moving(30, func(in *modelInbox) { in.write() })},
	{name: "failing", regular: true, people: long, at: func(in *modelInbox, size, scrape int) {
		moving(10, churn)(in, size, scrape)
		in.odd.fail = func(in *modelInbox) error {
			if in.random.IntN(10) == 0 {
				return inbox.Errorf(inbox.Timeout, "too late")
			}
			return nil
		}
	}},
	{name: "pages become longer", longest: 3, people: long, settled: disturbedFrom, at: resized(grown, still)},
	{name: "pages become longer, short lists", longest: 6, people: short, settled: disturbedFrom, at: resized(grown, still)},
	{name: "pages become longer, churning", longest: 3, people: long, at: resized(grown, moving(10, churn))},
	{name: "pages become shorter", longest: 6, people: long, settled: disturbedFrom, at: resized(shrunk, still)},
	{name: "pages become shorter, short lists", longest: 6, people: short, settled: disturbedFrom, at: resized(shrunk, still)},
	{name: "pages become shorter, churning", longest: 6, people: long, at: resized(shrunk, moving(10, churn))},
	{name: "page sizes by query", people: long, at: func(in *modelInbox, size, scrape int) {
		ofQueries(in, size)
		moving(10, churn)(in, size, scrape)
	}},
	{name: "page sizes by query, short lists", longest: 6, people: short, at: func(in *modelInbox, size, scrape int) {
		ofQueries(in, size)
		moving(3, churn)(in, size, scrape)
	}},
	{name: "page sizes by query from now on", longest: 6, people: long, at: func(in *modelInbox, size, scrape int) {
		moving(10, churn)(in, size, scrape)
		if scrape == disturbedFrom {
			ofQueries(in, size)
		}
	}},
	{name: "hidden rows", longest: 60, people: long, at: func(in *modelInbox, size, scrape int) {
		if scrape == 0 {
			times(3, func() { in.hide(in.random.IntN(len(in.people))) })
		}
	}},
	{name: "hidden rows appear, growing", longest: 60, people: long, at: func(in *modelInbox, size, scrape int) {
		moving(10, arrive)(in, size, scrape)
		if scrape == disturbedFrom {
			in.hide(in.random.IntN(len(in.people)))
		}
	}},
	{name: "hidden row on the last page, growing there", longest: 14, people: long, at: func(in *modelInbox, size, scrape int) {
		moving(10, func(in *modelInbox) { in.arrive(len(in.people)) })(in, size, scrape)
		if scrape == 0 {
			in.hide(len(in.people) - 1)
		}
	}},
	{name: "repeated pages", longest: 6, people: long, settled: disturbedTo, at: during(
		func(in *modelInbox, _ int) { in.odd.repeating = true },
		func(in *modelInbox, _ int) { in.odd.repeating = false })},
	{name: "repeated pages, churning", longest: 6, people: long, at: func(in *modelInbox, size, scrape int) {
		moving(10, churn)(in, size, scrape)
		in.odd.repeating = scrape >= disturbedFrom && scrape < disturbedTo
	}},
	{name: "capped", longest: 60, people: long, at: func(in *modelInbox, size, scrape int) {
		moving(10, arrive)(in, size, scrape)
		in.odd.limit = 20 * size
	}},
	{name: "rolling deployment", longest: 14, people: long, settled: disturbedTo, at: during(
		func(in *modelInbox, size int) {
			to := []int{size, grown(size, in.random)}
			in.odd.size = func(int) int { return to[in.random.IntN(2)] }
		},
		func(in *modelInbox, size int) {
			to := grown(size, in.random)
			in.odd.size = func(int) int { return to }
		})},
	{name: "unstable order", longest: 1, people: long, at: func(in *modelInbox, size, scrape int) {
		moving(10, churn)(in, size, scrape)
		in.odd.shuffled = true
	}},
	{name: "lagging replicas", longest: 2, people: long, at: func(in *modelInbox, size, scrape int) {
		moving(10, churn)(in, size, scrape)
		in.odd.replicas = true
	}},
}
