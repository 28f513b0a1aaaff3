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
	// DayLength is the duration of a simulated day by the clock. All durations scale with it. The default is 4 minutes.
	DayLength time.Duration
	// Population is the approximate number of contacts. New adds those that are missing, and every night the surplus is
	// deleted. The default is 1200.
	Population int
	// Agents is the number of agents on shift in the busiest hours. The number of chats grows with it. The default is
	// [inboxtest.DefaultAgents].
	Agents int
	// StartHour is the hour of the simulated day at which the simulation starts, up to 24, which is midnight. The default
	// is 8, when the backlog is about to grow.
	StartHour float64
	// Seed seeds the random draws: with equal seeds, steps and inboxes, simulations are equal. The default is 1.
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

// Simulation changes the contacts of an inbox in the course of the simulated day.
//
// It does so only in Step and Run, which must not be called concurrently. The inbox can be read and changed meanwhile.
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

// New returns a simulation that starts now, by the inbox's clock. It fills the inbox up to its population, and continues
// live chats that are already there.
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

// Hour returns the hour of the simulated day after the latest step, 0 ≤ hour < 24.
func (s *Simulation) Hour() float64 { return s.day.hour(s.last) }

// Step runs the simulation until now, in ticks of a fixed length; an incomplete tick is left to the next step. After a gap
// longer than a simulated day, such as a suspended machine, only the last day is simulated.
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

// Run calls Step with the time of the inbox's clock until ctx ends.
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

// events draws the number of events in one tick, given their rate per simulated hour.
func (s *Simulation) events(perHour float64) int {
	return random.Poisson(s.rand, perHour*s.day.hours(s.tick))
}

// scale returns the population as a multiple of the default.
func (s *Simulation) scale() float64 { return float64(s.options.Population) / defaultPopulation }
