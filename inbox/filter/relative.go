package filter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// day is a day of durations; days of the calendar may be shorter or longer.
const day = 24 * time.Hour

// maxTimeReach bounds how far from now a relative time may lie, so that the
// year of a request always has four digits.
const maxTimeReach = 100 * 365 * day

// roundingUnits are the units that a time may be rounded down to.
const roundingUnits = "smhdwMy"

// timeStep is one thing done to a time: a move, or a rounding down.
type timeStep struct {
	days  int           // of the calendar
	clock time.Duration // after the days
	unit  byte          // one of roundingUnits; 0 for a move
}

// parseTimeSteps reads what follows "now".
func parseTimeSteps(rest string) ([]timeStep, error) {
	var steps []timeStep
	var reach time.Duration
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
			days, clock, err := parseMove(operand)
			if err != nil {
				return nil, err
			}
			if reach += time.Duration(days)*day + clock; reach > maxTimeReach {
				return nil, errTooFar
			}
			if operator == '-' {
				days, clock = -days, -clock
			}
			steps = append(steps, timeStep{days: days, clock: clock})
		default:
			return nil, errors.New("now may be followed by +, - or / only")
		}
	}
	return steps, nil
}

// moveUnits are Prometheus' units, longest first, which is the order in which
// a compound duration has them.
var moveUnits = []struct {
	name  string
	days  int64
	clock time.Duration
}{
	{"y", 365, 0}, {"w", 7, 0}, {"d", 1, 0},
	{"h", 0, time.Hour}, {"m", 0, time.Minute}, {"s", 0, time.Second}, {"ms", 0, time.Millisecond},
}

var errTooFar = errors.New("lies more than 100 years from now")

// parseMove reads a duration like 15m or 1d12h as days of the calendar and time
// by the clock, neither above maxTimeReach.
func parseMove(s string) (days int, clock time.Duration, err error) {
	wrong := fmt.Errorf("%q is not a duration, want for example 15m, 1h30m or 7d", s)
	units := moveUnits
	for rest := s; rest != "" || len(units) == len(moveUnits); {
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
		if err != nil || n > int64(maxTimeReach/(time.Duration(unit.days)*day+unit.clock)) {
			return 0, 0, errTooFar
		}
		days += int(n * unit.days)
		clock += time.Duration(n) * unit.clock
		if time.Duration(days)*day+clock > maxTimeReach {
			return 0, 0, errTooFar
		}
		units, rest = units[1:], after
	}
	return days, clock, nil
}

// apply does the step to t in t's own location.
func (s timeStep) apply(t time.Time) time.Time {
	if s.unit != 0 {
		return roundDown(t, s.unit)
	}
	if s.days != 0 { // AddDate would resolve an ambiguous hour anew
		t = t.AddDate(0, 0, s.days)
	}
	return t.Add(s.clock)
}
