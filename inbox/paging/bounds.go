package paging

import "github.com/botpenguin-exporter/botpenguin_exporter/inbox"

// maxPages is how long a list may be. A longer one is an error, never a
// truncated number.
const maxPages = 20_000

// bounds is what is known of where a list ends: page low has records (0: none is
// known to), page high has none (0: none is known to be empty). The zero value
// knows nothing.
//
// The search gallops away from base in steps that double, then bisects. All of its
// state is here, so that one cut short can go on.
type bounds struct {
	low, high int
	base      int    // where the last page was when last counted
	twice     [2]int // a page that has been looked at to learn the page size, and its length then
}

// settled tells whether low is the last page.
func (b bounds) settled() bool { return b.high == b.low+1 }

// next is the page to ask for next, by the first of its cases that applies; 0 when the last page is known and what has
// been seen proves it. A last page that is shorter than size needs no proof
// beyond that the page after it was once seen empty; with proof set, and for a
// page that is full, the page after it must have been seen.
func (b bounds) next(seen func(p int) (inbox.Page, bool), size int, proof bool) int {
	low, lowSeen := seen(b.low)
	short := lowSeen && low.Records < size
	before, beforeSeen := seen(b.low - 1)
	switch {
	case b.settled() && b.low > 0 && !lowSeen:
		return b.low
	case b.settled():
		if _, ok := seen(b.high); !ok && (proof || !short) {
			return b.high
		}
		return 0
	case short && !(beforeSeen && before.Records < size):
		// A short page is most likely the last, and its successor tells. Not so
		// where another one has just turned out not to be.
		return b.low + 1
	case b.high == 0:
		return min(b.up(), maxPages+1)
	case b.low == 0:
		return max(b.down(), 1)
	default:
		return b.low + (b.high-b.low)/2
	}
}

// up is the first page above low in base+1, base+2, base+4, base+8 …
func (b bounds) up() int {
	step := 1
	for b.base+step <= b.low {
		step *= 2
	}
	return b.base + step
}

// down is the first page below high in base-1, base-2, base-4, base-8 …
func (b bounds) down() int {
	step := 1
	for b.base-step >= b.high {
		step *= 2
	}
	return b.base - step
}

// learn takes in that page p had so many records. Where that contradicts what
// was known before, the inbox has moved, and the newer observation counts.
func (b *bounds) learn(p, records int) {
	switch {
	case records > 0:
		b.low = max(b.low, p)
		if b.high != 0 && b.high <= p {
			b.high, b.base = 0, p
		}
	case b.high == 0 || p < b.high:
		b.high = p
		if b.low >= p {
			b.low, b.base = 0, p
		}
	}
}
