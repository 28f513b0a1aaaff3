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
		text := r.lines[i]
		skipped := 0
		if i == n.Line-1 {
			skipped = byteOffset(text, n.Column-1)
		}
		if at := indexVariable(text[skipped:], token); at >= 0 {
			return i + 1, utf8.RuneCountInString(text[:skipped+at]) + 1
		}
	}
	return n.Line, n.Column
}

// byteOffset returns where a character of a line begins.
func byteOffset(line string, characters int) int {
	offset := 0
	for range characters {
		_, size := utf8.DecodeRuneInString(line[offset:])
		offset += size
	}
	return offset
}

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
