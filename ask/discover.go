package ask

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/filter"
)

const (
	// MaxDiscoverRequests is how many requests Discover makes at most.
	MaxDiscoverRequests = 22

	maxDiscoverPages = 20
	discoverLists    = MaxDiscoverRequests - maxDiscoverPages
)

// Named is a segment or a bot of an account.
type Named struct{ ID, Name string }

// NamedList is a list that an endpoint returned.
type NamedList struct {
	Items   []Named // by name, then by id; of a name that several have, the id is part
	Missing string  // why there is no list; "": there is one
	More    bool    // there are more than can be read
}

// Discovery is what an account has that can be counted. All lists are sorted, and each
// value is in them once.
type Discovery struct {
	Segments NamedList
	Bots     NamedList // of WhatsApp

	// As seen on pages of contacts.
	Agents, Tags, Statuses, Channels []string

	Pages, Contacts int    // looked at
	Incomplete      string // why not all was asked; "": it was
	Requests        int    // retries included
}

// Fields of the contacts that Discover looks at.
const (
	agentField = "_agentAssigned"
	tagField   = "profile.userDetails.tags"
)

// Discover asks what an account has that can be counted: its segments and WhatsApp bots,
// and what occurs in the first pages of its contacts. When ctx ends, or the API fails
// after the first page, it returns what is known. An error says that nothing is.
func Discover(ctx context.Context, account *config.Account, options Options) (*Discovery, error) {
	asker, err := newAsker(account, MaxDiscoverRequests, options)
	if err != nil {
		return nil, err
	}
	defer asker.close()
	d := &Discovery{}
	options.Progress.asks("contacts")
	err = d.look(ctx, asker)
	if err != nil && d.Pages == 0 {
		return nil, fmt.Errorf("account %s: %w", account.Name, err)
	}
	options.Progress.asks("segments")
	d.Segments = asker.names(ctx, inbox.Segments, "segmentName")
	options.Progress.asks("WhatsApp bots")
	d.Bots = asker.names(ctx, inbox.WhatsAppBots, "name")
	d.Requests = asker.budget.requests()
	switch {
	case err != nil:
		d.Incomplete = fmt.Sprintf("page %d: %v", d.Pages+1, err)
	case ctx.Err() != nil:
		d.Incomplete = errInterrupted.why
	}
	return d, nil
}

// names returns what an endpoint lists.
func (a *asker) names(ctx context.Context, endpoint inbox.Endpoint, nameField string) NamedList {
	page, err := a.ask(ctx, inbox.Request{Endpoint: endpoint, Selection: &inbox.Selection{
		Fields: []inbox.Path{{"_id"}, {nameField}},
	}})
	if err != nil {
		return NamedList{Missing: fmt.Sprintf("%s: %v", endpoint, err)}
	}
	var items []Named
	for _, c := range page.Contacts {
		ids := c.Values[0]
		if len(ids) != 1 || !a.usable(ids[0]) {
			continue
		}
		item := Named{ID: ids[0], Name: a.oneLine(strings.Join(c.Values[1], " "))}
		if item.Name == "" {
			item.Name = item.ID
		}
		items = append(items, item)
	}
	return NamedList{Items: distinct(items), More: len(page.Unreadable) > 0}
}

// oneLine returns a text of the API on one line and without secrets.
func (a *asker) oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(a.redact(text), "\uFFFD"))
	return strings.Join(strings.Fields(text), " ")
}

// usable reports whether a value of the API can be that of a filter and a label: it is on
// one line, is no secret, and is not empty.
func (a *asker) usable(value string) bool {
	return utf8.ValidString(value) && !strings.ContainsFunc(value, unicode.IsControl) &&
		strings.TrimSpace(value) != "" && a.redact(value) == value
}

// distinct sorts items, each once, and appends the ids to names that several have.
func distinct(items []Named) []Named {
	slices.SortFunc(items, func(a, b Named) int {
		if byName := strings.Compare(a.Name, b.Name); byName != 0 {
			return byName
		}
		return strings.Compare(a.ID, b.ID)
	})
	items = slices.Compact(items)
	for again := true; again; { // a name with an id may be that of another item
		again = false
		times := make(map[string]int)
		for _, item := range items {
			times[item.Name]++
		}
		for i, item := range items {
			if times[item.Name] > 1 {
				items[i].Name = fmt.Sprintf("%s (%s)", item.Name, item.ID)
				again = true
			}
		}
	}
	return items
}

// look looks at the pages of contacts.
func (d *Discovery) look(ctx context.Context, a *asker) error {
	var selection inbox.Selection
	for _, path := range []string{agentField, tagField, statusField, platformField} {
		selection.Fields = append(selection.Fields, inbox.ParsePath(path))
	}
	found := make([]map[string]bool, len(selection.Fields))
	for i := range found {
		found[i] = make(map[string]bool)
	}
	body := filter.Filter{}.At(time.Now())
	seen := make(map[inbox.Identity]bool)
	more, err := true, error(nil)
	for d.Pages < maxDiscoverPages && more && err == nil {
		more, err = d.lookAt(ctx, a, inbox.Request{Body: body.Page(d.Pages + 1), Selection: &selection}, seen, found)
	}
	d.Contacts = len(seen)
	for i, list := range []*[]string{&d.Agents, &d.Tags, &d.Statuses, &d.Channels} {
		*list = slices.DeleteFunc(slices.Sorted(maps.Keys(found[i])), func(value string) bool { return !a.usable(value) })
	}
	return err
}

// lookAt looks at the next page and adds what is new on it. It reports whether anything
// is.
func (d *Discovery) lookAt(ctx context.Context, a *asker, next inbox.Request, seen map[inbox.Identity]bool, found []map[string]bool) (bool, error) {
	if a.budget.left() <= discoverLists {
		return false, &notAsked{why: "requests had to be repeated"}
	}
	page, err := a.ask(ctx, next)
	if err != nil && d.Pages > 0 && a.refused(err) { // some APIs answer so past the end
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d.Pages++
	before := len(seen)
	for _, c := range page.Contacts {
		seen[c.ID] = true
		for i, values := range c.Values {
			for _, value := range values {
				found[i][value] = true
			}
		}
	}
	return len(seen) > before, nil
}

// Complete returns an error that says why not all was asked, nil if it was.
func (d *Discovery) Complete() error {
	if d.Incomplete == "" {
		return nil
	}
	return errors.New("the configuration is incomplete: " + d.Incomplete)
}
