package inboxtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Inbox holds contacts in the order in which they are listed, the last one added first. Changing a contact does not
// move it. It is safe for concurrent use.
type Inbox struct {
	clock Clock

	mu    sync.RWMutex
	rows  []*row // by ascending place, so listed backwards
	byID  map[string]*row
	added uint64 // the last place assigned
}

// row is a contact in its place. A change replaces the contact behind the pointer, so that a page can be written without
// holding the lock.
type row struct {
	place   uint64
	contact *Contact
	search  string // the text that searchText searches, in lower case
}

// NewInbox returns an empty inbox that takes its timestamps from clock, or from the machine's clock if it is nil.
func NewInbox(clock Clock) *Inbox {
	if clock == nil {
		clock = systemClock{}
	}
	return &Inbox{clock: clock, byID: map[string]*row{}}
}

// Now returns the time of the inbox's clock.
func (in *Inbox) Now() time.Time { return in.clock.Now() }

// Add adds contacts at the head of the list, the last of them first. A contact with the ID of an existing one replaces it
// in its place.
func (in *Inbox) Add(contacts ...Contact) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for i := range contacts {
		in.add(contacts[i].clone())
	}
}

func (in *Inbox) add(c *Contact) {
	now := in.clock.Now()
	if c.CreatedAt.IsZero() {
		c.CreatedAt = now
	}
	if c.LastSeenAt.IsZero() {
		c.LastSeenAt = c.CreatedAt
	}
	if c.UpdatedAt.IsZero() {
		c.UpdatedAt = now
	}
	if c.ID == "" {
		c.ID = in.newID(c)
	}
	if existing, ok := in.byID[c.ID]; ok {
		existing.set(c)
		return
	}
	in.added++
	r := &row{place: in.added}
	r.set(c)
	in.rows = append(in.rows, r)
	in.byID[c.ID] = r
}

// newID generates an id like those of the API: seconds of creation, scattered digits, and a serial number.
func (in *Inbox) newID(c *Contact) string {
	for n := in.added; ; n++ {
		mixed := (n + 1) * 0x9e3779b97f4a7c15 >> 24
		id := fmt.Sprintf("%08x%010x%06x", uint32(c.CreatedAt.Unix()), mixed, n&0xffffff)
		if _, taken := in.byID[id]; !taken {
			return id
		}
	}
}

func (r *row) set(c *Contact) {
	r.contact = c
	r.search = strings.ToLower(c.Name + "\n" + c.Email + "\n+" + c.PhonePrefix + c.PhoneNumber)
}

// Remove deletes a contact and reports whether there was one.
func (in *Inbox) Remove(id string) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	r, ok := in.byID[id]
	if !ok {
		return false
	}
	at, _ := slices.BinarySearchFunc(in.rows, r.place, func(r *row, place uint64) int { return cmp.Compare(r.place, place) })
	in.rows = slices.Delete(in.rows, at, at+1)
	delete(in.byID, id)
	return true
}

// Update changes a contact by calling change, and reports whether there was one. It keeps the ID and sets UpdatedAt to
// the clock's time. Change must not call the inbox.
func (in *Inbox) Update(id string, change func(*Contact)) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	r, ok := in.byID[id]
	if !ok {
		return false
	}
	c := r.contact.clone()
	change(c)
	c.ID, c.UpdatedAt = id, in.clock.Now()
	r.set(c)
	return true
}

// Get returns a copy of a contact, and whether there is one.
func (in *Inbox) Get(id string) (Contact, bool) {
	in.mu.RLock()
	defer in.mu.RUnlock()
	r, ok := in.byID[id]
	if !ok {
		return Contact{}, false
	}
	return *r.contact.clone(), true
}

// Len returns the number of contacts.
func (in *Inbox) Len() int {
	in.mu.RLock()
	defer in.mu.RUnlock()
	return len(in.rows)
}

// Count returns the number of contacts that match, for comparison with a count through the API. Match must not change what
// its argument refers to, and must not call the inbox.
func (in *Inbox) Count(match func(Contact) bool) int {
	in.mu.RLock()
	defer in.mu.RUnlock()
	n := 0
	for _, r := range in.rows {
		if match(*r.contact) {
			n++
		}
	}
	return n
}

// Select returns copies of the contacts that match, in the order of the list. The rules of Count apply to match.
func (in *Inbox) Select(match func(Contact) bool) []Contact {
	found := in.find(func(c *Contact) bool { return match(*c) })
	selected := make([]Contact, len(found))
	for i, c := range found {
		selected[i] = *c.clone()
	}
	return selected
}

// IDs returns the ids of the contacts that match, in the order of the list. The rules of Count apply to match.
func (in *Inbox) IDs(match func(Contact) bool) []string {
	var ids []string
	for _, c := range in.find(func(c *Contact) bool { return match(*c) }) {
		ids = append(ids, c.ID)
	}
	return ids
}

// find returns the contacts that match, in the order of the list. They are not copies and must not be changed.
func (in *Inbox) find(match func(*Contact) bool) []*Contact {
	in.mu.RLock()
	defer in.mu.RUnlock()
	var found []*Contact
	for _, r := range slices.Backward(in.rows) {
		if match(r.contact) {
			found = append(found, r.contact)
		}
	}
	return found
}

// window skips the first matching contacts and returns up to limit of those that follow, in the order of the list, and the
// number of matches seen. It stops at the limit: seen is the total only if fewer are returned.
func (in *Inbox) window(match func(*row) bool, skip, limit int) (contacts []*Contact, seen int) {
	in.mu.RLock()
	defer in.mu.RUnlock()
	for _, r := range slices.Backward(in.rows) {
		if !match(r) {
			continue
		}
		if seen++; seen > skip {
			contacts = append(contacts, r.contact)
		}
		if len(contacts) == limit {
			break
		}
	}
	return contacts, seen
}
