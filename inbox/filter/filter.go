package filter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Filter says which contacts a request asks for: the request body less its
// page. The zero value asks for all contacts. A Filter never changes once
// made; With and Merge return new ones, so it may be shared freely.
type Filter struct {
	fields map[string]any // by documented name: string, []string, bool, Range or Orders
	extra  []extraField   // in the order they were added
}

// extraField is a field of the body that the documentation lacks.
type extraField struct {
	name string
	json string // compact
}

// Orders is the value of hasOrdered. A zero Last is sent as "".
type Orders struct {
	Status bool
	Last   Time
}

// ConflictError says that two filters that were to be merged set one field.
type ConflictError struct {
	Field string // "extra.x" for the field x outside the documentation
}

// Error implements error.
func (e *ConflictError) Error() string {
	return e.Field + " is set twice"
}

// With returns f with a documented field set to value, whose type follows the
// field's Kind: string for Text, []string for Names and IDs, bool for Flag,
// Range for Dates, Orders for Ordered. A value that stands for "not applied"
// (an empty string or list, a Range open at both ends) unsets the field; false
// and Orders{} are conditions like any other, and so is an empty list of
// applicableFilters, which then is sent in place of the derived one. An unknown
// name, a value of another type, and text that is not UTF-8 are errors.
func (f Filter) With(name string, value any) (Filter, error) {
	field, ok := Lookup(name)
	if !ok {
		return f, fmt.Errorf("%q is not a filter field of the inbox API", name)
	}
	value, applied, err := field.normalize(value)
	if err != nil {
		return f, fmt.Errorf("%s: %w", name, err)
	}
	fields := maps.Clone(f.fields)
	if fields == nil {
		fields = make(map[string]any, 1)
	}
	delete(fields, name)
	if applied {
		fields[name] = value
	}
	return Filter{fields: fields, extra: f.extra}, nil
}

// WithExtra returns f with a field that the documentation lacks, sent as it
// stands after the documented ones; a second value for a name replaces the
// first. The value is JSON. A documented name in any spelling is an error: no
// detour may set page or isExport.
func (f Filter) WithExtra(name string, value json.RawMessage) (Filter, error) {
	if name == "" || !utf8.ValidString(name) {
		return f, fmt.Errorf("%q is not a field name", name)
	}
	if doc, ok := documentedAs(name); ok {
		return f, fmt.Errorf("%q may not be an extra field, the API documents %s", name, doc)
	}
	var compact bytes.Buffer
	if !utf8.Valid(value) || json.Compact(&compact, value) != nil {
		return f, fmt.Errorf("%s: the value is not JSON", name)
	}
	extra := slices.DeleteFunc(slices.Clone(f.extra), func(e extraField) bool { return e.name == name })
	extra = append(extra, extraField{name: name, json: compact.String()})
	return Filter{fields: f.fields, extra: extra}, nil
}

// Merge returns the filter that asks for what both a and b ask for. A field set
// by both is a *ConflictError, even when the values agree.
func Merge(a, b Filter) (Filter, error) {
	fields := maps.Clone(a.fields)
	if fields == nil {
		fields = make(map[string]any, len(b.fields))
	}
	for _, doc := range documented {
		value, ok := b.fields[doc.Name]
		if !ok {
			continue
		}
		if _, twice := fields[doc.Name]; twice {
			return Filter{}, &ConflictError{Field: doc.Name}
		}
		fields[doc.Name] = value
	}
	extra := slices.Clone(a.extra)
	for _, e := range b.extra {
		if slices.ContainsFunc(extra, func(o extraField) bool { return o.name == e.name }) {
			return Filter{}, &ConflictError{Field: "extra." + e.name}
		}
		extra = append(extra, e)
	}
	return Filter{fields: fields, extra: extra}, nil
}

// At returns the request bodies that ask for the contacts, with relative times resolved
// at now. Every documented field is in them, in the documentation's order.
func (f Filter) At(now time.Time) Body {
	const page = `"page":`
	// Only numbers, booleans and strings, in which quotes are escaped, come before it.
	before, after, _ := strings.Cut(string(f.marshal(0, f.extra, func(t Time) string { return t.wire(now) })), page+"0")
	return Body{before: before + page, after: after}
}

// Body is a filter's request body less the number of the page. Two are equal if they ask
// for the same contacts.
type Body struct{ before, after string }

// Page returns the JSON that asks for page p, counted from 1.
func (b Body) Page(p int) []byte {
	body := make([]byte, 0, len(b.before)+len(b.after)+5)
	body = append(body, b.before...)
	body = strconv.AppendInt(body, int64(p), 10)
	return append(body, b.after...)
}

// Key returns the filter's identity: filters that ask for the same contacts in
// the same words have equal keys, today and tomorrow, for relative times stay
// as they are written.
func (f Filter) Key() string {
	sorted := slices.SortedFunc(slices.Values(f.extra), func(a, b extraField) int {
		return strings.Compare(a.name, b.name)
	})
	return string(f.marshal(0, sorted, Time.identity))
}
