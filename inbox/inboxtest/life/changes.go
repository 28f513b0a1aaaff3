package life

import (
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/random"
)

// How often properties of contacts change, by the simulated clock and for the default population.
const (
	changesPerHour = 12 // of tags, and as many of segments
	ordersPerDay   = 30
	pendingHours   = 50 // average time until a conversation outside of a live chat is closed
)

// change changes the tags, segments, orders and statuses of a few contacts.
func (s *Simulation) change(at time.Time) {
	everyone := s.inbox.IDs(func(inboxtest.Contact) bool { return true })
	if len(everyone) == 0 {
		return
	}
	s.update(changesPerHour*s.scale(), everyone, func(c *inboxtest.Contact) { inboxtest.ChangeTags(s.rand, c) })
	s.update(changesPerHour*s.scale(), everyone, func(c *inboxtest.Contact) { inboxtest.ChangeSegments(s.rand, c) })
	s.update(ordersPerDay/24.0*s.scale(), everyone, func(c *inboxtest.Contact) {
		c.HasOrdered, c.OrderedAt, c.Visitor = true, at, false
	})
	pending := s.inbox.IDs(func(c inboxtest.Contact) bool {
		return !c.LiveChatActive && c.Status != inboxtest.StatusClosed
	})
	s.update(float64(len(pending))/pendingHours, pending, func(c *inboxtest.Contact) {
		c.Status = inboxtest.StatusClosed
	})
}

// update applies a change that happens perHour times in a simulated hour, each time to a contact drawn from ids.
func (s *Simulation) update(perHour float64, ids []string, change func(*inboxtest.Contact)) {
	for range s.events(perHour) {
		s.inbox.Update(random.Pick(s.rand, ids), change)
	}
}
