package ask

import (
	"math"
	"strconv"
	"time"

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
	times     map[string]int // of a path in selection.Times
	numbers   map[string]int // of a path in selection.Numbers
}

// newFields returns the fields that questions about the account look at.
func newFields(account *config.Account) fields {
	f := fields{index: make(map[string]int), times: make(map[string]int), numbers: make(map[string]int)}
	for _, path := range []string{contactField, statusField, platformField, senderField} {
		f.add(path)
	}
	for _, q := range account.Queries {
		for _, group := range q.GroupBy {
			f.add(group.Field)
		}
		if q.Waiting != nil {
			f.add(q.Waiting.By)
		}
	}
	for _, q := range account.Queries {
		if q.Oldest != "" {
			f.addTime(q.Oldest)
		}
		if q.Waiting != nil {
			f.addTime(q.Waiting.At)
		}
		for _, sum := range q.Sums {
			f.addNumber(sum.Field)
		}
	}
	for _, k := range filterKinds(account) {
		for _, path := range k.paths() {
			if k.isTime() {
				f.addTime(path)
			} else {
				f.add(path)
			}
		}
	}
	return f
}

// addTime adds a field that has another value in each contact.
func (f *fields) addTime(path string) {
	if _, ok := f.times[path]; !ok {
		f.times[path] = len(f.selection.Times)
		f.selection.Times = append(f.selection.Times, inbox.ParsePath(path))
	}
}

// addNumber adds a field that is summed.
func (f *fields) addNumber(path string) {
	if _, ok := f.numbers[path]; !ok {
		f.numbers[path] = len(f.selection.Numbers)
		f.selection.Numbers = append(f.selection.Numbers, inbox.ParsePath(path))
	}
}

func (f *fields) add(path string) {
	if _, ok := f.index[path]; !ok {
		f.index[path] = len(f.selection.Fields)
		f.selection.Fields = append(f.selection.Fields, inbox.ParsePath(path))
	}
}

// of returns a contact's values of a field, its time, or its number.
func (f *fields) of(c inbox.Contact, path string) []string {
	if i, ok := f.times[path]; ok {
		if c.Times[i].IsZero() {
			return nil
		}
		return []string{c.Times[i].Format(time.RFC3339Nano)}
	}
	if i, ok := f.numbers[path]; ok {
		if math.IsNaN(c.Numbers[i]) {
			return nil
		}
		return []string{strconv.FormatFloat(c.Numbers[i], 'g', -1, 64)}
	}
	return c.Values[f.index[path]]
}

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
		for _, sum := range q.Sums {
			add(sum.Field)
		}
		if q.Waiting != nil {
			add(q.Waiting.By)
			add(q.Waiting.At)
		}
	}
	return paths
}
