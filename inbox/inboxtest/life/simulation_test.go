package life_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/plausible"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/life"
)

const (
	dayLength = 4 * time.Minute // the default
	tick      = dayLength / 480
)

// start is the initial time of the manual clocks.
var start = time.Date(2025, 6, 5, 10, 0, 0, 0, time.UTC)

// begin returns a new simulation of an inbox with a manual clock.
func begin(options life.Options) (*life.Simulation, *inboxtest.Inbox, *inboxtest.ManualClock) {
	clock := inboxtest.NewManualClock(start)
	in := inboxtest.NewInbox(clock)
	return life.New(in, options), in, clock
}

func everyone(inboxtest.Contact) bool { return true }

func waits(c inboxtest.Contact) bool { return c.LiveChatActive && c.LastMessage.By == inboxtest.ByUser }

// away is the agent who never answers.
var away = inboxtest.Agents(inboxtest.DefaultAgents + 1)[inboxtest.DefaultAgents]

// backlog returns the number of contacts that wait for an answer, abandoned ones aside, and the longest wait.
func backlog(in *inboxtest.Inbox, now time.Time) (waiting int, longest time.Duration) {
	waiting = in.Count(func(c inboxtest.Contact) bool {
		counts := waits(c) && c.Agent != away
		if counts {
			longest = max(longest, now.Sub(c.LastMessage.At))
		}
		return counts
	})
	return waiting, longest
}

// Contacts write again, bots reply at once, and some chats are never answered.
func TestWhatHappensInChats(t *testing.T) {
	t.Parallel()
	last := make(map[string]life.Message)
	again, byBot, gaveUp, replies := 0, 0, 0, 0
	record := func(m life.Message) {
		before := last[m.Contact]
		switch {
		case m.At.Before(before.At):
			t.Fatalf("%v after %v", m, before)
		case m.By == inboxtest.ByUser && before.By == inboxtest.ByUser:
			again++
		case m.By == inboxtest.ByBot && m.At.Equal(before.At) && before.By == inboxtest.ByUser:
			byBot++
		case m.By == inboxtest.ByAgent:
			replies++
		case m.By == "" && before.By != inboxtest.ByAgent:
			gaveUp++
		}
		last[m.Contact] = m
	}
	simulation, in, clock := begin(life.Options{Record: record})
	held := 0
	for range 480 {
		now := clock.Advance(tick)
		simulation.Step(now)
		held = max(held, in.Count(func(c inboxtest.Contact) bool { return waits(c) && c.Agent == away }))
	}
	for name, n := range map[string]int{"messages of a contact who waits": again, "replies of bots": byBot, "contacts who gave up": gaveUp, "chats that the agent who is away holds": held} {
		if n < 10 {
			t.Errorf("%d %s", n, name)
		}
	}
	if replies < 200 || gaveUp > replies/4 {
		t.Errorf("%d replies, %d contacts gave up", replies, gaveUp)
	}
	if n := in.Count(func(c inboxtest.Contact) bool {
		return c.LiveChatActive && c.LastMessage.By == inboxtest.ByAgent && c.LastMessage.At.Before(start.Add(-24*time.Hour))
	}); n != 1 {
		t.Errorf("%d chats are forgotten, want 1", n)
	}
	t.Logf("%d replies, %d messages of contacts who wait, %d replies of bots, %d gave up, %d held", replies, again, byBot, gaveUp, held)
}

// Two contacts have waited for longer than any alert tolerates from the start on, for more than ten minutes.
func TestLongWaitsAtTheStart(t *testing.T) {
	t.Parallel()
	_, in, _ := begin(life.Options{})
	if n := in.Count(func(c inboxtest.Contact) bool { return waits(c) && c.LastMessage.At.Before(start.Add(-35*time.Minute)) }); n != 2 {
		t.Errorf("%d contacts, want 2", n)
	}
}

func TestAgentsHaveNames(t *testing.T) {
	t.Parallel()
	names := inboxtest.AgentNames()
	distinct := make(map[string]bool)
	for _, id := range inboxtest.Agents(inboxtest.DefaultAgents + 1) {
		distinct[names[id]] = true
	}
	if delete(distinct, ""); len(distinct) != inboxtest.DefaultAgents+1 {
		t.Errorf("%d names", len(distinct))
	}
}

