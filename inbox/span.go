package inbox

import (
	"cmp"
	"slices"
	"strings"
)

// span is a part of a text.
type span struct{ from, to int }

func (s span) contains(other span) bool { return s.from <= other.from && other.to <= s.to }

// replace returns a text up to an end with the spans replaced by secretShown. Spans that
// overlap are replaced by one.
func replace(text string, spans []span, end int) string {
	if len(spans) == 0 {
		return text[:end]
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.from-b.from, a.to-b.to) })
	var b strings.Builder
	at := 0 // where what is not yet written begins
	for _, s := range spans {
		if s.from >= end {
			break
		}
		if s.from >= at {
			b.WriteString(text[at:s.from])
			b.WriteString(secretShown)
		}
		at = max(at, s.to)
	}
	if at < end {
		b.WriteString(text[at:end])
	}
	return b.String()
}
