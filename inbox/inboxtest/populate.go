package inboxtest

import (
	"math"
	"slices"
	"time"
)

// Populate adds n contacts as an inbox of some age holds them: most conversations closed, a few live chats going on, the
// latest contacts at the head of the list. Equal arguments at an equal time of the clock, on an equally filled inbox, add
// equal contacts.
func (in *Inbox) Populate(n int, seed uint64) {
	now := in.clock.Now()
	p := newPeople(seed, DefaultAgents)
	ages := make([]time.Duration, n)
	for i := range ages {
		ages[i] = p.age()
	}
	slices.SortFunc(ages, func(a, b time.Duration) int { return int(b - a) })
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, age := range ages {
		c := p.contact(now.Add(-age))
		p.history(c, now)
		in.add(c)
	}
}

// age is how long ago a contact was created: the last 400 days, more of them of late, and some of today.
func (p *people) age() time.Duration {
	days := 400 * math.Pow(p.Float64(), 1.7)
	return time.Duration(days * 24 * float64(time.Hour))
}

// history gives a contact a past between its creation and now.
func (p *people) history(c *Contact, now time.Time) {
	age := float64(now.Sub(c.CreatedAt))
	seen := c.CreatedAt.Add(time.Duration(age * math.Sqrt(p.Float64())))
	c.LastSeenAt, c.UpdatedAt = seen, seen
	if c.UserInteracted = p.chance(0.7); c.UserInteracted {
		c.LastMessage = Message{By: p.sender(0.15, 0.35), At: seen}
	}
	for range p.IntN(4) {
		p.retag(c)
	}
	p.regroup(c)
	if p.chance(0.22) {
		c.HasOrdered, c.OrderedAt = true, c.CreatedAt.Add(time.Duration(age*p.Float64()))
	}
	c.Status = p.status()
	if c.Status != StatusOpen && p.chance(0.8) {
		c.Agent = pick(p, p.agents)
	}
	if c.Status == StatusClosed {
		c.Online = p.chance(0.06)
	} else {
		c.Online = p.chance(0.3)
	}
	if c.Online {
		c.LastSeenAt = p.lately(c, now)
	}
	if (c.Status == StatusOpen || c.Status == StatusInProgress) && c.Online && p.chance(0.35) {
		p.chatting(c, now)
	}
}

// chatting puts a contact into a live chat that saw its last message within two minutes.
func (p *people) chatting(c *Contact, now time.Time) {
	c.LiveChatActive, c.UserInteracted = true, true
	c.LastMessage = Message{By: p.sender(0.4, 0.45), At: p.lately(c, now)}
	c.UpdatedAt = c.LastMessage.At
	if c.LastMessage.By == ByUser {
		c.Unread = 1 + p.IntN(3)
	}
	if c.LastMessage.By == ByAgent && c.Agent == "" {
		c.Status, c.Agent = StatusInProgress, pick(p, p.agents)
	}
}

// lately is a time within the last two minutes, though not before the contact was created.
func (p *people) lately(c *Contact, now time.Time) time.Time {
	at := now.Add(-time.Duration(p.Float64() * float64(2*time.Minute)))
	if at.Before(c.CreatedAt) {
		return now
	}
	return at
}

// sender draws who wrote last; what the two shares leave over are bots.
func (p *people) sender(user, agent float64) string {
	switch x := p.Float64(); {
	case x < user:
		return ByUser
	case x < user+agent:
		return ByAgent
	}
	return ByBot
}

func (p *people) status() string {
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

// retag gives a contact another tag or, the more it has, takes one away. Frequent tags come first in the list.
func (p *people) retag(c *Contact) {
	if p.chance(float64(len(c.Tags)) / 4) {
		at := p.IntN(len(c.Tags))
		c.Tags = slices.Delete(c.Tags, at, at+1)
		return
	}
	tags := Tags()
	if tag := tags[p.IntN(1+p.IntN(len(tags)))]; !slices.Contains(c.Tags, tag) {
		c.Tags = append(c.Tags, tag)
	}
}

// regroup moves a contact to one or two segments.
func (p *people) regroup(c *Contact) {
	c.Segments = []string{pick(p, Segments())}
	if other := pick(p, Segments()); other != c.Segments[0] && p.chance(0.4) {
		c.Segments = append(c.Segments, other)
	}
}
