package strictyaml

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// locate returns the line and column of the first token in the file at or after
// the beginning of n, or those of n if there is none, as in a text with escapes.
func (r *resolver) locate(n *yaml.Node, token string) (line, column int) {
	for i := n.Line - 1; i < len(r.lines); i++ {
		text, first := r.lines[i], 1
		if i == n.Line-1 {
			text, first = text[r.offset(n):], n.Column
		}
		if at := indexVariable(text, token); at >= 0 {
			return i + 1, first + utf8.RuneCountInString(text[:at])
		}
	}
	return n.Line, n.Column
}

// offset returns where n begins in its line, in bytes. Nodes mostly come in the order of
// the file, so it goes on from the one before.
func (r *resolver) offset(n *yaml.Node) int {
	last := &r.located
	if last.line != n.Line || last.column > n.Column {
		*last = position{line: n.Line, column: 1}
	}
	text := r.lines[n.Line-1]
	for ; last.column < n.Column; last.column++ {
		_, size := utf8.DecodeRuneInString(text[last.offset:])
		last.offset += size
	}
	return last.offset
}

// position is a place in a file, the column in characters and the offset in bytes.
type position struct{ line, column, offset int }

// indexVariable returns the index of the first token in a text, or -1. A token
// with a name must not be the beginning of a longer name.
func indexVariable(text, token string) int {
	for from := 0; ; {
		at := strings.Index(text[from:], token)
		if at < 0 {
			return -1
		}
		from += at + len(token)
		if token == "${" || strings.HasPrefix(text[from:], "}") || strings.HasPrefix(text[from:], ":") {
			return from - len(token)
		}
	}
}
