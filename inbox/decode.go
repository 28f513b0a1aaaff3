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
	// maxEnvelopeKeys limits what is kept to find duplicate keys.
	maxEnvelopeKeys = 100
	// keptBuffer is the longest token after which a decoder is reused.
	keptBuffer = 64 << 10
)

// envelope is a decoded response body.
type envelope struct {
	success bool
	message string
	code    int // 0 if it is missing or not a number
	page    Page
}

// decoder decodes one body after the other. It reads a stream, so that no record has to
// be kept in memory.
type decoder struct {
	json    *jsontext.Decoder
	input   limitedReader
	record  recordReader
	keys    map[string]bool // of the envelope, so far
	scratch []byte
}

var decoders = sync.Pool{New: func() any {
	json := jsontext.NewDecoder(bytes.NewReader(nil))
	return &decoder{
		json:   json,
		input:  limitedReader{consumed: json.InputOffset},
		record: recordReader{json: json, hash: sha256.New()},
		keys:   make(map[string]bool),
	}
}}

// decode reads body to its end and returns how many bytes it had. It accepts exactly one
// JSON object without duplicate keys that has a boolean "success" and, if that is true,
// an array "data". Other keys and the records may hold anything, even invalid UTF-8 and
// duplicate keys. With a selection it keeps the records. Errors are Decode or TooLarge,
// or what body returned.
func decode(body io.Reader, selection *Selection) (envelope, int64, error) {
	d := decoders.Get().(*decoder)
	d.input = limitedReader{reader: body, consumed: d.input.consumed}
	d.json.Reset(&d.input, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	clear(d.keys)
	if selection != nil && selection.Memory == nil {
		own := *selection
		own.Memory = NewMemory(NewBudget(maxReadMemory), nil)
		selection = &own
	}
	e, err := d.envelope(selection)
	if err != nil {
		e.page.Release()
	}
	input := d.input
	d.input.reader = nil
	if input.longest <= keptBuffer { // otherwise its buffer has grown to hold that token
		decoders.Put(d)
	}
	if input.err != nil {
		return e, input.read, input.err // the cause of the decoder's error
	}
	if err != nil {
		err = decodeError(err)
	}
	return e, input.read, err
}

func (d *decoder) envelope(selection *Selection) (envelope, error) {
	var e envelope
	var hasSuccess, hasData bool
	if d.json.PeekKind() != '{' {
		if _, err := d.json.ReadToken(); err != nil {
			return e, err
		}
		return e, Errorf(Decode, "the response is not a JSON object")
	}
	if _, err := d.json.ReadToken(); err != nil {
		return e, err
	}
	for d.json.PeekKind() == '"' {
		key, err := d.key()
		if err != nil {
			return e, err
		}
		switch key {
		case "success":
			hasSuccess, err = true, d.success(&e)
		case "message":
			err = d.message(&e)
		case "code":
			err = d.code(&e)
		case "data":
			hasData, err = d.data(&e.page, selection)
		default:
			err = d.json.SkipValue()
		}
		if err != nil {
			return e, err
		}
	}
	if err := d.end(); err != nil {
		return e, err
	}
	switch {
	case !hasSuccess:
		return e, Errorf(Decode, `the response has no "success"`)
	case e.success && !hasData:
		return e, Errorf(Decode, `the response has no "data" array`)
	}
	return e, nil
}

// key reads a key of the envelope and refuses a duplicate.
func (d *decoder) key() (string, error) {
	if err := d.text(); err != nil {
		return "", err
	}
	if d.keys[string(d.scratch)] {
		return "", Errorf(Decode, "the response has the key %q twice", d.scratch)
	}
	if len(d.keys) == maxEnvelopeKeys {
		return "", Errorf(TooLarge, "the response has more than %d keys", maxEnvelopeKeys)
	}
	key := string(d.scratch)
	d.keys[key] = true
	return key, nil
}

func (d *decoder) success(e *envelope) error {
	token, err := d.json.ReadToken()
	if err != nil {
		return err
	}
	switch token.Kind() {
	case 't':
		e.success = true
	case 'f':
	default:
		return Errorf(Decode, `"success" is not a boolean`)
	}
	return nil
}

func (d *decoder) message(e *envelope) error {
	if d.json.PeekKind() != '"' {
		return d.json.SkipValue()
	}
	if err := d.text(); err != nil {
		return err
	}
	e.message = string(d.scratch)
	return nil
}

// text reads a string into d.scratch.
func (d *decoder) text() error {
	raw, err := d.json.ReadValue()
	if err != nil {
		return err
	}
	d.scratch, _ = jsontext.AppendUnquote(d.scratch[:0], raw) // ReadValue has checked its syntax
	return nil
}

func (d *decoder) code(e *envelope) error {
	if d.json.PeekKind() != '0' {
		return d.json.SkipValue()
	}
	raw, err := d.json.ReadValue()
	if err != nil {
		return err
	}
	if code, err := strconv.ParseFloat(string(raw), 64); err == nil && code == float64(int16(code)) {
		e.code = int(code)
	}
	return nil
}

// data reads the records. It returns false if the value is not an array.
func (d *decoder) data(page *Page, selection *Selection) (bool, error) {
	if d.json.PeekKind() != '[' {
		return false, d.json.SkipValue()
	}
	if _, err := d.json.ReadToken(); err != nil {
		return false, err
	}
	d.record.startPage(selection)
	for d.json.PeekKind() != ']' {
		if err := d.contact(page, selection); err != nil {
			return false, err
		}
		page.Records++
	}
	page.Unreadable, page.Checked = d.record.unreadable, d.record.checked
	_, err := d.json.ReadToken()
	return true, err
}

// contact reads one record: what is selected of it, or only its identity if it is the
// first of the page, or nothing of it.
func (d *decoder) contact(page *Page, selection *Selection) error {
	switch {
	case selection != nil && !selection.Discard:
		if page.Records == maxPageContacts {
			return Errorf(TooLarge, "the page has more than %d contacts", maxPageContacts)
		}
		contact, err := d.record.read(*selection)
		if err == nil {
			err = page.take(selection)
		}
		if err != nil {
			return err
		}
		page.Contacts = append(page.Contacts, contact)
		if page.Records == 0 {
			page.First = contact.ID
		}
	case selection != nil || page.Records == 0:
		var checks Selection
		if selection != nil {
			checks = *selection
		}
		contact, err := d.record.read(checks)
		if err != nil {
			return err
		}
		if page.Records == 0 {
			page.First = contact.ID
		}
	default:
		return d.json.SkipValue()
	}
	return nil
}

// end reads the end of the object and checks that nothing follows. Reading to the end of
// a compressed body also verifies its checksum.
func (d *decoder) end() error {
	if _, err := d.json.ReadToken(); err != nil {
		return err
	}
	_, err := d.json.ReadToken()
	switch {
	case err == nil:
		return Errorf(Decode, "the response has data after its JSON object")
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}
