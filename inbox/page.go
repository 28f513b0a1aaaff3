package inbox

import "time"

// Identity identifies a contact: a digest of the record's _id, or of the whole record if
// it has none. No contact has the zero Identity.
type Identity [16]byte

// Contact is what a read keeps of one record.
type Contact struct {
	ID     Identity
	Values [][]string  // for each of Selection.Fields, sorted and unique; none: absent, null or empty. Contacts share them
	Times  []time.Time // for each of Selection.Times the earliest; zero: absent or unreadable
}

// Page is what a count keeps of one page.
type Page struct {
	Records  int       // how many records it has; 0 past the end of the list
	First    Identity  // of its first record
	Checked  []Checked // for each of Selection.Checks
	Contacts []Contact // its records, if there is a Selection

	// Unreadable holds why a field cannot be read from these contacts, by its index in
	// Selection.Fields: it is an object (Decode), or exceeds a limit (TooLarge).
	Unreadable map[int]error

	memory *Memory // that Contacts take
	taken  int64   // of it
}

// Release gives back the memory of a page that is not kept.
func (p Page) Release() {
	if p.memory != nil {
		p.memory.release(p.taken)
	}
}

// take takes the memory of one contact more.
func (p *Page) take(s *Selection) error {
	size := int64(contactMemory + fieldMemory*(len(s.Fields)+len(s.Times)))
	if err := s.Memory.take(size); err != nil {
		return err
	}
	p.memory = s.Memory
	p.taken += size
	return nil
}
