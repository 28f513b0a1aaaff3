package inbox

import (
	"slices"
	"time"
)

const maxValue = 1 << 10 // bytes of one value

// takeValue keeps a value of a field.
func (r *recordReader) takeValue(field int, text []byte) error {
	path := r.selection.Fields[field]
	if len(text) > maxValue {
		return r.refuse(field, Errorf(TooLarge, "field %s of a contact is longer than %d bytes", path, maxValue))
	}
	number, ok, err := r.selection.Memory.number(field, text)
	switch {
	case err != nil:
		return err
	case !ok:
		return r.refuse(field, Errorf(TooLarge,
			"the contacts have more than %d different values of %s: group by a field with fewer, or count by dimensions (by)", MaxValues, path))
	case !slices.Contains(r.numbers[field], number):
		r.numbers[field] = append(r.numbers[field], number)
	}
	return nil
}

// refuse records why a field's values cannot be labels. The contacts can still be counted
// and grouped by other fields: it returns an error only if nobody wants that.
func (r *recordReader) refuse(field int, why error) error {
	if r.unreadable == nil {
		r.unreadable = make(map[int]error)
	}
	if r.unreadable[field] == nil {
		r.unreadable[field] = why
	}
	return r.selection.Memory.refuse(field, why)
}

// firstTime is the earliest time that is believed. The API did not exist before; what is
// earlier stands for no time, as 1970-01-01 and 0001-01-01 often do.
var firstTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// takeTime keeps the earliest readable time of a field.
func (r *recordReader) takeTime(i int, text []byte) {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil || t.Before(firstTime) {
		return
	}
	if kept := r.contact.Times[i]; kept.IsZero() || t.Before(kept) {
		r.contact.Times[i] = t
	}
}
