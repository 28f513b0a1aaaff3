package paging

import "github.com/botpenguin-exporter/botpenguin_exporter/inbox"

// maxPages is how long a list may be. A longer one is an error, never a
// truncated number.
const maxPages = 20_000

// bounds is what is known of where a list ends; doc.go has a drawing. The zero
// value knows nothing. It holds all of a search's state, so that a search cut
// short by a deadline continues in the next scrape.
type bounds struct {
	low  int // the highest page known to have contacts; 0: none
	high int // the lowest page known to be empty; 0: none
	base int // the last page at the previous count: the search starts there

	candidate candidate // for the page size
}

// found reports whether low is the last page.
func (b bounds) found() bool { return b.high == b.low+1 }

// next returns the page to request next, by the first case that applies, or 0 if
// the last page is known and proven. A last page shorter than size was proven when
// the page after it was first seen empty; a full one is proven only by seeing the
// page after it in this scrape, which confirmEnd demands of any last page.
func (b bounds) next(seen func(p int) (inbox.Page, bool), size int, confirmEnd bool) int {
	low, lowSeen := seen(b.low)
	short := lowSeen && low.Records < size
	before, beforeSeen := seen(b.low - 1)
	switch {
	case b.found() && b.low > 0 && !lowSeen:
		return b.low
	case b.found():
		if _, ok := seen(b.high); !ok && (confirmEnd || !short) {
			return b.high
		}
		return 0
	case short && !(beforeSeen && before.Records < size):
		// A short page is most likely the last, which the next page shows. Not so
		// if a short page has just turned out not to be the last.
		return b.low + 1
	case b.high == 0 && b.low == 0 && b.base > 0:
		return b.base
	case b.high == 0:
		return min(b.gallopUp(), maxPages+1)
	case b.low == 0:
		return max(b.gallopDown(), 1)
	default:
		return b.low + (b.high-b.low)/2
	}
}

// gallopUp returns the first page above low in base+1, base+2, base+4, base+8 …
func (b bounds) gallopUp() int {
	step := 1
	for b.base+step <= b.low {
		step *= 2
	}
	return b.base + step
}

// gallopDown returns the first page below high in base-1, base-2, base-4, base-8 …
func (b bounds) gallopDown() int {
	step := 1
	for b.base-step >= b.high {
		step *= 2
	}
	return b.base - step
}

// observe records that page p had so many contacts. Where that contradicts what was
// known, the inbox has moved, and the newer observation counts.
func (b *bounds) observe(p, records int) {
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
