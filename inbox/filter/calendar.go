package filter

import "time"

// roundDown returns the first instant of the second, minute, hour, day, week,
// month or year that t lies in, by the clock and the calendar of t's location.
func roundDown(t time.Time, unit byte) time.Time {
	year, month, dayOfMonth := t.Date()
	sinceSecond := time.Duration(t.Nanosecond())
	sinceMinute := sinceSecond + time.Duration(t.Second())*time.Second
	switch unit {
	case 's':
		return t.Add(-sinceSecond)
	case 'm':
		return t.Add(-sinceMinute)
	case 'h': // by subtraction, for the hour that is repeated in autumn has two beginnings
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

// firstInstant returns when a day of the calendar begins in loc. That is
// midnight, the earlier one when a change of offset repeats it; when a change
// skips midnight it is the moment of the change.
func firstInstant(year int, month time.Month, dayOfMonth int, loc *time.Location) time.Time {
	midnight := time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC)
	// Offsets lie between -12 and +14 hours, so local midnight is later than
	// the first of these moments and earlier than the second.
	_, before := midnight.Add(-15 * time.Hour).In(loc).Zone()
	_, after := midnight.Add(13 * time.Hour).In(loc).Zone()
	earlier := midnight.Add(-time.Duration(before) * time.Second).In(loc)
	if showsClock(earlier, midnight) {
		return earlier
	}
	later := midnight.Add(-time.Duration(after) * time.Second).In(loc)
	if showsClock(later, midnight) {
		return later
	}
	change, _ := earlier.ZoneBounds()
	return change
}

// showsClock tells whether the clock and the calendar of t's location show at
// t what those of UTC show at want.
func showsClock(t, want time.Time) bool {
	_, offset := t.Zone()
	return t.Unix()+int64(offset) == want.Unix()
}
