package life

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/random"
)

// Defaults of [Options].
const (
	defaultDayLength  = 4 * time.Minute
	defaultPopulation = 1200
	defaultStartHour  = 8.0
)

// Options configure a [Simulation]. A zero field takes its default.
type Options struct {
	// DayLength is how long a simulated day takes by the clock. All waits shrink with it. The default is 4 minutes.
	DayLength time.Duration
	// Population is about how many contacts there are. New adds those that are missing, and every night the surplus is
	// deleted. The default is 1200.
	Population int
	// Agents is how many agents are on shift at the busiest hours. The number of chats grows with it. The default is
	// [inboxtest.DefaultAgents].
	Agents int
	// StartHour is the hour of the simulated day at which it begins, up to 24, which is midnight. The default is 8, when
	// the backlog is about to grow.
	StartHour float64
	// Seed selects the random draws: equal seeds, steps and inboxes give equal simulations. The default is 1.
	Seed uint64
}

func (o Options) withDefaults() Options {
	if o.DayLength <= 0 {
		o.DayLength = defaultDayLength
	}
	if o.Population <= 0 {
		o.Population = defaultPopulation
	}
	if o.Agents <= 0 {
		o.Agents = inboxtest.DefaultAgents
	}
	if o.StartHour <= 0 {
		o.StartHour = defaultStartHour
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	return o
}

// Simulation changes the contacts of an inbox as the simulated day goes on.
//
// It does so only in Step and Run, which must not be called concurrently. Others may read and change the inbox meanwhile.
type Simulation struct {
	inbox   *inboxtest.Inbox
	options Options
	day     day
	profile profile
	tick    time.Duration
	last    time.Time // when the latest tick ended
	rand    *rand.Rand
	agents  []string // ids; those on shift come first
	chats   *liveChats
}

// New returns a simulation that begins now, by the inbox's clock, and fills the inbox up to its population. It continues
// the live chats that it finds.
func New(inbox *inboxtest.Inbox, options Options) *Simulation {
	o := options.withDefaults()
	now := inbox.Now()
	inbox.Populate(max(o.Population-inbox.Len(), 0), o.Seed)
	s := &Simulation{
		inbox: inbox, options: o, profile: officeDay(), last: now,
		day:    startingAt(now, o.StartHour, o.DayLength),
		tick:   max(min(o.DayLength/480, time.Second), time.Millisecond),
		rand:   random.New(o.Seed + 1),
		agents: inboxtest.Agents(o.Agents),
	}
	s.chats = newLiveChats(s)
	return s
}

// Hour returns the hour of the simulated day, from 0 to below 24, that the latest step reached.
func (s *Simulation) Hour() float64 { return s.day.hour(s.last) }

// Step simulates what happens until now, in ticks of a fixed length; the rest of a tick is left to the next step. Of a
// gap longer than a day, as after a machine was suspended, it simulates only the last day.
func (s *Simulation) Step(now time.Time) {
	if oldest := now.Add(-s.options.DayLength); s.last.Before(oldest) {
		s.last = oldest
	}
	for at := s.last.Add(s.tick); !at.After(now); at = at.Add(s.tick) {
		s.last = at
		s.visit(at)
		s.chats.step(at)
		s.change(at)
	}
}

// Run steps by the inbox's clock until ctx ends.
func (s *Simulation) Run(ctx context.Context) {
	ticker := time.NewTicker(s.tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.Step(s.inbox.Now())
		}
	}
}

// events draws how many events with a rate per simulated hour happen in one tick.
func (s *Simulation) events(perHour float64) int {
	return random.Poisson(s.rand, perHour*s.day.hours(s.tick))
}

// scale is how many times the default population there is.
func (s *Simulation) scale() float64 { return float64(s.options.Population) / defaultPopulation }
