package filter

import "time"

// roundDown returns the first instant of the second, minute, hour, day, week,
// month or year that contains t, in t's location. unit is one of roundingUnits.
func roundDown(t time.Time, unit byte) time.Time {
	year, month, dayOfMonth := t.Date()
	sinceSecond := time.Duration(t.Nanosecond())
	sinceMinute := sinceSecond + time.Duration(t.Second())*time.Second
	switch unit {
	case 's':
		return t.Add(-sinceSecond)
	case 'm':
		return t.Add(-sinceMinute)
	case 'h': // by subtraction, because an hour repeated in autumn starts twice
		return t.Add(-sinceMinute - time.Duration(t.Minute())*time.Minute)
	case 'w':
		sinceMonday := (int(t.Weekday()) + 6) % 7
		return firstInstant(year, month, dayOfMonth-sinceMonday, t.Location())
	case 'M':
		return firstInstant(year, month, 1, t.Location())
	case 'y':
		return firstInstant(year, time.January, 1, t.Location())
	default:
		return firstInstant(year, month, dayOfMonth, t.Location())
	}
}

// addMonths returns the same day of another month, or that month's last day if it has
// no such day.
func addMonths(t time.Time, months int) time.Time {
	moved := t.AddDate(0, months, 0)
	if overflow := moved.Day(); overflow < t.Day() { // into the month after
		moved = t.AddDate(0, months, -overflow)
	}
	return moved
}

// firstInstant returns the start of a calendar day in loc: midnight, or the
// earlier midnight if a change of the UTC offset repeats it, or the time of the
// change if it skips midnight.
func firstInstant(year int, month time.Month, dayOfMonth int, loc *time.Location) time.Time {
	midnight := time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC)
	// UTC offsets are between -12 and +14 hours, so local midnight is after
	// the first of these times and before the second.
	_, before := midnight.Add(-15 * time.Hour).In(loc).Zone()
	_, after := midnight.Add(13 * time.Hour).In(loc).Zone()
	earlier := midnight.Add(-time.Duration(before) * time.Second).In(loc)
	if sameWallClock(earlier, midnight) {
		return earlier
	}
	later := midnight.Add(-time.Duration(after) * time.Second).In(loc)
	if sameWallClock(later, midnight) {
		return later
	}
	change, _ := earlier.ZoneBounds()
	return change
}

// sameWallClock reports whether the date and time of t in its location are those of
// want in UTC.
func sameWallClock(t, want time.Time) bool {
	_, offset := t.Zone()
	return t.Unix()+int64(offset) == want.Unix()
}
