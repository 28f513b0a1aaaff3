package filter

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object with ordered members.
type object []member

// member is a member of an object. Its value can be of any type that json marshals.
type member struct {
	name  string
	value any
}

// MarshalJSONTo implements json.MarshalerTo.
func (o object) MarshalJSONTo(encoder *jsontext.Encoder) error {
	if err := encoder.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, m := range o {
		if err := encoder.WriteToken(jsontext.String(m.name)); err != nil {
			return err
		}
		if err := json.MarshalEncode(encoder, m.value); err != nil {
			return err
		}
	}
	return encoder.WriteToken(jsontext.EndObject)
}

// marshal returns the request body. timeText formats times that are set: resolved for
// the API, unresolved in a key.
func (f Filter) marshal(page int, timeText func(Time) string) []byte {
	body := make(object, 0, len(documented)+len(f.extra))
	for _, field := range documented {
		body = append(body, member{field.Name, f.value(field, page, timeText)})
	}
	for _, e := range f.extra {
		body = append(body, member{e.name, jsontext.Value(e.json)})
	}
	// This cannot fail because With and WithExtra only accept UTF-8 and valid JSON. Extra
	// fields are sent verbatim.
	data, _ := json.Marshal(body, jsontext.AllowDuplicateNames(true), jsontext.PreserveRawStrings(true))
	return data
}

// Conditions returns a JSON object with what the filter sets and nothing else, relative
// times resolved at now. It is {} if the filter sets nothing.
func (f Filter) Conditions(now time.Time) []byte {
	conditions := object{}
	for _, field := range documented {
		if _, set := f.fields[field.Name]; set {
			conditions = append(conditions, member{field.Name, f.value(field, 0, func(t Time) string { return t.wire(now) })})
		}
	}
	for _, e := range f.extra {
		conditions = append(conditions, member{e.name, jsontext.Value(e.json)})
	}
	data, _ := json.Marshal(conditions, jsontext.AllowDuplicateNames(true), jsontext.PreserveRawStrings(true)) // as in marshal
	return data
}

// value returns the value to marshal for a documented field. The zero value of its kind
// means "not applied".
func (f Filter) value(field Field, page int, timeText func(Time) string) any {
	switch field.Name {
	case applicableName:
		return f.applicable()
	case pageName:
		return page
	case exportName:
		return "none" // anything else would start an export
	}
	text := func(t Time) string {
		if t.IsZero() {
			return ""
		}
		return timeText(t)
	}
	switch set := f.fields[field.Name]; field.Kind {
	case Names, IDs:
		list, _ := set.([]string)
		return list // nil is marshaled as []
	case Flag:
		flag, _ := set.(bool)
		return flag
	case Dates:
		dates, _ := set.(Range)
		return object{{"startAt", text(dates.Start)}, {"endsAt", text(dates.End)}}
	case Ordered:
		orders, _ := set.(Orders)
		return object{{"status", orders.Status}, {"lastAt", text(orders.Last)}}
	default:
		text, _ := set.(string)
		return text
	}
}

// applicable returns the value of applicableFilters: the list that was set explicitly, or
// the names of the fields that are set.
func (f Filter) applicable() []string {
	if given, ok := f.fields[applicableName].([]string); ok {
		return given
	}
	var names []string
	for _, field := range documented {
		if _, set := f.fields[field.Name]; set && field.Name != contactName {
			names = append(names, field.Name)
		}
	}
	return names
}
