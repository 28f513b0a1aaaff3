package inboxtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/random"
)

// Populate adds n contacts like those of an inbox that has been in use for a while: most conversations are closed, a few
// live chats are active, and the newest contacts are at the head of the list. With equal arguments, equal clocks and equal
// inboxes, the contacts are equal.
func (in *Inbox) Populate(n int, seed uint64) {
	h := history{Rand: random.New(seed), agents: Agents(DefaultAgents), now: in.clock.Now()}
	ages := make([]time.Duration, n)
	for i := range ages {
		ages[i] = h.age()
	}
	slices.SortFunc(ages, func(a, b time.Duration) int { return int(b - a) })
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, age := range ages {
		c := RandomContact(h.Rand, h.now.Add(-age))
		h.fill(&c)
		in.add(&c)
	}
}

// history draws the past of contacts.
type history struct {
	*rand.Rand
	agents []string
	now    time.Time
}

// age draws how long ago a contact was created: within the last 400 days, more often recently.
func (h history) age() time.Duration {
	days := 400 * math.Pow(h.Float64(), 1.7)
	return time.Duration(days * 24 * float64(time.Hour))
}

// fill sets the fields of a contact that change between its creation and now.
func (h history) fill(c *Contact) {
	age := float64(h.now.Sub(c.CreatedAt))
	seen := c.CreatedAt.Add(time.Duration(age * math.Sqrt(h.Float64())))
	c.LastSeenAt, c.UpdatedAt = seen, seen
	if c.UserInteracted = random.Chance(h.Rand, 0.7); c.UserInteracted {
		c.LastMessage = Message{By: h.sender(0.15, 0.35), At: seen}
	}
	for range h.IntN(4) {
		ChangeTags(h.Rand, c)
	}
	ChangeSegments(h.Rand, c)
	if random.Chance(h.Rand, 0.22) {
		c.HasOrdered, c.OrderedAt = true, c.CreatedAt.Add(time.Duration(age*h.Float64()))
	}
	c.Status = h.status()
	if c.Status != StatusOpen && random.Chance(h.Rand, 0.8) {
		c.Agent = random.Pick(h.Rand, h.agents)
	}
	if c.Status == StatusClosed {
		c.Online = random.Chance(h.Rand, 0.06)
	} else {
		c.Online = random.Chance(h.Rand, 0.3)
	}
	if c.Online {
		c.LastSeenAt = h.recently(c)
	}
	if (c.Status == StatusOpen || c.Status == StatusInProgress) && c.Online && random.Chance(h.Rand, 0.35) {
		h.startChat(c)
	}
}

// startChat starts a live chat of a contact. Its last message is at most two minutes old.
func (h history) startChat(c *Contact) {
	c.LiveChatActive, c.UserInteracted = true, true
	c.LastMessage = Message{By: h.sender(0.4, 0.45), At: h.recently(c)}
	c.UpdatedAt = c.LastMessage.At
	if c.LastMessage.By == ByUser {
		c.Unread = 1 + h.IntN(3)
	}
	if c.LastMessage.By == ByAgent && c.Agent == "" {
		c.Status, c.Agent = StatusInProgress, random.Pick(h.Rand, h.agents)
	}
}

// recently draws a time within the last two minutes, but not before the contact was created.
func (h history) recently(c *Contact) time.Time {
	at := h.now.Add(-time.Duration(h.Float64() * float64(2*time.Minute)))
	if at.Before(c.CreatedAt) {
		return h.now
	}
	return at
}

// sender draws the sender of the last message: the user or an agent with the given probabilities, else a bot.
func (h history) sender(user, agent float64) string {
	switch x := h.Float64(); {
	case x < user:
		return ByUser
	case x < user+agent:
		return ByAgent
	}
	return ByBot
}

func (h history) status() string {
	switch x := h.Float64(); {
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
