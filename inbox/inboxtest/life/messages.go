package life

import (
	"math"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/random"
)

// What happens to contacts who wait, by the simulated clock.
const (
	againPerHour   = 0.4  // how often a contact who waits writes again
	giveUpPerHour  = 0.06 // how often one leaves the chat without an answer
	abandonedShare = 0.05 // share of the new chats that nobody will answer
	abandonedHours = 24.0 // until such a chat is closed
)

// Message is a message of a live chat, or the end of the chat.
type Message struct {
	Contact string // id
	By      string // [inboxtest.ByUser], ByAgent or ByBot; empty: the chat has ended
	At      time.Time
}

// record tells [Options.Record] of a message.
func (l *liveChats) record(c *chat, by string, at time.Time) {
	if l.sim.options.Record != nil {
		l.sim.options.Record(Message{Contact: c.contact, By: by, At: at})
	}
}

// say sends a message in a chat.
func (l *liveChats) say(c *chat, by string, at time.Time) {
	l.sim.inbox.Update(c.contact, func(contact *inboxtest.Contact) {
		contact.LastMessage = inboxtest.Message{By: by, At: at}
		switch by {
		case inboxtest.ByUser:
			contact.UserInteracted, contact.LastSeenAt = true, at
			contact.Unread++
		case inboxtest.ByAgent:
			contact.Unread = 0
		}
	})
	l.record(c, by, at)
}

// receive sends a message from the contact. On Facebook a bot replies at once, as long as no agent has answered.
func (l *liveChats) receive(c *chat, at time.Time) {
	l.say(c, inboxtest.ByUser, at)
	contact, _ := l.sim.inbox.Get(c.contact)
	if len(contact.Platform) > 0 && contact.Platform[0] == inboxtest.Facebook && c.agent == "" {
		l.say(c, inboxtest.ByBot, at)
	}
}

// impatience has a contact who waits write again, or leave.
func (l *liveChats) impatience(c *chat, at time.Time) {
	if c.patient || c.stage == answered || c.stage == forgotten {
		return
	}
	if contact, exists := l.sim.inbox.Get(c.contact); !exists || !contact.LiveChatActive {
		return // somebody else has ended it
	}
	switch {
	case l.within(againPerHour):
		l.receive(c, at)
	case c.stage == waiting && l.within(giveUpPerHour):
		l.close(c, at)
	}
}

// within draws whether something that happens perHour times in a simulated hour happens within a tick.
func (l *liveChats) within(perHour float64) bool {
	return random.Chance(l.sim.rand, 1-math.Exp(-perHour*l.sim.day.hours(l.sim.tick)))
}

// awayAgent returns the id of an agent who is never on shift, and to whom chats are assigned nevertheless.
func (s *Simulation) awayAgent() string {
	return inboxtest.Agents(s.options.Agents + 1)[s.options.Agents]
}

// abandon assigns a chat to the agent who is away, until it is closed.
func (l *liveChats) abandon(c *chat, at time.Time) {
	c.stage, c.agent, c.until = abandoned, l.sim.awayAgent(), at.Add(l.sim.day.duration(abandonedHours))
	l.sim.inbox.Update(c.contact, func(contact *inboxtest.Contact) {
		contact.Agent, contact.Status = c.agent, inboxtest.StatusInProgress
	})
}

// leaveBehind starts with chats from before: two whose contacts have waited for 40 minutes and stay for 15 more, and one
// in which an agent wrote a day ago. These are times of the clock, not of the simulated day, because alerts go by it.
func (l *liveChats) leaveBehind() {
	const wait, silence, stay = 40 * time.Minute, 25 * time.Hour, 15 * time.Minute
	idle := l.sim.inbox.Select(func(c inboxtest.Contact) bool {
		return !c.LiveChatActive && c.CreatedAt.Before(l.sim.last.Add(-silence))
	})
	for i := range idle[:min(3, len(idle))] {
		c := &chat{contact: idle[i].ID}
		l.active = append(l.active, c)
		l.abandon(c, l.sim.last)
		c.patient, c.until = true, l.sim.last.Add(stay)
		message := inboxtest.Message{By: inboxtest.ByUser, At: l.sim.last.Add(-wait)}
		if i == 2 {
			c.stage, message = forgotten, inboxtest.Message{By: inboxtest.ByAgent, At: l.sim.last.Add(-silence)}
		}
		l.sim.inbox.Update(c.contact, func(contact *inboxtest.Contact) {
			contact.Online, contact.LiveChatActive, contact.UserInteracted = true, true, true
			contact.LastMessage, contact.LastSeenAt = message, l.sim.last
			if contact.Unread = 0; message.By == inboxtest.ByUser {
				contact.Unread = 1
			}
		})
		l.record(c, message.By, message.At)
	}
}
