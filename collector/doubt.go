package collector

import (
	"fmt"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// Doubt is why a number may be right for another question than the one that was asked.
type Doubt string

// The doubts.
const (
	// DoubtFilter: records contradict the query's filter, so the API seems to ignore it.
	DoubtFilter Doubt = "filter"
	// DoubtCapped: the list has ended at the same round number for a while, so the API
	// seems to list only that many contacts.
	DoubtCapped Doubt = "capped"
	// DoubtIrregular: pages before the last are not all full.
	DoubtIrregular Doubt = "irregular"
)

// Doubts returns all doubts, in the order of the documentation.
func Doubts() []Doubt { return []Doubt{DoubtFilter, DoubtCapped, DoubtIrregular} }

// doubts is what an account remembers of a part of a query to doubt its number.
type doubts struct {
	filter    filterDoubt
	capped    cappedDoubt
	irregular time.Time // when an audit last found an unexpected page; zero: never
	walks     bool      // all pages are read although the query does not ask for it
}

// irregularFor is how long an unexpected page is a doubt.
const irregularFor = time.Hour

// holds reports whether a doubt exists at now.
func (d *doubts) holds(doubt Doubt, now time.Time) bool {
	switch doubt {
	case DoubtFilter:
		return d.filter.contradicting >= minLooks
	case DoubtCapped:
		return d.capped.counts >= minCapped
	default:
		return d.walks || !d.irregular.IsZero() && now.Sub(d.irregular) < irregularFor
	}
}

// minLooks is how many looks in a row must contradict a filter. One can be of records
// that changed while they were listed.
const minLooks = 2

// filterDoubt compares the records that are seen anyway with the filter that was sent.
type filterDoubt struct {
	contradicting int    // looks in a row
	text          string // what the latest of them showed
}

// look takes in the records of one look, checked against the expectations. Without a
// record that has a checked field it shows nothing.
func (d *filterDoubt) look(expectations []filter.Expectation, checked []inbox.Checked) {
	known := 0
	for i, c := range checked {
		known += c.Known
		// At least a tenth, and two.
		if c.Contradicting >= 2 && 10*c.Contradicting >= c.Known {
			d.contradicting++
			d.text = fmt.Sprintf("%d of %d records contradict %s", c.Contradicting, c.Known, expectations[i].Field)
			return
		}
	}
	if known > 0 {
		*d = filterDoubt{}
	}
}

const (
	// minCapped is how many counts in a row must end at the same round number.
	minCapped = 10
	// minCap is the smallest number of contacts that is taken for a cap.
	minCap = 5000
)

// cappedDoubt follows lists that end with a full page at a round number.
type cappedDoubt struct {
	contacts int // at which the list has ended
	counts   int // in a row
}

// count takes in a count: how many contacts, on how many pages, and whether the last is
// full.
func (d *cappedDoubt) count(contacts, pages int, full bool) {
	round := contacts%1000 == 0 || pages%100 == 0
	switch {
	case !full || !round || contacts < minCap:
		*d = cappedDoubt{}
	case contacts != d.contacts:
		*d = cappedDoubt{contacts: contacts, counts: 1}
	default:
		d.counts++
	}
}
