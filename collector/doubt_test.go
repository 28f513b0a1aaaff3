package collector

import (
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

func TestFilterDoubt(t *testing.T) {
	t.Parallel()
	look := func(known, contradicting int) []inbox.Checked {
		return []inbox.Checked{{Known: 100}, {Known: known, Contradicting: contradicting}}
	}
	expectations := []filter.Expectation{{Field: "status"}, {Field: "isOnline"}}
	for name, test := range map[string]struct {
		looks [][]inbox.Checked
		want  bool
	}{
		"one look":                          {[][]inbox.Checked{look(20, 20)}, false},
		"two looks":                         {[][]inbox.Checked{look(20, 2), look(20, 20)}, true},
		"too few":                           {[][]inbox.Checked{look(21, 2), look(21, 2)}, false},
		"only one record":                   {[][]inbox.Checked{look(1, 1), look(1, 1), look(9, 1)}, false},
		"not in a row":                      {[][]inbox.Checked{look(20, 20), look(20, 0), look(20, 20)}, false},
		"one without contradiction ends it": {[][]inbox.Checked{look(20, 20), look(20, 20), look(20, 1)}, false},
		"a look that shows nothing":         {[][]inbox.Checked{look(20, 20), {{}, {}}, look(20, 20)}, true},
	} {
		var d doubts
		for _, checked := range test.looks {
			d.filter.look(expectations, checked)
		}
		if got := d.holds(DoubtFilter, time.Now()); got != test.want {
			t.Errorf("%s: doubted %t, want %t", name, got, test.want)
		}
	}
	var d filterDoubt
	d.look(expectations, look(20, 7))
	if d.text != "7 of 20 records contradict isOnline" {
		t.Errorf("it says %q", d.text)
	}
}

func TestCappedDoubt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		contacts, pages int
		full            bool
		counts          int
		want            bool
	}{
		"ten counts of 10 000":         {10_000, 500, true, 10, true},
		"nine counts":                  {10_000, 500, true, 9, false},
		"a part-full last page":        {10_000, 501, false, 20, false},
		"no round number":              {10_020, 501, true, 20, false},
		"a round number of pages":      {5_700, 100, true, 10, true},
		"too small":                    {4_000, 200, true, 20, false},
		"the smallest that is doubted": {5_000, 250, true, 10, true},
	} {
		var d doubts
		for range test.counts {
			d.capped.count(test.contacts, test.pages, test.full)
		}
		if got := d.holds(DoubtCapped, time.Now()); got != test.want {
			t.Errorf("%s: doubted %t, want %t", name, got, test.want)
		}
		d.capped.count(test.contacts+1, test.pages+1, false)
		if d.holds(DoubtCapped, time.Now()) {
			t.Errorf("%s: still doubted when the list has grown", name)
		}
	}
}

func TestIrregularDoubt(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, test := range map[string]struct {
		doubts doubts
		want   bool
	}{
		"never":           {doubts{}, false},
		"just now":        {doubts{irregular: now}, true},
		"59 minutes ago":  {doubts{irregular: now.Add(-59 * time.Minute)}, true},
		"an hour ago":     {doubts{irregular: now.Add(-time.Hour)}, false},
		"reads all pages": {doubts{walks: true}, true},
	} {
		if got := test.doubts.holds(DoubtIrregular, now); got != test.want {
			t.Errorf("%s: doubted %t, want %t", name, got, test.want)
		}
	}
}
