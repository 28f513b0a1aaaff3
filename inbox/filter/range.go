package filter

import "time"

// Range is the value of a date filter: contacts from Start up to End. An end
// that is the zero Time is open.
type Range struct {
	Start, End Time
}

// Empty reports whether Start is after End, whenever the range is asked about. A fixed
// end and a relative one meet at some time.
func (r Range) Empty() bool {
	switch {
	case r.Start.IsZero() || r.End.IsZero() || r.Start.now != r.End.now:
		return false
	case !r.Start.now:
		return r.Start.fixed.After(r.End.fixed)
	}
	for now := range moments(r.Start.loc) {
		if !r.Start.At(now).After(r.End.At(now)) {
			return false
		}
	}
	return true
}

// moments returns the beginnings and the ends of days and of some of their hours, over a
// common year and a leap year. Between such moments, relative times only move evenly.
func moments(loc *time.Location) func(yield func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		for day := range 365 + 366 {
			for _, hour := range []int{0, 1, 12, 23, 24} {
				for _, past := range []time.Duration{0, -time.Millisecond} {
					if !yield(time.Date(2023, time.January, 1+day, hour, 0, 0, 0, loc).Add(past)) {
						return
					}
				}
			}
		}
	}
}
