package inbox

import "strings"

// Selection is what a read keeps of each contact.
type Selection struct {
	Fields []Path // as text: Contact.Values
	Times  []Path // as time: Contact.Times
}

// Path is where a field stands in a contact's record: the keys that lead to it. It
// leads into every element of an array on its way.
type Path []string

// ParsePath reads a dotted path such as lastMessage.at.
func ParsePath(dotted string) Path { return strings.Split(dotted, ".") }

// String is the path as it is written in a configuration.
func (p Path) String() string { return strings.Join(p, ".") }
