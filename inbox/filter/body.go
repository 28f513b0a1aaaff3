package filter

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// appendBody appends the request body. timeText says how a time that is set
// stands in it: resolved on the wire, unresolved in a key.
func (f Filter) appendBody(dst []byte, page int, extra []extraField, timeText func(Time) string) []byte {
	dst = append(dst, '{')
	for i, field := range documented {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, field.Name)
		dst = append(dst, ':')
		switch field.Name {
		case applicableName:
			dst = appendTexts(dst, f.applicable())
		case pageName:
			dst = strconv.AppendInt(dst, int64(page), 10)
		case exportName:
			dst = append(dst, `"none"`...) // anything else would start an export
		case contactName:
			value, set := f.fields[contactName].(bool)
			dst = strconv.AppendBool(dst, value || !set)
		default:
			dst = f.appendValue(dst, field, timeText)
		}
	}
	for _, e := range extra {
		dst = append(dst, ',')
		dst = appendText(dst, e.name)
		dst = append(dst, ':')
		dst = append(dst, e.json...)
	}
	return append(dst, '}')
}

// appendValue appends the value of a filter field, the zero value of its kind
// standing for "not applied".
func (f Filter) appendValue(dst []byte, field Field, timeText func(Time) string) []byte {
	value := f.fields[field.Name]
	switch field.Kind {
	case Names, IDs:
		list, _ := value.([]string)
		return appendTexts(dst, list)
	case Flag:
		flag, _ := value.(bool)
		return strconv.AppendBool(dst, flag)
	case Dates:
		dates, _ := value.(Range)
		dst = append(dst, `{"startAt":`...)
		dst = appendTime(dst, dates.Start, timeText)
		dst = append(dst, `,"endsAt":`...)
		dst = appendTime(dst, dates.End, timeText)
		return append(dst, '}')
	case Ordered:
		orders, _ := value.(Orders)
		dst = append(dst, `{"status":`...)
		dst = strconv.AppendBool(dst, orders.Status)
		dst = append(dst, `,"lastAt":`...)
		dst = appendTime(dst, orders.Last, timeText)
		return append(dst, '}')
	default:
		text, _ := value.(string)
		return appendText(dst, text)
	}
}

// applicable returns the value of applicableFilters: the list that was given,
// else the names of the filters that are set.
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

func appendTime(dst []byte, t Time, timeText func(Time) string) []byte {
	if t.IsZero() {
		return append(dst, `""`...)
	}
	return appendText(dst, timeText(t))
}

func appendTexts(dst []byte, texts []string) []byte {
	dst = append(dst, '[')
	for i, text := range texts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendText(dst, text)
	}
	return append(dst, ']')
}

// appendText appends a JSON string. All text in a Filter is UTF-8, the one
// thing that quoting could fail on.
func appendText(dst []byte, text string) []byte {
	dst, _ = jsontext.AppendQuote(dst, text)
	return dst
}
