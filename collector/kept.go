package collector

import (
	"slices"
	"time"
)

// keptFor returns the snapshot for another scrape, with its ages updated, if it is younger
// than interval and all its queries succeeded. Otherwise, or if s is nil, it returns nil.
func (s *Snapshot) keptFor(interval time.Duration) *Snapshot {
	if s == nil {
		return nil
	}
	now := time.Now()
	age := ageAt(now, s.Ended)
	if age >= interval {
		return nil
	}
	kept := *s
	kept.Results = make([]Result, len(s.Results))
	for i, result := range s.Results {
		if result.Err() != nil || result.kept && ageAt(now, result.ended) >= max(interval, result.Query.MinInterval) {
			return nil
		}
		kept.Results[i] = result.aged(age)
	}
	return &kept
}

// ageAt returns how long ago a time was at now, by the clock that says longer: the
// monotonic clock stops while the machine is suspended, and the wall clock can be set back.
func ageAt(now, then time.Time) time.Duration {
	return max(now.Sub(then), now.Round(0).Sub(then.Round(0)))
}

// keptFor reports whether the result is served to another scrape: it is younger than
// interval, and succeeded. r may be nil.
func (r *Result) keptFor(interval time.Duration) bool {
	return r != nil && interval > 0 && r.Err() == nil && ageAt(time.Now(), r.ended) < interval
}

// keptAt returns the result for a scrape at now, with its ages updated.
func (r *Result) keptAt(now time.Time) Result {
	again := r.aged(ageAt(now, r.ended))
	again.kept = true
	return again
}

// aged returns a copy of the result in which all ages have grown.
func (r Result) aged(by time.Duration) Result {
	if r.Query.Oldest == "" && r.Query.Waiting == nil {
		return r
	}
	parts := make([]Part, len(r.Parts))
	for i, part := range r.Parts {
		parts[i] = part
		parts[i].Series = make([]Series, len(part.Series))
		for j, series := range part.Series {
			if series.dated {
				series.Oldest += by
			}
			series.Waits = slices.Clone(series.Waits)
			for k := range series.Waits {
				series.Waits[k] += by
			}
			parts[i].Series[j] = series
		}
	}
	r.Parts = parts
	return r
}
