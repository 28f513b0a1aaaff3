package inboxtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/random"
)

// Populate adds n contacts as an inbox of some age holds them: most conversations closed, a few live chats active, the
// newest contacts at the head of the list. Equal arguments at an equal time of the clock, on an equally filled inbox, add
// equal contacts.
func (in *Inbox) Populate(n int, seed uint64) {
	p := past{Rand: random.New(seed), agents: Agents(DefaultAgents), now: in.clock.Now()}
	ages := make([]time.Duration, n)
	for i := range ages {
		ages[i] = p.age()
	}
	slices.SortFunc(ages, func(a, b time.Duration) int { return int(b - a) })
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, age := range ages {
		c := RandomContact(p.Rand, p.now.Add(-age))
		p.write(&c)
		in.add(&c)
	}
}

// past draws what happened to contacts until now.
type past struct {
	*rand.Rand
	agents []string
	now    time.Time
}

// age draws how long ago a contact was created: within the last 400 days, more of them recently, some of them today.
func (p past) age() time.Duration {
	days := 400 * math.Pow(p.Float64(), 1.7)
	return time.Duration(days * 24 * float64(time.Hour))
}

// write fills a contact with what happened between its creation and now.
func (p past) write(c *Contact) {
	age := float64(p.now.Sub(c.CreatedAt))
	seen := c.CreatedAt.Add(time.Duration(age * math.Sqrt(p.Float64())))
	c.LastSeenAt, c.UpdatedAt = seen, seen
	if c.UserInteracted = random.Chance(p.Rand, 0.7); c.UserInteracted {
		c.LastMessage = Message{By: p.sender(0.15, 0.35), At: seen}
	}
	for range p.IntN(4) {
		ChangeTags(p.Rand, c)
	}
	ChangeSegments(p.Rand, c)
	if random.Chance(p.Rand, 0.22) {
		c.HasOrdered, c.OrderedAt = true, c.CreatedAt.Add(time.Duration(age*p.Float64()))
	}
	c.Status = p.status()
	if c.Status != StatusOpen && random.Chance(p.Rand, 0.8) {
		c.Agent = random.Pick(p.Rand, p.agents)
	}
	if c.Status == StatusClosed {
		c.Online = random.Chance(p.Rand, 0.06)
	} else {
		c.Online = random.Chance(p.Rand, 0.3)
	}
	if c.Online {
		c.LastSeenAt = p.recently(c)
	}
	if (c.Status == StatusOpen || c.Status == StatusInProgress) && c.Online && random.Chance(p.Rand, 0.35) {
		p.startChat(c)
	}
}

// startChat puts a contact into a live chat whose last message is at most two minutes old.
func (p past) startChat(c *Contact) {
	c.LiveChatActive, c.UserInteracted = true, true
	c.LastMessage = Message{By: p.sender(0.4, 0.45), At: p.recently(c)}
	c.UpdatedAt = c.LastMessage.At
	if c.LastMessage.By == ByUser {
		c.Unread = 1 + p.IntN(3)
	}
	if c.LastMessage.By == ByAgent && c.Agent == "" {
		c.Status, c.Agent = StatusInProgress, random.Pick(p.Rand, p.agents)
	}
}

// recently draws a time within the last two minutes, but not before the contact was created.
func (p past) recently(c *Contact) time.Time {
	at := p.now.Add(-time.Duration(p.Float64() * float64(2*time.Minute)))
	if at.Before(c.CreatedAt) {
		return p.now
	}
	return at
}

// sender draws who wrote last; the share that the two leave belongs to bots.
func (p past) sender(user, agent float64) string {
	switch x := p.Float64(); {
	case x < user:
		return ByUser
	case x < user+agent:
		return ByAgent
	}
	return ByBot
}

func (p past) status() string {
	switch x := p.Float64(); {
	case x < 0.20:
		return StatusOpen
	case x < 0.31:
		return StatusInProgress
	case x < 0.36:
		return StatusReview
	case x < 0.41:
		return StatusOnHold
	case x < 0.43:
		return StatusDependancy
	}
	return StatusClosed
}