func TestBacklogGrowsTwiceADay(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		simulation, in, clock := begin(life.Options{Seed: seed + 1})
		for day := range 2 {
			var noon, evening int
			var longest time.Duration
			night := in.Len()
			for range 480 {
				now := clock.Advance(tick)
				simulation.Step(now)
				waiting, wait := backlog(in, now)
				longest = max(longest, wait)
				switch hour := simulation.Hour(); {
				case hour >= 2 && hour < 7:
					night = min(night, waiting)
				case hour >= 11 && hour < 15:
					noon = max(noon, waiting)
				case hour >= 18 && hour < 23:
					evening = max(evening, waiting)
				}
			}
			if night > 4 || noon < 25 || evening < 25 || noon > 100 || evening > 100 {
				t.Errorf("seed %d, day %d: backlog %d at night, %d at noon, %d in the evening", seed+1, day, night, noon, evening)
			}
			if longest < 30*time.Second || longest > 4*time.Minute {
				t.Errorf("seed %d, day %d: the longest wait is %v", seed+1, day, longest)
			}
		}
	}
}

func TestContactsStayPlausibleAndBounded(t *testing.T) {
	t.Parallel()
	simulation, in, clock := begin(life.Options{Population: 600, Agents: 10, StartHour: 24})
	seen := map[string]bool{}
	for range 10 * 24 {
		now := clock.Advance(20 * tick)
		simulation.Step(now)
		for _, c := range in.Select(everyone) {
			seen[c.ID] = true
			if err := plausible.Check(c, now); err != nil {
				t.Fatalf("hour %.1f: %v: %+v", simulation.Hour(), err, c)
			}
		}
		if n := in.Len(); n < 550 || n > 700 {
			t.Fatalf("hour %.1f: %d contacts", simulation.Hour(), n)
		}
	}
	if len(seen) < 700 {
		t.Errorf("%d contacts in ten days, want more new ones", len(seen))
	}
}

func TestEveryNumberChanges(t *testing.T) {
	t.Parallel()
	simulation, in, clock := begin(life.Options{})
	numbers := map[string]func(inboxtest.Contact) bool{
		"contacts": everyone, "waiting": waits,
		"online":     func(c inboxtest.Contact) bool { return c.Online },
		"live chats": func(c inboxtest.Contact) bool { return c.LiveChatActive },
		"ordered":    func(c inboxtest.Contact) bool { return c.HasOrdered },
		"lead":       func(c inboxtest.Contact) bool { return len(c.Tags) > 0 && c.Tags[0] == "lead" },
		"vip":        func(c inboxtest.Contact) bool { return len(c.Segments) > 0 && c.Segments[0] == inboxtest.SegmentVIP },
		"new today":  func(c inboxtest.Contact) bool { return !c.CreatedAt.Before(start) },
	}
	for _, status := range inboxtest.Statuses() {
		numbers[status] = func(c inboxtest.Contact) bool { return c.Status == status }
	}
	for _, channel := range inboxtest.Channels() {
		numbers["waiting on "+string(channel)] = func(c inboxtest.Contact) bool { return waits(c) && c.Platform[0] == channel }
	}
	values := map[string]map[int]bool{}
	for name := range numbers {
		values[name] = map[int]bool{}
	}
	for range 6 * 60 / 4 {
		simulation.Step(clock.Advance(4 * time.Second))
		for name, match := range numbers {
			values[name][in.Count(match)] = true
		}
	}
	for name, distinct := range values {
		if len(distinct) < 4 {
			t.Errorf("%s took only %d values in a day and a half", name, len(distinct))
		}
	}
}

func TestSimulationsAreReproducible(t *testing.T) {
	t.Parallel()
	after := func(seed uint64, steps int) []inboxtest.Contact {
		simulation, in, clock := begin(life.Options{Population: 200, Seed: seed})
		for range steps {
			simulation.Step(clock.Advance(tick))
		}
		return in.Select(everyone)
	}
	if diff := cmp.Diff(after(5, 300), after(5, 300)); diff != "" {
		t.Errorf("equal seeds give different contacts:\n%s", diff)
	}
	if cmp.Equal(after(5, 300), after(6, 300)) {
		t.Error("different seeds give equal contacts")
	}
}

