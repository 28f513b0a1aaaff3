package ask

import (
	"context"
	"fmt"
	"slices"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

// contactsOnly is the list with isContact true.
func (i *inquiry) contactsOnly() *list {
	f, _ := filter.Filter{}.With("isContact", true) // a flag
	return i.list(f)
}

// isContact asks what isContact false means: everyone, or only those who are no contacts.
func isContact(ctx context.Context, i *inquiry) (Finding, error) {
	if i.end != nil && i.end.last == 0 {
		return Finding{}, errEmpty
	}
	contacts := i.contactsOnly()
	first, err := contacts.page(ctx, 1)
	if err != nil {
		return Finding{}, err
	}
	moved, _ := compare(i.everyone.pages[1], first)
	if yes, no := i.count(contacts, contactField, "true"); contradicted(yes, no) || no >= 2 && !moved {
		return failure(fmt.Sprintf("with isContact: true, %d of %s are no contacts", no, number(yes+no, "record")),
			"isContact: true is not applied: queries with it count others, too."), nil
	}
	const everyone = "isContact: false, the default, counts everyone; isContact: true restricts to contacts."
	yes, no := i.count(i.everyone, contactField, "true")
	observation := fmt.Sprintf("with isContact: false, %d of %s are contacts", yes, number(yes+no, "record"))
	switch {
	case yes > 0 || yes+no == 0 && i.shares(contacts):
		if yes+no == 0 {
			observation = "contacts are also listed with isContact: false"
		}
		return fine(observation, everyone), nil
	case yes+no == 0:
		return notice("the records do not say who is a contact", "Compare the counts with isContact: true and false with the vendor's inbox."), nil
	case first.Records == 0:
		return fine("nobody is a contact", everyone), nil
	}
	return notice(observation, "isContact: false, the default, counts only those who are no contacts. "+
		"Set isContact: true to count contacts; everyone is the sum of both."), nil
}

// count returns how many contacts of a list have a value in a field, and how many have
// only others.
func (i *inquiry) count(l *list, path, value string) (with, without int) {
	for _, c := range l.contacts() {
		switch values := i.fields.of(c, path); {
		case slices.Contains(values, value):
			with++
		case len(values) > 0:
			without++
		}
	}
	return with, without
}

// shares reports whether the list of everyone shows contacts of another list.
func (i *inquiry) shares(other *list) bool {
	seen := i.everyone.contacts()
	for _, c := range other.contacts() {
		for _, s := range seen {
			if s.ID == c.ID {
				return true
			}
		}
	}
	return false
}

// contradicted reports whether records contradict a filter: at least a tenth of those
// that say something, and at least two of them, or all of them. A single one may have
// changed since it was selected.
func contradicted(matching, contradicting int) bool {
	return contradicting >= 2 && contradicting*10 >= matching+contradicting || contradicting > 0 && matching == 0
}
