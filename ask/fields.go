package ask

import (
	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// Fields of the contacts that the questions look at, whatever the configuration says.
const (
	contactField  = "isContact"
	statusField   = "status"
	platformField = "platform"
	senderField   = "lastMessage.by"
)

// fields are those of the contacts that are kept of every page.
type fields struct {
	selection inbox.Selection
	index     map[string]int // of a path in selection.Fields
}

// newFields returns the fields that questions about the account look at.
func newFields(account *config.Account) fields {
	f := fields{index: make(map[string]int)}
	for _, path := range []string{contactField, statusField, platformField, senderField} {
		f.add(path)
	}
	for _, path := range configuredFields(account) {
		f.add(path)
	}
	for _, k := range filterKinds(account) {
		for _, path := range k.paths() {
			f.add(path)
		}
	}
	return f
}

func (f *fields) add(path string) {
	if _, ok := f.index[path]; !ok {
		f.index[path] = len(f.selection.Fields)
		f.selection.Fields = append(f.selection.Fields, inbox.ParsePath(path))
	}
}

// of returns a contact's values of a field.
func (f *fields) of(c inbox.Contact, path string) []string { return c.Values[f.index[path]] }

// configuredFields returns the fields of the contact that the account's queries name, each
// once, in the order of the configuration.
func configuredFields(account *config.Account) []string {
	var paths []string
	seen := make(map[string]bool)
	add := func(path string) {
		if path != "" && !seen[path] {
			seen[path] = true
			paths = append(paths, path)
		}
	}
	for _, q := range account.Queries {
		for _, group := range q.GroupBy {
			add(group.Field)
		}
		add(q.Oldest)
	}
	return paths
}
