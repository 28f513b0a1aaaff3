package strictyaml

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// path says for people where in a document a value is:
// accounts[0].url, or accounts[0] (acme): url in a section.
type path struct {
	section string
	keys    string // dotted, below the section
}

// key returns the path of a key's value.
func (at path) key(name string) path {
	name = printable(name)
	if at.keys != "" {
		name = at.keys + "." + name
	}
	return path{at.section, name}
}

// item returns the path of a list's item.
func (at path) item(i int) path {
	return path{at.section, fmt.Sprintf("%s[%d]", at.keys, i)}
}

// lastKey returns the key of a value, with [] after it for an item of a list, and with a
// slash before it at the top of the document.
func (at path) lastKey() string {
	last := at.keys[strings.LastIndex(at.keys, ".")+1:]
	if key, _, isItem := strings.Cut(last, "["); isItem {
		last = key + "[]"
	}
	if at.section == "" && !strings.Contains(at.keys, ".") {
		return "/" + last
	}
	return last
}

// String returns the path as it begins a message.
func (at path) String() string {
	if at.section == "" || at.keys == "" {
		return at.section + at.keys
	}
	return at.section + ": " + at.keys
}

// printable returns text that fits on one line of a message, quoted if it
// would not otherwise.
func printable(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}
