package inbox

import (
	"bytes"
	"hash"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxPageContacts = 100_000 // contacts of one page, if they are kept
	maxValues       = 100     // values of one field of one contact
	maxValue        = 1 << 10 // bytes of one such value
)

// recordReader reads one record, token by token.
type recordReader struct {
	json       *jsontext.Decoder
	hash       hash.Hash // of the record's tokens, until its _id is found
	sum        []byte
	selection  Selection
	contact    Contact
	found      bool          // its _id
	unreadable map[int]error // of the page; see Page.Unreadable
	wanted     []wanted
	scratch    []byte
}

// wanted is a field of the selection, and the rest of its path from the current value on.
type wanted struct {
	rest  Path
	field int // index in Selection.Fields, or -1
	time  int // index in Selection.Times, or -1
}

// read reads a record. Its identity is its _id if that is a string or a number, else the
// whole record.
func (r *recordReader) read(selection Selection) (Contact, error) {
	r.hash.Reset()
	r.found = false
	r.selection = selection
	r.contact = Contact{Values: make([][]string, len(selection.Fields)), Times: make([]time.Time, len(selection.Times))}
	r.wanted = r.wanted[:0]
	for i, path := range selection.Fields {
		r.wanted = append(r.wanted, wanted{rest: path, field: i, time: -1})
	}
	for i, path := range selection.Times {
		r.wanted = append(r.wanted, wanted{rest: path, field: -1, time: i})
	}
	if err := r.value(r.wanted, true); err != nil {
		return Contact{}, err
	}
	if !r.found {
		r.contact.ID = r.identity()
	}
	for i := range r.contact.Values {
		slices.Sort(r.contact.Values[i])
		r.contact.Values[i] = slices.Compact(r.contact.Values[i])
	}
	return r.contact, nil
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
			r.refuse(w.field, Errorf(Decode, "field %s of a contact is an object, not a value", r.selection.Fields[w.field]))
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
	r.take(here, kind, text)
	return nil
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
	r.take(here, kind, text)
	return nil
}

// take keeps a scalar for the wanted fields whose paths end here.
func (r *recordReader) take(here []wanted, kind jsontext.Kind, text []byte) {
	for _, w := range here {
		switch {
		case len(w.rest) > 0 || kind == 'n' || len(text) == 0:
		case w.time >= 0:
			r.takeTime(w.time, text)
		default:
			r.takeValue(w.field, text)
		}
	}
}

func (r *recordReader) takeValue(field int, text []byte) {
	values := &r.contact.Values[field]
	switch {
	case len(text) > maxValue:
		r.refuse(field, Errorf(TooLarge, "field %s of a contact is longer than %d bytes", r.selection.Fields[field], maxValue))
	case slices.Contains(*values, string(text)):
	case len(*values) == maxValues:
		r.refuse(field, Errorf(TooLarge, "field %s of a contact has more than %d values", r.selection.Fields[field], maxValues))
	default:
		*values = append(*values, string(text))
	}
}

// refuse records why a field's values cannot be labels. The contacts can still be counted
// and grouped by other fields.
func (r *recordReader) refuse(field int, why error) {
	if r.unreadable == nil {
		r.unreadable = make(map[int]error)
	}
	if r.unreadable[field] == nil {
		r.unreadable[field] = why
	}
}

// takeTime keeps the earliest readable time of a field.
func (r *recordReader) takeTime(i int, text []byte) {
	t, err := time.Parse(time.RFC3339, string(text))
	if kept := r.contact.Times[i]; err == nil && (kept.IsZero() || t.Before(kept)) {
		r.contact.Times[i] = t
	}
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
