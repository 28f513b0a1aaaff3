package life

import (
	"math"
	"slices"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/random"
)

// How contacts come and go, by the simulated clock and for the default population.
const (
	stayHours       = 2.5 // average time that a contact stays online
	newcomersPerDay = 60
	deletionHour    = 3.0 // when the contacts that were not seen for longest are deleted
	maxCrowd        = 1.5 // new contacts stop arriving at this multiple of the population
)

// visit brings contacts online, takes others offline and lets new ones arrive. A contact in a live chat stays online
// until the chat is closed.
func (s *Simulation) visit(at time.Time) {
	offline := s.inbox.IDs(func(c inboxtest.Contact) bool { return !c.Online && !c.LiveChatActive })
	idle := s.inbox.IDs(func(c inboxtest.Contact) bool { return c.Online && !c.LiveChatActive })
	online := s.profile.online.at(s.day.hour(at))
	for range min(s.events(online*float64(s.inbox.Len())/stayHours), len(offline)) {
		s.comeOnline(random.Pick(s.rand, offline), at)
	}
	for _, id := range idle {
		if random.Chance(s.rand, 1-math.Exp(-s.day.hours(s.tick)/stayHours)) {
			s.inbox.Update(id, func(c *inboxtest.Contact) { c.Online, c.LastSeenAt = false, at })
		}
	}
	for range s.events(newcomersPerDay / 24.0 * s.scale() * (online / s.profile.online.mean())) {
		s.addNewcomer(at)
	}
	s.deleteSurplus(at)
}

// comeOnline brings a contact online. It may write to the bot.
func (s *Simulation) comeOnline(id string, at time.Time) {
	writes, reopens := random.Chance(s.rand, 0.4), random.Chance(s.rand, 0.08)
	s.inbox.Update(id, func(c *inboxtest.Contact) {
		c.Online, c.LastSeenAt = true, at
		if writes {
			c.UserInteracted, c.LastMessage = true, inboxtest.Message{By: inboxtest.ByBot, At: at}
		}
		if writes && reopens {
			c.Status = inboxtest.StatusOpen
		}
	})
}

// addNewcomer adds a new contact that is online.
func (s *Simulation) addNewcomer(at time.Time) {
	if float64(s.inbox.Len()) >= maxCrowd*float64(s.options.Population) {
		return
	}
	c := inboxtest.RandomContact(s.rand, at)
	c.Online = true
	s.inbox.Add(c)
}

// deleteSurplus reduces the inbox to its population once a night.
func (s *Simulation) deleteSurplus(at time.Time) {
	hour := s.day.hour(at)
	if hour < deletionHour || hour-s.day.hours(s.tick) >= deletionHour {
		return
	}
	offline := s.inbox.Select(func(c inboxtest.Contact) bool { return !c.Online && !c.LiveChatActive })
	slices.SortStableFunc(offline, func(a, b inboxtest.Contact) int { return a.LastSeenAt.Compare(b.LastSeenAt) })
	surplus := min(max(s.inbox.Len()-s.options.Population, 0), len(offline))
	for i := range offline[:surplus] {
		s.inbox.Remove(offline[i].ID)
	}
}
