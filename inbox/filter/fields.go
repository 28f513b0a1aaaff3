package filter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind says what a filter field holds.
type Kind int

// The kinds of filter fields, with the Go type that With takes for each.
const (
	Text    Kind = iota + 1 // string
	Names                   // []string
	IDs                     // []string, ids of the API: 24 hexadecimal digits
	Flag                    // bool
	Dates                   // Range
	Ordered                 // Orders
)

// Field is a documented field of the request body that a Filter may set.
type Field struct {
	Name string
	Kind Kind
}

// Names of the documented fields that have a part of their own in the body.
const (
	applicableName = "applicableFilters"
	contactName    = "isContact"
	pageName       = "page"
	exportName     = "isExport"
)

// documented is the request body of the API's documentation, in its order. The
// fields without a kind are no filters and cannot be set.
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

// Fields returns the fields that a Filter may set, in the documentation's
// order.
func Fields() []Field {
	return slices.DeleteFunc(slices.Clone(documented), func(f Field) bool { return f.Kind == 0 })
}

// Lookup returns the field of that exact name, and whether a Filter may set it.
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

// documentedAs finds the documented field that name spells in any case.
func documentedAs(name string) (string, bool) {
	for _, f := range documented {
		if strings.EqualFold(f.Name, name) {
			return f.Name, true
		}
	}
	return "", false
}

// normalize checks a value against the field's kind and returns a copy that
// nobody else holds, and whether the value applies the filter at all.
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
	return nil, false, fmt.Errorf("no filter field holds a %T", value)
}

// check refuses a value of another kind than the field's, and text that JSON
// could not carry.
func (f Field) check(kind Kind, what string, texts ...string) error {
	if f.Kind != kind {
		return errors.New("the field does not hold " + what)
	}
	for _, text := range texts {
		if !utf8.ValidString(text) {
			return errors.New("the text is not UTF-8")
		}
	}
	return nil
}
