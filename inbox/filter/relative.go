package filter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// day is 24 hours; calendar days may be shorter or longer.
const day = 24 * time.Hour

// maxOffset is the maximum distance of a relative time from now. It keeps years in
// requests at four digits.
const maxOffset = 100 * 365 * day

// roundingUnits are the units that a time can be rounded down to.
const roundingUnits = "smhdwMy"

// timeStep is one operation on a time: adding an offset, or rounding down.
type timeStep struct {
	days  int           // calendar days, added first
	clock time.Duration // added after the days
	unit  byte          // one of roundingUnits; 0 for an offset
}

// parseTimeSteps parses what follows "now".
func parseTimeSteps(rest string) ([]timeStep, error) {
	var steps []timeStep
	var total time.Duration
	for rest != "" {
		operator, operand := rest[0], rest[1:]
		if end := strings.IndexAny(operand, "+-/"); end >= 0 {
			operand = operand[:end]
		}
		rest = rest[1+len(operand):]
		switch operator {
		case '/':
			if len(operand) != 1 || !strings.Contains(roundingUnits, operand) {
				return nil, fmt.Errorf("cannot round to %q, want one of s, m, h, d, w, M, y", operand)
			}
			steps = append(steps, timeStep{unit: operand[0]})
		case '+', '-':
			days, clock, err := parseOffset(operand)
			if err != nil {
				return nil, err
			}
			if total += time.Duration(days)*day + clock; total > maxOffset {
				return nil, errTooFar
			}
			if operator == '-' {
				days, clock = -days, -clock
			}
			steps = append(steps, timeStep{days: days, clock: clock})
		default:
			return nil, errors.New("now can only be followed by +, - or /")
		}
	}
	return steps, nil
}

// offsetUnits are Prometheus' units of durations, in the order of compound durations.
var offsetUnits = []struct {
	name  string
	days  int64
	clock time.Duration
}{
	{"y", 365, 0}, {"w", 7, 0}, {"d", 1, 0},
	{"h", 0, time.Hour}, {"m", 0, time.Minute}, {"s", 0, time.Second}, {"ms", 0, time.Millisecond},
}

var errTooFar = errors.New("more than 100 years from now")

// parseOffset parses a duration like 15m or 1d12h into calendar days and the rest, at
// most maxOffset together.
func parseOffset(s string) (days int, clock time.Duration, err error) {
	wrong := fmt.Errorf("%q is not a duration, want for example 15m, 1h30m or 7d", s)
	units := offsetUnits
	for rest := s; rest != "" || len(units) == len(offsetUnits); {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		after := strings.TrimLeft(rest[digits:], "abcdefghijklmnopqrstuvwxyz")
		name := rest[digits : len(rest)-len(after)]
		for len(units) > 0 && units[0].name != name {
			units = units[1:]
		}
		if digits == 0 || len(units) == 0 {
			return 0, 0, wrong
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		unit := units[0]
		if err != nil || n > int64(maxOffset/(time.Duration(unit.days)*day+unit.clock)) {
			return 0, 0, errTooFar
		}
		days += int(n * unit.days)
		clock += time.Duration(n) * unit.clock
		if time.Duration(days)*day+clock > maxOffset {
			return 0, 0, errTooFar
		}
		units, rest = units[1:], after
	}
	return days, clock, nil
}

// apply applies the step to t in t's location.
func (s timeStep) apply(t time.Time) time.Time {
	if s.unit != 0 {
		return roundDown(t, s.unit)
	}
	if s.days != 0 { // because AddDate may change an ambiguous hour
		t = t.AddDate(0, 0, s.days)
	}
	return t.Add(s.clock)
}
