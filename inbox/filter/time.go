package filter

import (
	"fmt"
	"strings"
	"time"
)

// wireLayout is how clients of the API write times, always in UTC.
const wireLayout = "2006-01-02T15:04:05.000Z"

// Time is a point in time as a filter gives it: fixed, or relative to the
// moment it is asked about. The zero Time is no time at all.
type Time struct {
	text  string
	fixed time.Time
	now   bool // relative: steps are done to now, in loc
	steps []timeStep
	loc   *time.Location
}

// ParseTime reads an RFC 3339 time, a plain date (its first instant in loc), or
// a time relative to now: "now", then any sequence of "+" or "-" with a
// duration in Prometheus' units (ms, s, m, h, d, w, y) and months (M) and of
// "/" with a unit to round down to (s, m, h, d, w, M, y), taken from left to
// right. Days, weeks and months are those of the calendar in loc: weeks begin on
// Monday, and a month before March 31 is the last day of February. A year is 365
// days. A nil loc is UTC.
func ParseTime(s string, loc *time.Location) (Time, error) {
	if loc == nil {
		loc = time.UTC
	}
	if rest, ok := strings.CutPrefix(s, "now"); ok {
		steps, err := parseTimeSteps(rest)
		if err != nil {
			return Time{}, fmt.Errorf("time %q: %w", s, err)
		}
		return Time{text: s, now: true, steps: steps, loc: loc}, nil
	}
	fixed, err := parseFixedTime(s, loc)
	if err != nil {
		return Time{}, err
	}
	return Time{text: s, fixed: fixed}, nil
}

// parseFixedTime reads a plain date or an RFC 3339 time.
func parseFixedTime(s string, loc *time.Location) (time.Time, error) {
	if date, err := time.Parse(time.DateOnly, s); err == nil {
		return firstInstant(date.Year(), date.Month(), date.Day(), loc), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		if year := t.UTC().Year(); year < 0 || year > 9999 {
			return time.Time{}, fmt.Errorf("time %q is outside the years 0 to 9999", s)
		}
		return t, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if zoneless, err := time.Parse(layout, s); err == nil {
			return time.Time{}, fmt.Errorf("time %q lacks a zone, want for example %s", s, zoneless.Format(time.RFC3339))
		}
	}
	return time.Time{}, fmt.Errorf(
		"time %q: want RFC 3339 (2024-06-05T19:05:50Z), a date (2024-06-05) or a time relative to now (now-15m, now/d)", s)
}

// IsZero tells whether t is no time at all.
func (t Time) IsZero() bool {
	return t.text == ""
}

// String returns the time as it was written, "" for the zero Time.
func (t Time) String() string {
	return t.text
}

// At returns the point in time that t means at now. The zero Time means the
// zero time.Time.
func (t Time) At(now time.Time) time.Time {
	if !t.now {
		return t.fixed
	}
	at := now.In(t.loc)
	for _, step := range t.steps {
		at = step.apply(at)
	}
	return at
}

// wire returns the time as the API wants it.
func (t Time) wire(now time.Time) string {
	return t.At(now).UTC().Format(wireLayout)
}

// identity returns what t is, whatever the moment: equal for times that mean
// the same at every now and are written alike.
func (t Time) identity() string {
	if t.now {
		return t.text + " " + t.loc.String()
	}
	return t.wire(time.Time{})
}
