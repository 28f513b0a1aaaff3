package inboxtest

import (
	"math"
	"slices"
	"time"
)

// How much goes on among a default population, by the simulated clock.
const (
	stayHours       = 2.5 // how long a visitor stays online, on average
	newcomersPerDay = 60
	changesPerHour  = 12 // of tags and segments, each
	ordersPerDay    = 30
	pendingHours    = 50  // how long a conversation outside of a live chat stays open, on average
	deletionHour    = 3.0 // when those not seen for long are deleted
	crowded         = 1.5 // at this many times the population nobody new arrives
)

// poisson draws how many events happen where mean are expected.
func (p *people) poisson(mean float64) int {
	n := 0
	for left := mean - p.ExpFloat64(); left > 0; left -= p.ExpFloat64() {
		n++
	}
	return n
}

// visits brings people online and lets them leave. Whoever is in a live chat stays until it is closed.
func (l *Life) visits(at time.Time) {
	away := l.inbox.find(func(c *Contact) bool { return !c.Online && !c.LiveChatActive })
	idle := l.inbox.find(func(c *Contact) bool { return c.Online && !c.LiveChatActive })
	target := l.rhythm.online.at(l.day.hour(at)) * float64(l.inbox.Len())
	for range min(l.events(target/stayHours), len(away)) {
		l.comeOnline(pick(l.people, away).ID, at)
	}
	for _, c := range idle {
		if l.people.chance(1 - math.Exp(-l.day.hours(l.tick)/stayHours)) {
			l.inbox.Update(c.ID, func(c *Contact) { c.Online, c.LastSeenAt = false, at })
		}
	}
	daylight := l.rhythm.online.at(l.day.hour(at)) / l.rhythm.online.mean()
	for range l.events(newcomersPerDay / 24.0 * l.crowd() * daylight) {
		l.welcome(at)
	}
	l.deleteForgotten(at)
}

// comeOnline brings a contact back, who may have a word with the bot.
func (l *Life) comeOnline(id string, at time.Time) {
	talks, reopens := l.people.chance(0.4), l.people.chance(0.08)
	l.inbox.Update(id, func(c *Contact) {
		c.Online, c.LastSeenAt = true, at
		if talks {
			c.UserInteracted, c.LastMessage = true, Message{By: ByBot, At: at}
		}
		if talks && reopens {
			c.Status = StatusOpen
		}
	})
}

// welcome adds a newcomer, who is online.
func (l *Life) welcome(at time.Time) {
	if float64(l.inbox.Len()) >= crowded*float64(l.options.Population) {
		return
	}
	c := l.people.contact(at)
	c.Online = true
	l.inbox.Add(*c)
}

// deleteForgotten brings the inbox back to its population, once a night.
func (l *Life) deleteForgotten(at time.Time) {
	hour := l.day.hour(at)
	if hour < deletionHour || hour-l.day.hours(l.tick) >= deletionHour {
		return
	}
	gone := l.inbox.find(func(c *Contact) bool { return !c.Online && !c.LiveChatActive })
	slices.SortStableFunc(gone, func(a, b *Contact) int { return a.LastSeenAt.Compare(b.LastSeenAt) })
	excess := max(l.inbox.Len()-l.options.Population, 0)
	for _, c := range gone[:min(excess, len(gone))] {
		l.inbox.Remove(c.ID)
	}
}

// drift changes what changes now and then.
func (l *Life) drift(at time.Time) {
	everyone := l.inbox.find(func(*Contact) bool { return true })
	if len(everyone) == 0 {
		return
	}
	for range l.events(changesPerHour * l.crowd()) {
		l.inbox.Update(pick(l.people, everyone).ID, l.people.retag)
	}
	for range l.events(changesPerHour * l.crowd()) {
		l.inbox.Update(pick(l.people, everyone).ID, l.people.regroup)
	}
	for range l.events(ordersPerDay / 24.0 * l.crowd()) {
		l.inbox.Update(pick(l.people, everyone).ID, func(c *Contact) {
			c.HasOrdered, c.OrderedAt, c.Visitor = true, at, false
		})
	}
	pending := l.inbox.find(func(c *Contact) bool { return !c.LiveChatActive && c.Status != StatusClosed })
	for range l.events(float64(len(pending)) / pendingHours) {
		l.inbox.Update(pick(l.people, pending).ID, func(c *Contact) { c.Status = StatusClosed })
	}
}
