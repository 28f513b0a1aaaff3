package inbox

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxEnvelopeKeys bounds what is kept to find a repeated key.
	maxEnvelopeKeys = 100
	// keptBuffer is the longest token after which a decoder is used again.
	keptBuffer = 64 << 10
)

// answer is a response body: the envelope and what was kept of its page.
type answer struct {
	success bool
	message string
	code    int // 0 when it is missing or no number
	page    Page
}

// pageDecoder reads one answer as a stream: no record is kept, and none has to fit
// into memory.
type pageDecoder struct {
	json    *jsontext.Decoder
	guard   guardedReader
	record  recordReader
	keys    map[string]bool // of the envelope, seen in this answer
	scratch []byte
}

var decoders = sync.Pool{New: func() any {
	json := jsontext.NewDecoder(bytes.NewReader(nil))
	return &pageDecoder{
		json:   json,
		guard:  guardedReader{consumed: json.InputOffset},
		record: recordReader{json: json, hash: sha256.New()},
		keys:   make(map[string]bool),
	}
}}

// decodeAnswer reads body to its end. It accepts exactly one JSON object that has
// no key twice, a boolean "success" and, when that is true, an array "data". What
// else it holds, and what the records hold, is of no concern; invalid UTF-8 is
// tolerated in them, as are repeated keys. With a selection it keeps the records.
// Errors are Decode or TooLarge, or what body returned.
func decodeAnswer(body io.Reader, selection *Selection) (answer, int64, error) {
	d := decoders.Get().(*pageDecoder)
	d.guard = guardedReader{reader: body, consumed: d.guard.consumed}
	d.json.Reset(&d.guard, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	clear(d.keys)
	a, err := d.envelope(selection)
	guard := d.guard
	d.guard.reader = nil
	if guard.longest <= keptBuffer { // else its buffer has grown to hold that token
		decoders.Put(d)
	}
	if guard.err != nil {
		return a, guard.read, guard.err // the cause, where the decoder knows only the symptom
	}
	if err != nil {
		err = decodeError(err)
	}
	return a, guard.read, err
}

func (d *pageDecoder) envelope(selection *Selection) (answer, error) {
	var a answer
	var hasSuccess, hasData bool
	if d.json.PeekKind() != '{' {
		if _, err := d.json.ReadToken(); err != nil {
			return a, err
		}
		return a, Errorf(Decode, "the answer is no JSON object")
	}
	if _, err := d.json.ReadToken(); err != nil {
		return a, err
	}
	for d.json.PeekKind() == '"' {
		key, err := d.key()
		if err != nil {
			return a, err
		}
		switch key {
		case "success":
			hasSuccess, err = true, d.success(&a)
		case "message":
			err = d.message(&a)
		case "code":
			err = d.code(&a)
		case "data":
			hasData, err = d.data(&a.page, selection)
		default:
			err = d.json.SkipValue()
		}
		if err != nil {
			return a, err
		}
	}
	if err := d.end(); err != nil {
		return a, err
	}
	switch {
	case !hasSuccess:
		return a, Errorf(Decode, `the answer lacks "success"`)
	case a.success && !hasData:
		return a, Errorf(Decode, `the answer lacks an array "data"`)
	}
	return a, nil
}

// key reads a key of the envelope and refuses one that was there before.
func (d *pageDecoder) key() (string, error) {
	if err := d.text(); err != nil {
		return "", err
	}
	if d.keys[string(d.scratch)] {
		return "", Errorf(Decode, "the answer has the key %q twice", d.scratch)
	}
	if len(d.keys) == maxEnvelopeKeys {
		return "", Errorf(TooLarge, "the answer has more than %d keys", maxEnvelopeKeys)
	}
	key := string(d.scratch)
	d.keys[key] = true
	return key, nil
}

func (d *pageDecoder) success(a *answer) error {
	token, err := d.json.ReadToken()
	if err != nil {
		return err
	}
	switch token.Kind() {
	case 't':
		a.success = true
	case 'f':
	default:
		return Errorf(Decode, `"success" is no boolean`)
	}
	return nil
}

func (d *pageDecoder) message(a *answer) error {
	if d.json.PeekKind() != '"' {
		return d.json.SkipValue()
	}
	if err := d.text(); err != nil {
		return err
	}
	a.message = string(d.scratch)
	return nil
}

// text reads a string into scratch.
func (d *pageDecoder) text() error {
	raw, err := d.json.ReadValue()
	if err != nil {
		return err
	}
	d.scratch, _ = jsontext.AppendUnquote(d.scratch[:0], raw) // its syntax has been checked
	return nil
}

func (d *pageDecoder) code(a *answer) error {
	if d.json.PeekKind() != '0' {
		return d.json.SkipValue()
	}
	raw, err := d.json.ReadValue()
	if err != nil {
		return err
	}
	if code, err := strconv.ParseFloat(string(raw), 64); err == nil && code == float64(int16(code)) {
		a.code = int(code)
	}
	return nil
}

// data counts the records; false means that there is no array.
func (d *pageDecoder) data(page *Page, selection *Selection) (bool, error) {
	if d.json.PeekKind() != '[' {
		return false, d.json.SkipValue()
	}
	if _, err := d.json.ReadToken(); err != nil {
		return false, err
	}
	d.record.unfit = nil
	for d.json.PeekKind() != ']' {
		if err := d.contact(page, selection); err != nil {
			return false, err
		}
		page.Records++
	}
	page.Unfit = d.record.unfit
	_, err := d.json.ReadToken()
	return true, err
}

// contact reads one record: whole when it is selected, for its identity when it is
// the first of the page, and else past it.
func (d *pageDecoder) contact(page *Page, selection *Selection) error {
	switch {
	case selection != nil:
		if page.Records == maxPageContacts {
			return Errorf(TooLarge, "the page has more than %d contacts to tell apart", maxPageContacts)
		}
		contact, err := d.record.read(*selection)
		if err != nil {
			return err
		}
		page.Contacts = append(page.Contacts, contact)
		if page.Records == 0 {
			page.First = contact.ID
		}
	case page.Records == 0:
		contact, err := d.record.read(Selection{})
		if err != nil {
			return err
		}
		page.First = contact.ID
	default:
		return d.json.SkipValue()
	}
	return nil
}

// end reads the end of the object and finds nothing after it. Reading to the end
// also has a compressed answer's checksum verified.
func (d *pageDecoder) end() error {
	if _, err := d.json.ReadToken(); err != nil {
		return err
	}
	_, err := d.json.ReadToken()
	switch {
	case err == nil:
		return Errorf(Decode, "the answer goes on after its JSON object")
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}
