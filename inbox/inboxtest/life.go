package inboxtest

import (
	"context"
	"time"
)

// Defaults of [LifeOptions].
const (
	DefaultDayLength  = 4 * time.Minute
	DefaultPopulation = 1200
	DefaultStartHour  = 8.0
)

// LifeOptions shapes a [Life]. A zero field takes its default.
type LifeOptions struct {
	// DayLength is how long a day takes. Everything is compressed with it: the wait for an agent too.
	DayLength time.Duration
	// Population is about how many contacts there are. Those that lack at the start are added, and every night the
	// ones beyond it that were not seen for longest are deleted.
	Population int
	// Agents is how many agents are on shift at the busiest hours. The rush grows with them.
	Agents int
	// StartHour is the hour of the simulated day at which it begins, from 0 to 24. The default is a morning on which
	// things pick up at once; midnight is 24.
	StartHour float64
	// Seed makes it another life. Equal seeds, steps and inboxes make equal ones.
	Seed uint64
}

func (o LifeOptions) withDefaults() LifeOptions {
	if o.DayLength <= 0 {
		o.DayLength = DefaultDayLength
	}
	if o.Population <= 0 {
		o.Population = DefaultPopulation
	}
	if o.Agents <= 0 {
		o.Agents = DefaultAgents
	}
	if o.StartHour <= 0 {
		o.StartHour = DefaultStartHour
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	return o
}

// Life moves the contacts of an inbox through days: people come and go, chats open, wait for an agent, are answered and
// close, tags, segments and orders change, newcomers arrive. How much happens follows the hour of a compressed day; the
// times in the records are the clock's own.
//
// It changes the inbox only in Step and Run, which must not be called concurrently. Others may read and change the inbox
// meanwhile.
type Life struct {
	inbox   *Inbox
	options LifeOptions
	day     day
	rhythm  rhythm
	tick    time.Duration
	last    time.Time // up to when it was lived
	people  *people
	desk    *desk
}

// NewLife prepares a life that begins now, by the inbox' clock. Live chats that are going on are taken over.
func NewLife(inbox *Inbox, options LifeOptions) *Life {
	o := options.withDefaults()
	now := inbox.clock.Now()
	inbox.Populate(max(o.Population-inbox.Len(), 0), o.Seed)
	l := &Life{
		inbox: inbox, options: o, rhythm: officeDay(), last: now,
		day:    startingAt(now, o.StartHour, o.DayLength),
		tick:   max(min(o.DayLength/480, time.Second), time.Millisecond),
		people: newPeople(o.Seed+1, o.Agents),
	}
	l.desk = newDesk(l)
	return l
}

// Hour returns the hour of the simulated day up to which life has got, from 0 to below 24.
func (l *Life) Hour() float64 { return l.day.hour(l.last) }

// Step lives up to now, in ticks of a fixed length; what is left of a tick waits for the next step. Of a gap longer than
// a day, as after a suspended machine, only the last day is lived.
func (l *Life) Step(now time.Time) {
	if oldest := now.Add(-l.options.DayLength); l.last.Before(oldest) {
		l.last = oldest
	}
	for at := l.last.Add(l.tick); !at.After(now); at = at.Add(l.tick) {
		l.last = at
		l.visits(at)
		l.desk.work(at)
		l.drift(at)
	}
}

// Run lives by the inbox' clock until ctx ends.
func (l *Life) Run(ctx context.Context) {
	ticker := time.NewTicker(l.tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			l.Step(l.inbox.clock.Now())
		}
	}
}

// events draws how many of the events of a rate per hour fall into one tick.
func (l *Life) events(perHour float64) int {
	return l.people.poisson(perHour * l.day.hours(l.tick))
}

// crowd is how much larger this population is than the one that the rhythm's numbers mean.
func (l *Life) crowd() float64 { return float64(l.options.Population) / DefaultPopulation }
