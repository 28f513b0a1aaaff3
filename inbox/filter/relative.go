package filter

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Days and months of durations; those of the calendar may be shorter or longer.
const (
	day   = 24 * time.Hour
	month = 365 * day / 12
)

// maxOffset is the maximum distance of a relative time from now. It keeps years in
// requests at four digits.
const maxOffset = 100 * 365 * day

// roundingUnits are the units that a time can be rounded down to.
const roundingUnits = "smhdwMy"

// timeStep is one operation on a time: adding an offset, or rounding down.
type timeStep struct {
	move
	unit byte // one of roundingUnits; 0 for an offset
}

// move is a distance in time: months, then days of the calendar, then time by the clock.
type move struct {
	months, days int
	clock        time.Duration
}

// reach returns how far the move goes, with months of a twelfth of a year.
func (m move) reach() time.Duration {
	return time.Duration(m.months)*month + time.Duration(m.days)*day + m.clock
}

// back returns the move in the other direction.
func (m move) back() move {
	return move{months: -m.months, days: -m.days, clock: -m.clock}
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
			m, err := parseOffset(operand)
			if err != nil {
				return nil, err
			}
			if total += m.reach(); total > maxOffset {
				return nil, errTooFar
			}
			if operator == '-' {
				m = m.back()
			}
			steps = append(steps, timeStep{move: m})
		default:
			return nil, errors.New("now can only be followed by +, - or /")
		}
	}
	return steps, nil
}

// offsetUnits are Prometheus' units and months, longest first, which is the order in
// which a compound duration has them.
var offsetUnits = []struct {
	name string
	one  move
}{
	{"y", move{days: 365}}, {"M", move{months: 1}}, {"w", move{days: 7}}, {"d", move{days: 1}},
	{"h", move{clock: time.Hour}}, {"m", move{clock: time.Minute}}, {"s", move{clock: time.Second}}, {"ms", move{clock: time.Millisecond}},
}

var errTooFar = errors.New("more than 100 years from now")

// parseOffset reads a duration like 15m or 1d12h, at most maxOffset.
func parseOffset(s string) (move, error) {
	wrong := fmt.Errorf("%q is not a duration, want for example 15m, 1h30m, 7d or 1M", s)
	var sum move
	units := offsetUnits
	for rest := s; rest != "" || len(units) == len(offsetUnits); {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		after := strings.TrimLeft(rest[digits:], "Mabcdefghijklmnopqrstuvwxyz")
		name := rest[digits : len(rest)-len(after)]
		for len(units) > 0 && units[0].name != name {
			units = units[1:]
		}
		if digits == 0 || len(units) == 0 {
			return move{}, wrong
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		one := units[0].one
		if err != nil || n > int64(maxOffset/one.reach()) {
			return move{}, errTooFar
		}
		sum.months += int(n) * one.months
		sum.days += int(n) * one.days
		sum.clock += time.Duration(n) * one.clock
		if sum.reach() > maxOffset {
			return move{}, errTooFar
		}
		units, rest = units[1:], after
	}
	return sum, nil
}

// apply applies the step to t in t's location.
func (s timeStep) apply(t time.Time) time.Time {
	if s.unit != 0 {
		return roundDown(t, s.unit)
	}
	if s.months != 0 {
		t = addMonths(t, s.months)
	}
	if s.days != 0 { // AddDate would resolve an ambiguous hour anew
		t = t.AddDate(0, 0, s.days)
	}
	return t.Add(s.clock)
}
