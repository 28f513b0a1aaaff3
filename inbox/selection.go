package inbox

import "strings"

// Selection is what is read of each contact.
type Selection struct {
	Fields  []Path  // as text: Contact.Values
	Times   []Path  // as time: Contact.Times
	Memory  *Memory // of the read that the contacts are for; nil: one of its own for each page
	Checks  []Check // whether it is what was asked for: Page.Checked
	Discard bool    // no contact is kept: only the Checks matter
}

// Check compares a field of each record with the filter that was sent.
type Check struct {
	Path  Path
	Judge func(text string) Verdict // of a scalar of the field: a string's text, true, 1
}

// Verdict is what a value says of the filter.
type Verdict int

// The verdicts. Of several values of a record's field the highest counts: a field with
// several values matches a filter if one of them does.
const (
	Unknown     Verdict = iota // it says nothing
	Contradicts                // the filter was not applied to this record
	Matches
)

// Checked is the result of a Check.
type Checked struct {
	Known         int // records whose field says whether they match
	Contradicting int // of them, those that do not
}

func (c *Checked) add(v Verdict) {
	if v != Unknown {
		c.Known++
	}
	if v == Contradicts {
		c.Contradicting++
	}
}

// Path is the path of a field in a contact's record, key by key. It passes through every
// element of an array.
type Path []string

// ParsePath reads a dotted path such as lastMessage.at.
func ParsePath(dotted string) Path { return strings.Split(dotted, ".") }

// String returns the path as it is written in a configuration.
func (p Path) String() string { return strings.Join(p, ".") }
