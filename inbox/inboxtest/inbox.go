package inboxtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Inbox holds contacts in the order in which they are listed: the one that was added last comes first. A change of a
// contact does not move it. It is safe for concurrent use.
type Inbox struct {
	clock Clock

	mu    sync.RWMutex
	rows  []*row // by place, ascending: listed from the back
	byID  map[string]*row
	added uint64 // places given away
}

// row is a contact in its place. The contact behind the pointer never changes, it is replaced, so that a page can be
// written from it without holding the lock.
type row struct {
	place   uint64
	contact *Contact
	search  string // what searchText looks through, in lower case
}

// NewInbox returns an empty inbox whose timestamps come from clock; nil is the machine's clock.
func NewInbox(clock Clock) *Inbox {
	if clock == nil {
		clock = systemClock{}
	}
	return &Inbox{clock: clock, byID: map[string]*row{}}
}

// Now returns the time of the inbox's clock.
func (in *Inbox) Now() time.Time { return in.clock.Now() }

// Add puts contacts into the inbox, the last of them at the head of the list. One with the ID of a contact that is
// there already replaces it where it stands.
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

// newID makes an id in the shape of the API's: seconds of creation, something that varies, and a running number.
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

// Update lets change rewrite a contact, and reports whether there was one. The ID stays, and UpdatedAt becomes the
// clock's time. Change must not call the inbox.
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

// Count returns how many contacts match: the truth that a count through the API is compared with. Match must neither
// change what its argument refers to nor call the inbox.
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

// Select returns copies of the contacts that match, as they are listed. Match is bound as in Count.
func (in *Inbox) Select(match func(Contact) bool) []Contact {
	found := in.find(func(c *Contact) bool { return match(*c) })
	selected := make([]Contact, len(found))
	for i, c := range found {
		selected[i] = *c.clone()
	}
	return selected
}

// IDs returns the ids of the contacts that match, as they are listed. Match is bound as in Count.
func (in *Inbox) IDs(match func(Contact) bool) []string {
	var ids []string
	for _, c := range in.find(func(c *Contact) bool { return match(*c) }) {
		ids = append(ids, c.ID)
	}
	return ids
}

// find returns the contacts that match, as they are listed. They are not copies, hence not to be changed.
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

// window returns up to limit matching contacts after the first skip ones, as they are listed, and how many matches were
// seen. It stops looking once the window is full, so the number seen is the total only when fewer were found.
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
