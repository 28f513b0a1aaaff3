package inbox

import (
	"bytes"
	"hash"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const maxPageContacts = 100_000 // contacts of one page, if they are kept

// recordReader reads one record, token by token.
type recordReader struct {
	json       *jsontext.Decoder
	hash       hash.Hash // of the record's tokens, until its _id is found
	sum        []byte
	selection  Selection
	contact    Contact
	found      bool          // its _id
	unreadable map[int]error // of the page; see Page.Unreadable
	checked    []Checked     // of the page; see Page.Checked
	verdicts   []Verdict     // of the record, for each of Selection.Checks
	wanted     []wanted
	numbers    [][]byte // of the values of each field, in the memory of the selection
	scratch    []byte
}

// wanted is a field of the selection, and the rest of its path from the current value on.
type wanted struct {
	rest  Path
	field int // index in Selection.Fields, or -1
	time  int // index in Selection.Times, or -1
	check int // index in Selection.Checks, or -1
}

// startPage prepares for the records of a page.
func (r *recordReader) startPage(selection *Selection) {
	r.unreadable, r.checked = nil, nil
	if selection != nil && len(selection.Checks) > 0 {
		r.checked = make([]Checked, len(selection.Checks))
	}
}

// read reads a record. Its identity is its _id if that is a string or a number, else the
// whole record.
func (r *recordReader) read(selection Selection) (Contact, error) {
	r.hash.Reset()
	r.found = false
	r.selection = selection
	r.contact = Contact{Values: make([][]string, len(selection.Fields)), Times: make([]time.Time, len(selection.Times))}
	r.forget()
	r.wanted = r.wanted[:0]
	for i, path := range selection.Fields {
		r.wanted = append(r.wanted, wanted{rest: path, field: i, time: -1, check: -1})
	}
	for i, path := range selection.Times {
		r.wanted = append(r.wanted, wanted{rest: path, field: -1, time: i, check: -1})
	}
	r.verdicts = r.verdicts[:0]
	for i, check := range selection.Checks {
		r.wanted = append(r.wanted, wanted{rest: check.Path, field: -1, time: -1, check: i})
		r.verdicts = append(r.verdicts, Unknown)
	}
	if err := r.value(r.wanted, true); err != nil {
		return Contact{}, err
	}
	if !r.found {
		r.contact.ID = r.identity()
	}
	for i, verdict := range r.verdicts {
		r.checked[i].add(verdict)
	}
	for i := range r.contact.Values {
		var err error
		if r.contact.Values[i], err = selection.Memory.set(i, r.numbers[i]); err != nil {
			return Contact{}, err
		}
	}
	return r.contact, nil
}

// forget forgets the values of the record before.
func (r *recordReader) forget() {
	for len(r.numbers) < len(r.selection.Fields) {
		r.numbers = append(r.numbers, nil)
	}
	for i := range r.numbers {
		r.numbers[i] = r.numbers[i][:0]
	}
}

func (r *recordReader) identity() (id Identity) {
	r.sum = r.hash.Sum(r.sum[:0])
	copy(id[:], r.sum)
	return id
}

// value reads a value that the wanted fields' paths lead to. record is true for the record
// itself.
func (r *recordReader) value(here []wanted, record bool) error {
	switch r.json.PeekKind() {
	case '{':
		return r.object(here, record)
	case '[':
		return r.array(here)
	default:
		return r.scalar(here)
	}
}

func (r *recordReader) object(here []wanted, record bool) error {
	for _, w := range here {
		if len(w.rest) == 0 && w.field >= 0 {
			if err := r.refuse(w.field, Errorf(Decode, "field %s of a contact is an object, not a value", r.selection.Fields[w.field])); err != nil {
				return err
			}
		}
	}
	if err := r.delimiter(); err != nil {
		return err
	}
	for r.json.PeekKind() != '}' {
		name, err := r.token()
		if err != nil {
			return err
		}
		isID := record && string(name) == "_id"
		// What is wanted below this member is appended to the same slice and removed
		// again, so that no object costs an allocation.
		mark := len(r.wanted)
		for _, w := range here {
			if len(w.rest) > 0 && w.rest[0] == string(name) {
				w.rest = w.rest[1:]
				r.wanted = append(r.wanted, w)
			}
		}
		below := r.wanted[mark:]
		switch {
		case isID && !r.found:
			err = r.id(below)
		case r.found && len(below) == 0:
			err = r.json.SkipValue()
		default:
			err = r.value(below, false)
		}
		if err != nil {
			return err
		}
		r.wanted = r.wanted[:mark]
	}
	return r.delimiter()
}

// id reads the value of _id. Null and the empty string identify no contact. "1" and 1 are
// two ids.
func (r *recordReader) id(here []wanted) error {
	kind := r.json.PeekKind()
	if kind != '"' && kind != '0' {
		return r.value(here, false)
	}
	raw, err := r.json.ReadValue()
	if err != nil {
		return err
	}
	text := r.text(raw)
	r.hash.Write(raw)
	if len(text) > 0 {
		identifying := text
		if bytes.ContainsRune(text, utf8.RuneError) {
			// It may stand for what is no text, and then for different ids.
			identifying = raw
		}
		r.hash.Reset()
		r.hash.Write([]byte{byte(kind)})
		r.hash.Write(identifying)
		r.contact.ID, r.found = r.identity(), true
	}
	return r.take(here, kind, text)
}

func (r *recordReader) array(here []wanted) error {
	if err := r.delimiter(); err != nil {
		return err
	}
	for r.json.PeekKind() != ']' {
		if err := r.value(here, false); err != nil {
			return err
		}
	}
	return r.delimiter()
}

func (r *recordReader) scalar(here []wanted) error {
	kind := r.json.PeekKind()
	text, err := r.token()
	if err != nil {
		return err
	}
	return r.take(here, kind, text)
}

// take keeps a scalar for the wanted fields whose paths end here.
func (r *recordReader) take(here []wanted, kind jsontext.Kind, text []byte) error {
	for _, w := range here {
		var err error
		switch {
		case len(w.rest) > 0 || kind == 'n' || len(text) == 0:
		case w.check >= 0:
			r.verdicts[w.check] = max(r.verdicts[w.check], r.selection.Checks[w.check].Judge(string(text)))
		case w.time >= 0:
			r.takeTime(w.time, text)
		default:
			err = r.takeValue(w.field, text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// delimiter reads a brace or a bracket.
func (r *recordReader) delimiter() error {
	token, err := r.json.ReadToken()
	if err == nil {
		r.hash.Write([]byte{byte(token.Kind())})
	}
	return err
}

// token reads a scalar or the name of a member and returns its text, a string without
// quotes. The text is valid until the next token.
func (r *recordReader) token() ([]byte, error) {
	raw, err := r.json.ReadValue()
	if err != nil {
		return nil, err
	}
	if !r.found {
		r.hash.Write(raw)
		r.hash.Write([]byte{0})
	}
	return r.text(raw), nil
}

// text returns a scalar's text, a string without quotes.
func (r *recordReader) text(raw jsontext.Value) []byte {
	if raw.Kind() != '"' {
		return raw
	}
	r.scratch, _ = jsontext.AppendUnquote(r.scratch[:0], raw) // ReadValue has checked its syntax
	return r.scratch
}
