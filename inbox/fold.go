package inbox

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// folded is a text as it is compared with secrets: in lower case, and without the
// differences between the alphabets of base64.
type folded struct {
	text string
	// The source of each byte of text is source[from[i]:to[i]]. Nil: source[i].
	from, to []int32
}

// maxUnescape is how often a text is unescaped.
const maxUnescape = 8

func fold(source string) folded { return folded{text: foldBytes(source)} }

// foldUnescaped folds a text without its escapes and line breaks. Escapes are those of
// URLs, JSON, Go and HTML, however often they were applied.
func foldUnescaped(source string) folded {
	f := folded{text: source}
	for range maxUnescape {
		if !f.unescape() {
			break
		}
	}
	f.text = foldBytes(f.text)
	return f
}

func foldBytes(text string) string {
	bytes := []byte(text)
	for i, c := range bytes {
		bytes[i] = foldByte(c)
	}
	return string(bytes)
}

func foldByte(c byte) byte {
	switch {
	case c >= 'A' && c <= 'Z':
		return c + 'a' - 'A'
	case c == '-', c == ' ': // the first is a plus in base64 for URLs, the second in a query
		return '+'
	case c == '_':
		return '/'
	default:
		return c
	}
}

// source returns what of the source a part of the folded text comes from.
func (f *folded) source(part span) span {
	if f.from == nil {
		return part
	}
	return span{int(f.from[part.from]), int(f.to[part.to-1])}
}

// unescape undoes one level of escapes, and reports whether there was any.
func (f *folded) unescape() bool {
	if !strings.ContainsAny(f.text, "%\\&\n\r\t") {
		return false
	}
	next := folded{
		from: make([]int32, 0, len(f.text)),
		to:   make([]int32, 0, len(f.text)),
	}
	text := make([]byte, 0, len(f.text))
	changed := false
	for i := 0; i < len(f.text); {
		meaning, length := escape(f.text[i:])
		if length == 0 {
			meaning, length = f.text[i:i+1], 1
		} else {
			changed = true
		}
		source := f.source(span{i, i + length})
		for range len(meaning) {
			next.from, next.to = append(next.from, int32(source.from)), append(next.to, int32(source.to))
		}
		text = append(text, meaning...)
		i += length
	}
	if changed {
		next.text = string(text)
		*f = next
	}
	return changed
}

// escape returns what the escape at the beginning of a text stands for and how long it is,
// 0 if there is none.
func escape(text string) (meaning string, length int) {
	switch text[0] {
	case '%':
		if code, ok := hexadecimal(text, 1, 2); ok {
			return string([]byte{byte(code)}), 3
		}
	case '\\':
		return backslash(text)
	case '&':
		return entity(text)
	case '\n', '\r', '\t':
		return "", 1
	}
	return "", 0
}

// backslash is escape for a text that begins with a backslash. One that escapes nothing
// stands for nothing.
func backslash(text string) (meaning string, length int) {
	if len(text) == 1 {
		return "", 1
	}
	switch text[1] {
	case 'n', 'r', 't':
		return "", 2
	case 'x':
		if code, ok := hexadecimal(text, 2, 2); ok {
			return string([]byte{byte(code)}), 4
		}
	case 'u':
		code, ok := hexadecimal(text, 2, 4)
		if !ok {
			break
		}
		if utf16.IsSurrogate(rune(code)) && strings.HasPrefix(text[6:], `\u`) {
			second, _ := hexadecimal(text, 8, 4)
			if r := utf16.DecodeRune(rune(code), rune(second)); r != utf8.RuneError {
				return string(r), 12
			}
		}
		return string(rune(code)), 6
	}
	return "", 1
}

// hexadecimal reads digits of a text.
func hexadecimal(text string, from, digits int) (uint64, bool) {
	if len(text) < from+digits {
		return 0, false
	}
	code, err := strconv.ParseUint(text[from:from+digits], 16, 32)
	return code, err == nil
}

// maxEntity is the longest entity of HTML.
const maxEntity = 33

// entity is escape for a text that begins with an ampersand.
func entity(text string) (meaning string, length int) {
	length = 1
	for length < min(len(text), maxEntity) && (text[length] == '#' || isAlphanumeric(text[length])) {
		length++
	}
	if length < len(text) && text[length] == ';' {
		length++
	}
	if meaning = html.UnescapeString(text[:length]); meaning == text[:length] {
		return "", 0
	}
	return meaning, length
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
