package inbox

import "strings"

// Selection is what a read keeps of each contact.
type Selection struct {
	Fields []Path  // as text: Contact.Values
	Times  []Path  // as time: Contact.Times
	Memory *Memory // of the read that the contacts are for; nil: one of its own for each page
}

// Path is the path of a field in a contact's record, key by key. It passes through every
// element of an array.
type Path []string

// ParsePath reads a dotted path such as lastMessage.at.
func ParsePath(dotted string) Path { return strings.Split(dotted, ".") }

// String returns the path as it is written in a configuration.
func (p Path) String() string { return strings.Join(p, ".") }
