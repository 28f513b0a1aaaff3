package inboxtest

import (
	"slices"
	"time"
)

// How the desk works, in hours of the simulated day.
const (
	answerHours  = 0.25 // to write an answer, at least
	answerSpread = 0.25 // and on average so much longer
	hardShare    = 0.03 // of the answers take long to find out
	hardHours    = 5.0  // so much longer, on average
	hardestHours = 14.0 // and at most
	replyShare   = 0.45 // of the answers are replied to
	replyHours   = 0.5  // until the reply, on average
	closeHours   = 0.8  // until a chat without reply is closed, on average
	daunting     = 2.7  // a queue of so many for each agent keeps everybody else from opening a chat
)

// stage is where a live chat stands.
type stage int

const (
	waiting  stage = iota // for an agent
	handled               // by an agent, who has not answered yet
	answered              // and the user may reply
)

// chat is one live chat.
type chat struct {
	contact string
	stage   stage
	agent   string    // who answers or answered
	until   time.Time // when handled or answered ends
	replies bool      // whether a reply follows the answer
}

// desk is the agents and the live chats that they see to.
type desk struct {
	life  *Life
	chats []*chat // those waiting are in the order in which they wait
}

// newDesk takes over the live chats that are going on.
func newDesk(l *Life) *desk {
	d := &desk{life: l}
	active := l.inbox.find(func(c *Contact) bool { return c.LiveChatActive })
	slices.SortStableFunc(active, func(a, b *Contact) int { return a.LastMessage.At.Compare(b.LastMessage.At) })
	for _, c := range active {
		going := &chat{contact: c.ID, agent: c.Agent}
		if c.LastMessage.By != ByUser {
			d.answered(going, l.last)
		}
		d.chats = append(d.chats, going)
	}
	return d
}

// work lets one tick pass at the desk.
func (d *desk) work(at time.Time) {
	perHour := d.life.rhythm.chats.at(d.life.day.hour(at)) * float64(d.life.options.Agents) / DefaultAgents
	for range d.life.events(perHour) {
		if d.life.people.chance(1 - float64(d.queue())/(daunting*float64(d.life.options.Agents))) {
			d.open(at)
		}
	}
	for _, c := range slices.Clone(d.chats) {
		d.advance(c, at)
	}
	d.assign(at)
}

// queue is how many wait whom no agent has turned to yet.
func (d *desk) queue() int {
	n := 0
	for _, c := range d.chats {
		if c.stage == waiting {
			n++
		}
	}
	return n
}

// open starts a live chat with somebody who is online, or else comes online for it.
func (d *desk) open(at time.Time) {
	free := d.life.inbox.find(func(c *Contact) bool { return c.Online && !c.LiveChatActive })
	if len(free) == 0 {
		free = d.life.inbox.find(func(c *Contact) bool { return !c.LiveChatActive })
	}
	if len(free) == 0 {
		return
	}
	c := &chat{contact: pick(d.life.people, free).ID}
	d.chats = append(d.chats, c)
	d.life.inbox.Update(c.contact, func(c *Contact) {
		c.Online, c.LastSeenAt = true, at
		c.LiveChatActive, c.Status, c.Agent = true, StatusOpen, ""
		c.says(at)
	})
}

// says is a message of the user.
func (c *Contact) says(at time.Time) {
	c.UserInteracted, c.LastSeenAt = true, at
	c.LastMessage = Message{By: ByUser, At: at}
	c.Unread++
}

// advance moves a chat on when its time has come. A contact that others deleted or took out of its chat leaves the desk.
func (d *desk) advance(c *chat, at time.Time) {
	contact, exists := d.life.inbox.Get(c.contact)
	if !exists || !contact.LiveChatActive {
		d.forget(c)
		return
	}
	if c.stage == waiting || at.Before(c.until) {
		return
	}
	switch {
	case c.stage == handled:
		d.answered(c, at)
		d.life.inbox.Update(c.contact, func(contact *Contact) {
			contact.LastMessage, contact.Unread = Message{By: ByAgent, At: at}, 0
		})
	case c.replies:
		d.forget(c)
		c.stage = waiting
		d.chats = append(d.chats, c)
		d.life.inbox.Update(c.contact, func(contact *Contact) { contact.says(at) })
	default:
		d.close(c, at)
	}
}

// answered sees a chat through to the reply or to its end.
func (d *desk) answered(c *chat, at time.Time) {
	c.stage = answered
	c.replies = d.life.people.chance(replyShare)
	pause := closeHours
	if c.replies {
		pause = replyHours
	}
	c.until = at.Add(d.life.day.span(pause * d.life.people.ExpFloat64()))
}

// close ends a chat. Some conversations are not done with it.
func (d *desk) close(c *chat, at time.Time) {
	d.forget(c)
	status := StatusClosed
	switch x := d.life.people.Float64(); {
	case x < 0.16:
		status = StatusReview
	case x < 0.30:
		status = StatusOnHold
	case x < 0.36:
		status = StatusDependancy
	case x < 0.60:
		status = StatusInProgress
	}
	d.life.inbox.Update(c.contact, func(contact *Contact) {
		contact.LiveChatActive, contact.Status, contact.LastSeenAt = false, status, at
	})
}

func (d *desk) forget(c *chat) {
	d.chats = slices.DeleteFunc(d.chats, func(other *chat) bool { return other == c })
}

// assign gives those who wait longest to the agents on shift who are free. An agent whose shift is over still answers
// what was begun.
func (d *desk) assign(at time.Time) {
	free := d.free(at)
	for _, c := range d.chats {
		if len(free) == 0 {
			return
		}
		if c.stage != waiting {
			continue
		}
		c.stage, c.agent, c.until = handled, free[0], at.Add(d.effort())
		free = free[1:]
		d.life.inbox.Update(c.contact, func(contact *Contact) {
			contact.Agent, contact.Status = c.agent, StatusInProgress
		})
	}
}

// free lists the agents on shift who have nothing to answer.
func (d *desk) free(at time.Time) []string {
	agents := d.life.people.agents
	onShift := int(d.life.rhythm.agents.at(d.life.day.hour(at))*float64(len(agents)) + 0.5)
	return slices.DeleteFunc(slices.Clone(agents[:onShift]), func(agent string) bool {
		return slices.ContainsFunc(d.chats, func(c *chat) bool { return c.stage == handled && c.agent == agent })
	})
}

// effort draws how long an answer takes. A few take long, which is why somebody may wait while agents are free.
func (d *desk) effort() time.Duration {
	hours := answerHours + answerSpread*d.life.people.ExpFloat64()
	if d.life.people.chance(hardShare) {
		hours += min(hardHours*d.life.people.ExpFloat64(), hardestHours)
	}
	return d.life.day.span(hours)
}
