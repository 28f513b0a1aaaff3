package inbox

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
)

const (
	// minSubstring is the length from which on a secret is found within a word.
	minSubstring = 4
	// minEncoded is how much of a secret's base64 there must be to recognize it.
	minEncoded = 5
)

// form is one way to write a secret, folded.
type form struct {
	text    string
	word    bool // only a whole word is the secret
	encoded bool // in base64 or hexadecimal, which may begin before it and end after it
}

// formsOf returns the ways to write a secret that differ when they are folded. A secret may
// itself hold what looks like an escape, or does so together with what follows it: it is
// looked for as it is, and unescaped.
func formsOf(secret string) []form {
	var forms []form
	for _, text := range []string{fold(secret).text, foldUnescaped(secret).text} {
		if text != "" && (len(forms) == 0 || text != forms[0].text) {
			forms = append(forms, form{text: text, word: len(text) < minSubstring})
		}
	}
	if len(secret) < minSubstring {
		return forms
	}
	forms = append(forms, form{text: hex.EncodeToString([]byte(secret)), encoded: true})
	for offset := range 3 {
		if text := base64Of(secret, offset); len(text) >= minEncoded {
			forms = append(forms, form{text: foldBytes(text), encoded: true})
		}
	}
	return forms
}

// base64Of returns what is certain of the base64 of a text in which a secret begins offset
// bytes after a multiple of three.
func base64Of(secret string, offset int) string {
	encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), secret...))
	return encoded[(offset*8+5)/6 : (offset+len(secret))*8/6]
}

// matcher finds many secrets in one pass over a text, whose time hardly depends on their
// number. Each form is filed under one window of its bytes, the least used of some; a
// window that is found in the text leads to the forms to compare.
type matcher struct {
	known   map[string]int // how often each secret was added
	files   [len(windows)]map[uint64][]filed
	longest int // form that was ever added, if every byte of it is escaped
}

// windows are the lengths of windows. A form has one of the first length that it can have.
var windows = [...]int{8, 4, 1}

// longestEscape is the longest common escape of one byte, as in &quot; or \u0022.
const longestEscape = 6

// filed is a form whose window ends there.
type filed struct {
	form form
	end  int
}

func (m *matcher) add(secret string) {
	if m.known == nil {
		m.known = make(map[string]int)
		for i := range m.files {
			m.files[i] = make(map[uint64][]filed)
		}
	}
	if m.known[secret]++; m.known[secret] > 1 {
		return
	}
	for _, f := range formsOf(secret) {
		m.longest = max(m.longest, longestEscape*len(f.text))
		file, size := m.file(f)
		best := size
		for _, end := range windowEnds(f, size) {
			if len(file[windowAt(f.text, end, size)]) < len(file[windowAt(f.text, best, size)]) {
				best = end
			}
		}
		key := windowAt(f.text, best, size)
		file[key] = append(file[key], filed{f, best})
	}
}

func (m *matcher) remove(secret string) {
	if m.known[secret]--; m.known[secret] > 0 {
		return
	}
	delete(m.known, secret)
	for _, f := range formsOf(secret) {
		file, size := m.file(f)
		for _, end := range windowEnds(f, size) {
			key := windowAt(f.text, end, size)
			if i := slices.Index(file[key], filed{f, end}); i >= 0 {
				if file[key] = slices.Delete(file[key], i, i+1); len(file[key]) == 0 {
					delete(file, key)
				}
				break
			}
		}
	}
}

// file returns where a form is filed, and the length of the windows there.
func (m *matcher) file(f form) (file map[uint64][]filed, size int) {
	i := slices.IndexFunc(windows[:], func(size int) bool { return len(f.text) >= size })
	return m.files[i], windows[i]
}

// windowEnds returns where the windows of a form may end.
func windowEnds(f form, size int) []int {
	const most = 8
	var ends []int
	for end := size; end <= len(f.text); end += 1 + (len(f.text)-size)/most {
		ends = append(ends, end)
	}
	return ends
}

// windowAt returns the bytes of a text before end, of which there are at least size.
func windowAt(text string, end, size int) uint64 {
	var window uint64
	for i := end - size; i < end; i++ {
		window = window<<8 | uint64(text[i])
	}
	return window
}

// find returns where a text holds a secret.
func (m *matcher) find(text string) []span {
	if len(m.known) == 0 {
		return nil
	}
	spans := m.findIn(fold(text), text, nil)
	if unescaped := foldUnescaped(text); unescaped.from != nil {
		spans = m.findIn(unescaped, text, spans)
	}
	return spans
}

// findIn appends where the source of a folded text holds a secret.
func (m *matcher) findIn(f folded, source string, spans []span) []span {
	var window uint64
	for i := range len(f.text) {
		window = window<<8 | uint64(f.text[i])
		for n, size := range windows {
			if len(m.files[n]) == 0 || i+1 < size {
				continue
			}
			for _, candidate := range m.files[n][window<<(64-8*size)>>(64-8*size)] {
				s, ok := candidate.at(&f, i+1)
				if last := len(spans) - 1; ok && (last < 0 || !spans[last].contains(s)) {
					spans = append(spans, s.extend(source, candidate.form.encoded))
				}
			}
		}
	}
	return spans
}

// at returns where in the source of a text a form is whose window ends at end, and whether
// it is there.
func (c filed) at(f *folded, end int) (span, bool) {
	s := span{end - c.end, end - c.end + len(c.form.text)}
	if s.from < 0 || s.to > len(f.text) || f.text[s.from:s.to] != c.form.text {
		return span{}, false
	}
	if c.form.word && (f.joined(s.from) || f.joined(s.to)) {
		return span{}, false
	}
	return f.source(s), true
}

// joined reports whether the bytes before and after a place are of one word.
func (f *folded) joined(at int) bool {
	if at == 0 || at == len(f.text) || !isWord(f.text[at-1]) || !isWord(f.text[at]) {
		return false
	}
	return f.from == nil || f.to[at-1] == f.from[at]
}

func isWord(c byte) bool { return isAlphanumeric(c) || c >= 0x80 }

// extend returns the span with the base64 or hexadecimal digits around it, if it is of such.
func (s span) extend(text string, encoded bool) span {
	for encoded && s.from > 0 && isDigit64(text[s.from-1]) {
		s.from--
	}
	for encoded && s.to < len(text) && isDigit64(text[s.to]) {
		s.to++
	}
	return s
}

// isDigit64 reports whether a byte occurs in base64 of any kind.
func isDigit64(c byte) bool {
	switch c {
	case '+', '/', '-', '_', '=':
		return true
	default:
		return isAlphanumeric(c)
	}
}
