package inbox

import "time"

// Identity identifies a contact: a digest of the record's _id, or of the whole record if
// it has none. No contact has the zero Identity.
type Identity [16]byte

// Contact is what a read keeps of one record.
type Contact struct {
	ID     Identity
	Values [][]string  // for each of Selection.Fields, sorted and unique; none: absent, null or empty
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
}