func TestStepLengthDoesNotMatter(t *testing.T) {
	t.Parallel()
	fine, inFine, clockFine := begin(life.Options{Population: 200})
	for range 300 {
		fine.Step(clockFine.Advance(100 * time.Millisecond))
	}
	coarse, inCoarse, clockCoarse := begin(life.Options{Population: 200})
	coarse.Step(clockCoarse.Advance(30 * time.Second))
	strip := func(in *inboxtest.Inbox) []inboxtest.Contact {
		all := in.Select(everyone)
		for i := range all {
			all[i].UpdatedAt = time.Time{} // by the clock, which differs within a step
		}
		return all
	}
	if diff := cmp.Diff(strip(inFine), strip(inCoarse)); diff != "" {
		t.Errorf("-fine +coarse:\n%s", diff)
	}
}

func TestOnlyTheLastDayOfALongGapIsSimulated(t *testing.T) {
	t.Parallel()
	simulation, in, clock := begin(life.Options{Population: 200})
	now := clock.Advance(1000 * time.Hour)
	simulation.Step(now)
	earliest := now.Add(-dayLength)
	if n := in.Count(func(c inboxtest.Contact) bool { return c.CreatedAt.After(start) && c.CreatedAt.Before(earliest) }); n > 0 {
		t.Errorf("%d contacts were created in the gap", n)
	}
	if n := in.Count(func(c inboxtest.Contact) bool { return !c.CreatedAt.Before(earliest) }); n == 0 {
		t.Error("no contact was created after the gap")
	}
}

func TestActiveLiveChatsContinue(t *testing.T) {
	t.Parallel()
	clock := inboxtest.NewManualClock(start)
	in := inboxtest.NewInbox(clock)
	chat := func(id, by string) inboxtest.Contact {
		return inboxtest.Contact{ID: id, Online: true, LiveChatActive: true, Status: inboxtest.StatusOpen,
			LastMessage: inboxtest.Message{By: by, At: start.Add(-time.Minute)}}
	}
	in.Add(chat("waiting", inboxtest.ByUser), chat("answered", inboxtest.ByAgent), chat("deleted", inboxtest.ByUser), chat("closed", inboxtest.ByUser))
	simulation := life.New(in, life.Options{Population: 4})
	if n := in.Len(); n != 4 {
		t.Fatalf("%d contacts, want the four that were there", n)
	}
	in.Remove("deleted")
	in.Update("closed", func(c *inboxtest.Contact) { c.LiveChatActive, c.Status = false, inboxtest.StatusClosed })
	simulation.Step(clock.Advance(dayLength / 4))
	for _, id := range []string{"waiting", "answered"} {
		if c, ok := in.Get(id); ok && c.LiveChatActive && c.LastMessage.At.Before(start) {
			t.Errorf("nothing happened in the chat of %s", id)
		}
	}
	if _, ok := in.Get("deleted"); ok {
		t.Error("the deleted contact is back")
	}
}

func TestEmptyInboxFillsAgain(t *testing.T) {
	t.Parallel()
	simulation, in, clock := begin(life.Options{Population: 30})
	for _, id := range in.IDs(everyone) {
		in.Remove(id)
	}
	simulation.Step(clock.Advance(dayLength))
	if in.Len() == 0 {
		t.Error("no contacts arrived")
	}
}

func TestNoContactsArriveInACrowdedInbox(t *testing.T) {
	t.Parallel()
	simulation, in, clock := begin(life.Options{Population: 20, StartHour: 6})
	in.Populate(10, 9)
	for range 20 * 16 { // ends before the nightly deletion
		simulation.Step(clock.Advance(tick))
		if n := in.Len(); n > 30 {
			t.Fatalf("%d contacts", n)
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inboxtest.NewInbox(nil)
		simulation := life.New(in, life.Options{Population: 100})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		simulation.Run(ctx)
		if hour := simulation.Hour(); hour < 13.8 || hour > 14.1 {
			t.Errorf("after a minute from 8 o'clock it is %.1f, want about 14", hour)
		}
	})
}
