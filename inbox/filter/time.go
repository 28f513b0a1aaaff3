package filter

import (
	"fmt"
	"strings"
	"time"
)

// wireLayout is the layout of times in requests, which are in UTC.
const wireLayout = "2006-01-02T15:04:05.000Z"

// Time is a time in a filter, fixed or relative to now. The zero Time means that no
// time is set.
type Time struct {
	text  string
	fixed time.Time
	now   bool // relative: steps are applied to now, in loc
	steps []timeStep
	loc   *time.Location
}

// ParseTime parses an RFC 3339 time, a date (its first instant in loc), or a time
// relative to now: "now", followed by any number of "+" or "-" with a duration in
// Prometheus' units (ms, s, m, h, d, w, y) or months (M), and "/" with a unit to round down to
// (s, m, h, d, w, M, y), applied from left to right. Days and months are those of the calendar in loc,
// a month before March 31 is the last day of February, weeks begin on Monday, and adding a year adds 365 days. A nil loc means UTC. The
// error is a single line.
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

// parseFixedTime parses a date or an RFC 3339 time.
func parseFixedTime(s string, loc *time.Location) (time.Time, error) {
	if date, err := time.Parse(time.DateOnly, s); err == nil {
		return firstInstant(date.Year(), date.Month(), date.Day(), loc), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		if year := t.UTC().Year(); year < 0 || year > 9999 {
			return time.Time{}, fmt.Errorf("time %q is not within the years 0 to 9999", s)
		}
		return t, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if zoneless, err := time.Parse(layout, s); err == nil {
			return time.Time{}, fmt.Errorf("time %q lacks a time zone, want for example %s", s, zoneless.Format(time.RFC3339))
		}
	}
	return time.Time{}, fmt.Errorf(
		"time %q: want RFC 3339 (2024-06-05T19:05:50Z), a date (2024-06-05) or a time relative to now (now-15m, now/d)", s)
}

// IsZero reports whether t is the zero Time.
func (t Time) IsZero() bool {
	return t.text == ""
}

// String returns the text that was parsed, "" for the zero Time.
func (t Time) String() string {
	return t.text
}

// At resolves t at now. It returns the zero time.Time for the zero Time.
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

// wire formats the time for a request.
func (t Time) wire(now time.Time) string {
	return t.At(now).UTC().Format(wireLayout)
}

// identity formats the time for a key: fixed times resolved, relative ones not.
func (t Time) identity() string {
	if t.now {
		return t.text + " " + t.loc.String()
	}
	return t.wire(time.Time{})
}
