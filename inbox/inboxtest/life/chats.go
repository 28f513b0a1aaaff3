package life

import (
	"slices"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/random"
)

// How live chats proceed, in hours of the simulated day.
const (
	answerHours  = 0.25 // minimum time to write an answer
	answerSpread = 0.25 // average additional time
	hardShare    = 0.03 // share of the answers that take much longer
	hardHours    = 5.0  // average additional time of those
	maxHardHours = 14.0 // maximum additional time of those
	replyShare   = 0.45 // share of the answers to which the contact replies
	replyHours   = 0.5  // average time until the reply
	closeHours   = 0.8  // average time until a chat without a reply is closed
	maxQueue     = 2.7  // no new chats are opened with this number of waiting contacts per agent
)

// stage is the stage of a live chat.
type stage int

const (
	waiting   stage = iota // for an agent
	answering              // an agent is writing
	answered               // the contact may reply
	abandoned              // nobody will answer
	forgotten              // an agent has answered, and nobody ends the chat
)

// chat is one live chat.
type chat struct {
	contact string // id
	stage   stage
	agent   string    // id of the agent who writes or wrote the answer
	until   time.Time // when the stage ends, unless it is waiting
	replies bool      // whether the contact will reply to the answer
	patient bool      // the contact writes no second message while it waits
}

// liveChats are the active live chats.
type liveChats struct {
	sim    *Simulation
	active []*chat // waiting chats are in the order in which they started to wait
}

// newLiveChats continues the live chats that are active in the inbox.
func newLiveChats(s *Simulation) *liveChats {
	l := &liveChats{sim: s}
	found := s.inbox.Select(func(c inboxtest.Contact) bool { return c.LiveChatActive })
	slices.SortStableFunc(found, func(a, b inboxtest.Contact) int { return a.LastMessage.At.Compare(b.LastMessage.At) })
	for i := range found {
		c := &chat{contact: found[i].ID, agent: found[i].Agent}
		if found[i].LastMessage.By != inboxtest.ByUser {
			l.awaitReply(c, s.last)
		}
		l.active = append(l.active, c)
	}
	l.leaveBehind()
	return l
}

// step simulates one tick. The longer the queue, the fewer contacts open a chat.
func (l *liveChats) step(at time.Time) {
	agents := float64(l.sim.options.Agents)
	perHour := l.sim.profile.chats.at(l.sim.day.hour(at)) * agents / inboxtest.DefaultAgents
	for range l.sim.events(perHour) {
		if random.Chance(l.sim.rand, 1-float64(l.queue())/(maxQueue*agents)) {
			l.open(at)
		}
	}
	for _, c := range slices.Clone(l.active) {
		l.impatience(c, at)
		l.advance(c, at)
	}
	l.assign(at)
}

// queue returns the number of contacts that wait for an agent.
func (l *liveChats) queue() int {
	n := 0
	for _, c := range l.active {
		if c.stage == waiting {
			n++
		}
	}
	return n
}

// open starts a live chat of a contact that is online or, if there is none, of another one, which comes online.
func (l *liveChats) open(at time.Time) {
	free := l.sim.inbox.IDs(func(c inboxtest.Contact) bool { return c.Online && !c.LiveChatActive })
	if len(free) == 0 {
		free = l.sim.inbox.IDs(func(c inboxtest.Contact) bool { return !c.LiveChatActive })
	}
	if len(free) == 0 {
		return
	}
	c := &chat{contact: random.Pick(l.sim.rand, free)}
	l.active = append(l.active, c)
	l.sim.inbox.Update(c.contact, func(contact *inboxtest.Contact) {
		contact.Online, contact.LiveChatActive, contact.Status, contact.Agent = true, true, inboxtest.StatusOpen, ""
	})
	if random.Chance(l.sim.rand, abandonedShare) {
		l.abandon(c, at)
	}
	l.receive(c, at)
}

// advance moves a chat to its next stage when that is due. It drops a chat that was ended, or whose contact was deleted,
// by somebody else.
func (l *liveChats) advance(c *chat, at time.Time) {
	contact, exists := l.sim.inbox.Get(c.contact)
	if !exists || !contact.LiveChatActive {
		l.remove(c)
		return
	}
	if c.stage == waiting || c.stage == forgotten || at.Before(c.until) {
		return
	}
	switch {
	case c.stage == answering:
		l.awaitReply(c, at)
		l.say(c, inboxtest.ByAgent, at)
	case c.stage == answered && c.replies:
		l.remove(c)
		c.stage = waiting
		l.active = append(l.active, c)
		l.receive(c, at)
	default:
		l.close(c, at)
	}
}

// awaitReply draws whether the contact will reply to an answer, and when it replies or the chat is closed.
func (l *liveChats) awaitReply(c *chat, at time.Time) {
	c.stage = answered
	c.replies = random.Chance(l.sim.rand, replyShare)
	hours := closeHours
	if c.replies {
		hours = replyHours
	}
	c.until = at.Add(l.sim.day.duration(hours * l.sim.rand.ExpFloat64()))
}

// close ends a chat. Some conversations stay open after it.
func (l *liveChats) close(c *chat, at time.Time) {
	l.remove(c)
	status := inboxtest.StatusClosed
	switch x := l.sim.rand.Float64(); {
	case x < 0.16:
		status = inboxtest.StatusReview
	case x < 0.30:
		status = inboxtest.StatusOnHold
	case x < 0.36:
		status = inboxtest.StatusDependancy
	case x < 0.60:
		status = inboxtest.StatusInProgress
	}
	l.sim.inbox.Update(c.contact, func(contact *inboxtest.Contact) {
		contact.LiveChatActive, contact.Status, contact.LastSeenAt = false, status, at
	})
	l.record(c, "", at)
}

func (l *liveChats) remove(c *chat) {
	l.active = slices.DeleteFunc(l.active, func(other *chat) bool { return other == c })
}

// assign assigns the chats that have waited longest to free agents.
func (l *liveChats) assign(at time.Time) {
	free := l.freeAgents(at)
	for _, c := range l.active {
		if len(free) == 0 {
			return
		}
		if c.stage != waiting {
			continue
		}
		c.stage, c.agent, c.until = answering, free[0], at.Add(l.answerTime())
		free = free[1:]
		l.sim.inbox.Update(c.contact, func(contact *inboxtest.Contact) {
			contact.Agent, contact.Status = c.agent, inboxtest.StatusInProgress
		})
	}
}

// freeAgents returns the agents on shift who are not writing an answer. When an agent's shift ends, the current answer is
// still finished.
func (l *liveChats) freeAgents(at time.Time) []string {
	agents := l.sim.agents
	onShift := int(l.sim.profile.agents.at(l.sim.day.hour(at))*float64(len(agents)) + 0.5)
	return slices.DeleteFunc(slices.Clone(agents[:onShift]), func(agent string) bool {
		return slices.ContainsFunc(l.active, func(c *chat) bool { return c.stage == answering && c.agent == agent })
	})
}

// answerTime draws how long an answer takes. A few take much longer.
func (l *liveChats) answerTime() time.Duration {
	hours := answerHours + answerSpread*l.sim.rand.ExpFloat64()
	if random.Chance(l.sim.rand, hardShare) {
		hours += min(hardHours*l.sim.rand.ExpFloat64(), maxHardHours)
	}
	return l.sim.day.duration(hours)
}
