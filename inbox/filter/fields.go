package filter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is the type of a filter field.
type Kind int

// The kinds of filter fields, with the Go types of their values in With.
const (
	Text    Kind = iota + 1 // string
	Names                   // []string
	IDs                     // []string of the API's ids: 24 hexadecimal digits
	Flag                    // bool
	Dates                   // Range
	Ordered                 // Orders
)

// Field is a documented field of the request body.
type Field struct {
	Name string
	Kind Kind
}

// Names of the documented fields with special treatment.
const (
	applicableName = "applicableFilters"
	contactName    = "isContact"
	pageName       = "page"
	exportName     = "isExport"
)

// documented lists the fields of the request body in the order of the API's
// documentation. Fields without a kind are not filters and cannot be set.
var documented = []Field{
	{"searchText", Text},
	{"tags", Names},
	{"status", Names},
	{"isOnline", Flag},
	{"_botWebsite", IDs},
	{"_botWhatsapp", IDs},
	{"_botTelegram", IDs},
	{"_botFacebook", IDs},
	{"_agentAssigned", IDs},
	{"segments", IDs},
	{applicableName, Names},
	{"lastSeenAt", Dates},
	{"createdAt", Dates},
	{"userInteracted", Flag},
	{"lastMessageBy", Names},
	{"isLiveChatActive", Flag},
	{"hasOrdered", Ordered},
	{pageName, 0},
	{exportName, 0},
	{contactName, Flag},
}

// Fields returns the fields that a Filter can set, in the documentation's order.
func Fields() []Field {
	return slices.DeleteFunc(slices.Clone(documented), func(f Field) bool { return f.Kind == 0 })
}

// Lookup returns the field with exactly this name, and whether a Filter can set it.
func Lookup(name string) (Field, bool) {
	for _, f := range documented {
		if f.Name == name {
			return f, f.Kind != 0
		}
	}
	return Field{}, false
}

// Statuses returns the documented conversation statuses, in the
// documentation's order and spelling.
func Statuses() []string {
	return []string{"OPEN", "INPROGRESS", "REVIEW", "ONHOLD", "DEPENDANCY", "CLOSED"}
}

// documentedAs returns the documented field whose name equals name regardless of case.
func documentedAs(name string) (string, bool) {
	for _, f := range documented {
		if strings.EqualFold(f.Name, name) {
			return f.Name, true
		}
	}
	return "", false
}

// normalize checks a value against the field's kind. It returns a copy of the value,
// and whether the value sets the field rather than meaning "not applied".
func (f Field) normalize(value any) (any, bool, error) {
	switch v := value.(type) {
	case string:
		return v, v != "", f.check(Text, "a string", v)
	case []string:
		applied := len(v) > 0 || f.Name == applicableName
		err := f.check(Names, "a list of strings", v...)
		if f.Kind == IDs {
			err = f.check(IDs, "a list of ids", v...)
		}
		return slices.Clone(v), applied, err
	case bool:
		return v, true, f.check(Flag, "a boolean")
	case Range:
		return v, !v.Start.IsZero() || !v.End.IsZero(), f.check(Dates, "a range of dates")
	case Orders:
		return v, true, f.check(Ordered, "an order condition")
	}
	return nil, false, fmt.Errorf("values of type %T are not supported", value)
}

// check returns an error if the field is not of the given kind, described by what, or
// if a text is not UTF-8, which JSON requires.
func (f Field) check(kind Kind, what string, texts ...string) error {
	if f.Kind != kind {
		return errors.New("the field cannot be " + what)
	}
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return errors.New("the text is not UTF-8")
		}
	}
	return nil
}
