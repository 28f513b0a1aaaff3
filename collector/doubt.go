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

// text returns what makes a number doubtful, "" if nothing does.
func (d *doubts) text(doubt Doubt) string {
	switch {
	case doubt == DoubtFilter:
		return d.filter.text
	case doubt == DoubtCapped && d.capped.counts >= minCapped:
		return fmt.Sprintf("the list has ended with a full page at %d contacts in %d counts", d.capped.contacts, d.capped.counts)
	case doubt == DoubtIrregular && d.walks:
		return "pages before the last are not all full, so every page is read"
	case doubt == DoubtIrregular && !d.irregular.IsZero():
		return "an audit has found an unexpected page"
	default:
		return ""
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

// expect has the task check records against what they should show of its filter.
func (t *task) expect(expected []filter.Expectation) {
	t.expected = expected
	for _, e := range expected {
		t.selection.Checks = append(t.selection.Checks, inbox.Check{Path: inbox.ParsePath(e.Path), Judge: func(text string) inbox.Verdict {
			switch known, matches := e.Judge(text); {
			case !known:
				return inbox.Unknown
			case matches:
				return inbox.Matches
			default:
				return inbox.Contradicts
			}
		}})
	}
}

// doubt records what the count or read that has just been made says of the doubts.
func (t *task) doubt() {
	walks := t.run.counter.Cost(t.query, nil).Walk && !t.query.Walk
	t.run.mu.Lock()
	defer t.run.mu.Unlock()
	if t.counting.err != nil {
		return
	}
	d := &t.state.doubts
	d.walks = walks
	if t.number.Irregular {
		d.irregular = time.Now()
	}
	d.capped.count(t.number.Contacts, t.number.LastPage, t.number.Full)
	look := make([]inbox.Checked, len(t.expected))
	for _, page := range t.looked {
		for i, checked := range page {
			look[i].Known += checked.Known
			look[i].Contradicting += checked.Contradicting
		}
	}
	d.filter.look(t.expected, look)
	t.state.counted = true
}
