package inbox

import "time"

// Identity tells contacts apart: a digest of the record's _id, or of the whole
// record where it has none. The zero Identity belongs to no contact.
type Identity [16]byte

// Contact is what a read keeps of one record.
type Contact struct {
	ID     Identity
	Values [][]string  // of each of Selection.Fields, sorted, each once; none: absent, null or empty
	Times  []time.Time // of each of Selection.Times the earliest; zero: absent or unreadable
}

// Page is what a count keeps of one page.
type Page struct {
	Records  int       // how many records it has; 0 past the end of the list
	First    Identity  // of its first record
	Contacts []Contact // its records, when asked for

	// Unfit says, by its index in Selection.Fields, why a field cannot be read of these
	// contacts: it is an object (Decode), or beyond a limit (TooLarge).
	Unfit map[int]error
}
