package config

import (
	"regexp"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/config/internal/strictyaml"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
	"github.com/botpenguin-exporter/botpenguin_exporter/internal/suggest"
)

var (
	rangeKeys = []string{"startAt", "endsAt"}
	orderKeys = []string{"status", "lastAt"}
)

// filter reads a filter or a part of one. Fields that are wrong are left out. So are
// page and isExport, which a body from the API's documentation has, too.
func (r *reader) filter(v strictyaml.Value) filter.Filter {
	var read filter.Filter
	entries, _ := v.Entries()
	for _, e := range entries {
		var value any
		var ok bool
		field, known := filter.Lookup(e.Name)
		switch {
		case e.Name == "page": // the exporter asks for the pages that it needs
			e.Value.Number()
		case e.Name == "isExport":
			checkExport(e.Value)
		case e.Name == "extra":
			read = withExtra(read, e.Value)
		case e.Name == "status":
			value, ok = asAny(statuses(e.Value))
		case e.Name == "applicableFilters":
			value, ok = asAny(applicableFilters(e.Value, extraNames(entries)))
		case !known:
			e.Key.Errorf("unknown filter field %q%s", e.Name, fieldSuggestion(e.Name))
		default:
			value, ok = r.fieldValue(e.Value, field)
		}
		if !ok {
			continue
		}
		with, err := read.With(e.Name, value)
		if err != nil {
			e.Key.Errorf("%v", err)
		}
		read = with
	}
	return read
}

// checkExport reports a value of isExport that could start an export.
func checkExport(v strictyaml.Value) {
	if text, ok := v.Text(); ok && text != "none" {
		v.Errorf(`want "none", which is always sent: anything else would start an export`)
	}
}

// fieldSuggestion returns the end of a message about a field that is not
// documented.
func fieldSuggestion(name string) string {
	const undocumented = "undocumented fields go under extra"
	if suggestion := suggest.Text(name, append(fieldNames(), "extra")); suggestion != "" {
		return suggestion + " (" + undocumented + ")"
	}
	return ", " + undocumented
}

// fieldNames returns the names of the documented fields.
func fieldNames() []string {
	var names []string
	for _, field := range filter.Fields() {
		names = append(names, field.Name)
	}
	return names
}

// fieldValue reads the value of a documented field as the type that
// [filter.Filter.With] takes for it.
func (r *reader) fieldValue(v strictyaml.Value, field filter.Field) (any, bool) {
	switch field.Kind {
	case filter.IDs:
		return asAny(v.Strings(id))
	case filter.Names:
		return asAny(v.Strings(strictyaml.Value.NonEmptyText))
	case filter.Flag:
		return asAny(v.Bool())
	case filter.Dates:
		return asAny(r.dates(v))
	case filter.Ordered:
		return asAny(r.orders(v))
	default:
		return asAny(v.Text())
	}
}

func asAny[T any](value T, ok bool) (any, bool) {
	return value, ok
}

// id reads the id of a record. It needs no quotes if it looks like a number.
func id(v strictyaml.Value) (string, bool) {
	text, ok := v.Scalar()
	switch {
	case ok && text == "":
		v.Errorf("cannot be empty")
	case ok && !recordID.MatchString(text):
		v.Warnf("%s is not an id, those of the API have 24 hexadecimal digits", v.Quoted())
	}
	return text, text != ""
}

// recordID matches the ids of records, as MongoDB makes them.
var recordID = regexp.MustCompile(`^[0-9a-fA-F]{24}$`)

// dates reads a range of times.
func (r *reader) dates(v strictyaml.Value) (filter.Range, bool) {
	keys, ok := v.Mapping(rangeKeys...)
	start, startOK := r.optionalTime(keys, "startAt")
	end, endOK := r.optionalTime(keys, "endsAt")
	read := filter.Range{Start: start, End: end}
	if read.Empty() {
		first, _ := keys.Get("startAt")
		first.Errorf("is after endsAt, so no contact can match")
	}
	return read, ok && startOK && endOK
}

// orders reads a condition on the orders of a contact.
func (r *reader) orders(v strictyaml.Value) (filter.Orders, bool) {
	keys, ok := v.Mapping(orderKeys...)
	last, lastOK := r.optionalTime(keys, "lastAt")
	orders := filter.Orders{Last: last}
	status, given := keys.Get("status")
	if given {
		orders.Status, given = status.Bool()
	}
	return orders, ok && lastOK && (given || !last.IsZero())
}

// optionalTime reads a time of a filter. It is the zero Time if the key is absent
// or empty.
func (r *reader) optionalTime(keys strictyaml.Mapping, key string) (filter.Time, bool) {
	v, given := keys.Get(key)
	if !given {
		return filter.Time{}, true
	}
	text, ok := v.Scalar()
	if !ok || text == "" {
		return filter.Time{}, ok
	}
	t, err := filter.ParseTime(text, r.zone)
	if err != nil {
		if source, variables := v.Source(); variables {
			v.Errorf("the value of %s is not a time", source)
		} else {
			v.Errorf("%v", err)
		}
	}
	return t, err == nil
}

// statuses reads a list of statuses. One that is not documented may be new: it is
// a warning.
func statuses(v strictyaml.Value) ([]string, bool) {
	names, ok := v.Strings(strictyaml.Value.NonEmptyText)
	if !ok {
		return nil, false
	}
	items, _ := v.Items()
	for i, name := range names {
		if !slices.Contains(filter.Statuses(), name) {
			items[i].Warnf("%s is not a documented status%s",
				items[i].Quoted(), suggest.Text(name, filter.Statuses()))
		}
	}
	return names, true
}

// applicableFilters reads a list of fields: documented ones, or extra ones of the
// same filter.
func applicableFilters(v strictyaml.Value, extra []string) ([]string, bool) {
	names, ok := v.Strings(strictyaml.Value.NonEmptyText)
	if !ok {
		return nil, false
	}
	items, _ := v.Items()
	documented := fieldNames()
	for i, name := range names {
		if !slices.Contains(documented, name) && !slices.Contains(extra, name) {
			items[i].Errorf("unknown filter field %s%s", items[i].Quoted(), suggest.Text(name, documented))
		}
	}
	return names, true
}
