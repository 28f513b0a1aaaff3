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

// Filter selects contacts: it is a request body without its page number. The zero
// value selects all contacts. A Filter is immutable and safe for concurrent use;
// With, WithExtra and Merge return new ones.
type Filter struct {
	fields map[string]any // by documented name: string, []string, bool, Range or Orders
	extra  []extraField   // by name, so that equal filters have equal bodies
}

// extraField is an undocumented field of the body.
type extraField struct {
	name string
	json string // compact
}

// Orders is the value of hasOrdered. A zero Last is sent as "".
type Orders struct {
	Status bool // whether the contact has ordered
	Last   Time // of the last order
}

// ConflictError is the error of Merge if both filters set the same field.
type ConflictError struct {
	Field string // "extra.x" for the undocumented field x
}

// Error implements error.
func (e *ConflictError) Error() string {
	return e.Field + " is set twice"
}

// With returns f with a documented field set to value. The type of the value
// depends on the field's Kind: string for Text, []string for Names and IDs, bool
// for Flag, Range for Dates, Orders for Ordered. An empty string or list, or a
// Range without limits, means "not applied" and unsets the field. False and
// Orders{} are conditions, and an empty list of applicableFilters replaces the
// derived one. With returns an error if the name is unknown, the type is wrong, or
// a text is not UTF-8.
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

// WithExtra returns f with an undocumented field, which is sent verbatim after the
// documented ones, in the order of their names. A second value for a name replaces the first. The value must be
// JSON. Documented names are an error, regardless of case, so that page and isExport
// cannot be set this way.
func (f Filter) WithExtra(name string, value json.RawMessage) (Filter, error) {
	if name == "" || !utf8.ValidString(name) {
		return f, fmt.Errorf("%q is not a field name", name)
	}
	if doc, ok := documentedAs(name); ok {
		return f, fmt.Errorf("%q cannot be an extra field, because the API documents %s", name, doc)
	}
	var compact bytes.Buffer
	if !utf8.Valid(value) || json.Compact(&compact, value) != nil {
		return f, fmt.Errorf("%s: the value is not JSON", name)
	}
	extra := slices.DeleteFunc(slices.Clone(f.extra), func(e extraField) bool { return e.name == name })
	extra = append(extra, extraField{name: name, json: compact.String()})
	return Filter{fields: f.fields, extra: sorted(extra)}, nil
}

// Merge returns a filter with the conditions of both a and b. It returns a
// *ConflictError if both set the same field, even to the same value.
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
	return Filter{fields: fields, extra: sorted(extra)}, nil
}

// sorted sorts fields by name.
func sorted(extra []extraField) []extraField {
	slices.SortFunc(extra, func(a, b extraField) int { return strings.Compare(a.name, b.name) })
	return extra
}

// At returns the filter's request body, with relative times resolved at now. It has all
// documented fields, in the documentation's order.
func (f Filter) At(now time.Time) Body {
	const page = `"page":`
	// The text cannot occur earlier, because quotes in strings are escaped.
	before, after, _ := strings.Cut(string(f.marshal(0, func(t Time) string { return t.wire(now) })), page+"0")
	return Body{before: before + page, after: after}
}

// Body is a filter's request body without its page number. Bodies are comparable: equal
// ones select the same contacts.
type Body struct{ before, after string }

// Page returns the JSON that requests page p, counted from 1.
func (b Body) Page(p int) []byte {
	body := make([]byte, 0, len(b.before)+len(b.after)+5)
	body = append(body, b.before...)
	body = strconv.AppendInt(body, int64(p), 10)
	return append(body, b.after...)
}

// Key returns a string that identifies the filter. It does not depend on the order
// in which fields were set. Relative times are not resolved, so the key is the same
// in every scrape.
func (f Filter) Key() string {
	return string(f.marshal(0, Time.identity))
}
