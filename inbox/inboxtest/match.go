package inboxtest

import (
	"slices"
	"strings"
	"time"
)

// dialect is how a server reads what the API's documentation leaves open.
type dialect struct {
	strictApplicable bool     // only the filters that applicableFilters lists are applied
	unlistedOnly     bool     // only those that it does not list are
	strictContact    bool     // isContact false asks for visitors only, and not for everyone
	ignored          []string // filters that are never applied
	uncompressed     bool     // responses are never compressed
}

// matcher collects the conditions of a request. A contact must meet all of them.
type matcher struct {
	dialect
	listed     []string // applicableFilters
	conditions []func(*row) bool
}

// match returns a function that reports whether a contact matches the request, as a server of that dialect reads it.
func (q request) match(d dialect) func(*row) bool {
	m := &matcher{listed: q.applicableFilters, dialect: d}
	m.search("searchText", q.searchText)
	m.anyOf("tags", q.tags, func(c *Contact) []string { return c.Tags })
	m.oneOf("status", q.status, func(c *Contact) string { return c.Status })
	m.flag("isOnline", q.isOnline, func(c *Contact) bool { return c.Online })
	m.bots("_botWebsite", Website, q)
	m.bots("_botWhatsapp", Whatsapp, q)
	m.bots("_botTelegram", Telegram, q)
	m.bots("_botFacebook", Facebook, q)
	m.bots("_botAutomation", Automation, q)
	m.oneOf("_agentAssigned", q.agentAssigned, func(c *Contact) string { return c.Agent })
	m.anyOf("segments", q.segments, func(c *Contact) []string { return c.Segments })
	m.within("lastSeenAt", q.lastSeenAt, func(c *Contact) time.Time { return c.LastSeenAt })
	m.within("createdAt", q.createdAt, func(c *Contact) time.Time { return c.CreatedAt })
	m.flag("userInteracted", q.userInteracted, func(c *Contact) bool { return c.UserInteracted })
	m.oneOf("lastMessageBy", q.lastMessageBy, func(c *Contact) string { return c.LastMessage.By })
	m.flag("isLiveChatActive", q.isLiveChatActive, func(c *Contact) bool { return c.LiveChatActive })
	m.ordered("hasOrdered", q.hasOrdered)
	m.flag("isSubscriber", q.isSubscriber, func(c *Contact) bool { return c.Subscriber })
	if (q.isContact || d.strictContact) && !slices.Contains(d.ignored, "isContact") {
		m.add(func(r *row) bool { return r.contact.Visitor != q.isContact })
	}
	return func(r *row) bool {
		for _, condition := range m.conditions {
			if !condition(r) {
				return false
			}
		}
		return true
	}
}

func (m *matcher) add(condition func(*row) bool) { m.conditions = append(m.conditions, condition) }

// applies reports whether a filter that the request sets is applied.
func (m *matcher) applies(name string) bool {
	listed := slices.Contains(m.listed, name)
	return !slices.Contains(m.ignored, name) && (listed || !m.strictApplicable) && !(listed && m.unlistedOnly)
}

func (m *matcher) search(name, text string) {
	if text == "" || !m.applies(name) {
		return
	}
	text = strings.ToLower(text)
	m.add(func(r *row) bool { return strings.Contains(r.search, text) })
}

func (m *matcher) oneOf(name string, wanted []string, value func(*Contact) string) {
	if len(wanted) == 0 || !m.applies(name) {
		return
	}
	m.add(func(r *row) bool { return slices.Contains(wanted, value(r.contact)) })
}

func (m *matcher) anyOf(name string, wanted []string, values func(*Contact) []string) {
	if len(wanted) == 0 || !m.applies(name) {
		return
	}
	m.add(func(r *row) bool {
		return slices.ContainsFunc(values(r.contact), func(v string) bool { return slices.Contains(wanted, v) })
	})
}

func (m *matcher) bots(name string, channel Channel, q request) {
	m.anyOf(name, q.bots[channel], func(c *Contact) []string { return c.Bots[channel] })
}

// flag adds a boolean filter. False is only applied if applicableFilters lists the filter: every request has the field,
// and without that it means "not applied".
func (m *matcher) flag(name string, wanted bool, value func(*Contact) bool) {
	if !m.applies(name) || !wanted && !slices.Contains(m.listed, name) {
		return
	}
	m.add(func(r *row) bool { return value(r.contact) == wanted })
}

// within adds a range of time that includes both ends. Times are compared to the millisecond, as the API shows them.
func (m *matcher) within(name string, s span, value func(*Contact) time.Time) {
	if s == (span{}) || !m.applies(name) {
		return
	}
	m.add(func(r *row) bool {
		at := value(r.contact).UnixMilli()
		return (s.from.IsZero() || at >= s.from.UnixMilli()) && (s.to.IsZero() || at <= s.to.UnixMilli())
	})
}

// ordered adds the filter hasOrdered. It ignores the time of the last order if the status is false.
func (m *matcher) ordered(name string, o ordered) {
	m.flag(name, o.status, func(c *Contact) bool { return c.HasOrdered })
	if !o.status || o.since.IsZero() || !m.applies(name) {
		return
	}
	m.add(func(r *row) bool { return r.contact.OrderedAt.UnixMilli() >= o.since.UnixMilli() })
}
