package inboxtest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

const tick = inboxtest.DefaultDayLength / 480

// newLife returns a life on a manual clock, and its inbox.
func newLife(options inboxtest.LifeOptions) (*inboxtest.Life, *inboxtest.Inbox, *inboxtest.ManualClock) {
	clock := inboxtest.NewManualClock(start)
	in := inboxtest.NewInbox(clock)
	return inboxtest.NewLife(in, options), in, clock
}

// wait returns how many wait for an answer and for how long the oldest of them has.
func wait(in *inboxtest.Inbox, now time.Time) (backlog int, oldest time.Duration) {
	backlog = in.Count(func(c inboxtest.Contact) bool {
		if waits(c) {
			oldest = max(oldest, now.Sub(c.LastMessage.At))
		}
		return waits(c)
	})
	return backlog, oldest
}

func TestTheBacklogComesInWaves(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		life, in, clock := newLife(inboxtest.LifeOptions{Seed: seed + 1})
		for day := range 2 {
			var lunch, evening int
			var longest time.Duration
			night := in.Len()
			for range 480 {
				now := clock.Advance(tick)
				life.Step(now)
				backlog, oldest := wait(in, now)
				longest = max(longest, oldest)
				switch hour := life.Hour(); {
				case hour >= 2 && hour < 7:
					night = min(night, backlog)
				case hour >= 11 && hour < 15:
					lunch = max(lunch, backlog)
				case hour >= 18 && hour < 23:
					evening = max(evening, backlog)
				}
			}
			if night > 4 || lunch < 25 || evening < 25 || lunch > 100 || evening > 100 {
				t.Errorf("seed %d, day %d: backlog %d at night, %d at lunch, %d in the evening", seed+1, day, night, lunch, evening)
			}
			if longest < 30*time.Second || longest > 4*time.Minute {
				t.Errorf("seed %d, day %d: the oldest waits %v", seed+1, day, longest)
			}
		}
	}
}

func TestLifeStaysConsistentAndBounded(t *testing.T) {
	t.Parallel()
	life, in, clock := newLife(inboxtest.LifeOptions{Population: 600, Agents: 10, StartHour: 24})
	seen := map[string]bool{}
	for range 10 * 24 {
		now := clock.Advance(20 * tick)
		life.Step(now)
		if wrong := in.Select(func(c inboxtest.Contact) bool {
			seen[c.ID] = true
			return inconsistency(c, now) != ""
		}); len(wrong) > 0 {
			t.Fatalf("hour %.1f: %s: %+v", life.Hour(), inconsistency(wrong[0], now), wrong[0])
		}
		if n := in.Len(); n < 550 || n > 700 {
			t.Fatalf("hour %.1f: %d contacts", life.Hour(), n)
		}
	}
	if len(seen) < 700 {
		t.Errorf("%d contacts in ten days, so hardly anybody new", len(seen))
	}
}

func TestEveryNumberMoves(t *testing.T) {
	t.Parallel()
	life, in, clock := newLife(inboxtest.LifeOptions{})
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
		life.Step(clock.Advance(4 * time.Second))
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

func TestLifeIsReproducible(t *testing.T) {
	t.Parallel()
	live := func(seed uint64, steps int) []inboxtest.Contact {
		life, in, clock := newLife(inboxtest.LifeOptions{Population: 200, Seed: seed})
		for range steps {
			life.Step(clock.Advance(tick))
		}
		return in.Select(everyone)
	}
	if diff := cmp.Diff(live(5, 300), live(5, 300)); diff != "" {
		t.Errorf("equal seeds live different lives:\n%s", diff)
	}
	if cmp.Equal(live(5, 300), live(6, 300)) {
		t.Error("different seeds live equal lives")
	}
}

func TestStepsOfAnyLengthLiveTheSameTime(t *testing.T) {
	t.Parallel()
	fine, inFine, clockFine := newLife(inboxtest.LifeOptions{Population: 200})
	for range 300 {
		fine.Step(clockFine.Advance(100 * time.Millisecond))
	}
	coarse, inCoarse, clockCoarse := newLife(inboxtest.LifeOptions{Population: 200})
	coarse.Step(clockCoarse.Advance(30 * time.Second))
	strip := func(in *inboxtest.Inbox) []inboxtest.Contact {
		all := in.Select(everyone)
		for i := range all {
			all[i].UpdatedAt = time.Time{} // by the clock, which stood elsewhere
		}
		return all
	}
	if diff := cmp.Diff(strip(inFine), strip(inCoarse)); diff != "" {
		t.Errorf("-fine +coarse:\n%s", diff)
	}
}

func TestAfterALongGapOnlyADayIsLived(t *testing.T) {
	t.Parallel()
	life, in, clock := newLife(inboxtest.LifeOptions{Population: 200})
	now := clock.Advance(1000 * time.Hour)
	life.Step(now)
	earliest := now.Add(-inboxtest.DefaultDayLength)
	if n := in.Count(func(c inboxtest.Contact) bool { return c.CreatedAt.After(start) && c.CreatedAt.Before(earliest) }); n > 0 {
		t.Errorf("%d contacts were created in the gap", n)
	}
	if n := in.Count(func(c inboxtest.Contact) bool { return !c.CreatedAt.Before(earliest) }); n == 0 {
		t.Error("nobody was created after the gap")
	}
}

func TestLifeTakesOverWhatItFinds(t *testing.T) {
	t.Parallel()
	clock := inboxtest.NewManualClock(start)
	in := inboxtest.NewInbox(clock)
	chat := func(id, by string) inboxtest.Contact {
		return inboxtest.Contact{ID: id, Online: true, LiveChatActive: true, Status: inboxtest.StatusOpen,
			LastMessage: inboxtest.Message{By: by, At: start.Add(-time.Minute)}}
	}
	in.Add(chat("waiting", inboxtest.ByUser), chat("answered", inboxtest.ByAgent), chat("deleted", inboxtest.ByUser), chat("closed", inboxtest.ByUser))
	life := inboxtest.NewLife(in, inboxtest.LifeOptions{Population: 4})
	if n := in.Len(); n != 4 {
		t.Fatalf("%d contacts, want the four that were there", n)
	}
	in.Remove("deleted")
	in.Update("closed", func(c *inboxtest.Contact) { c.LiveChatActive, c.Status = false, inboxtest.StatusClosed })
	life.Step(clock.Advance(inboxtest.DefaultDayLength / 4))
	for _, id := range []string{"waiting", "answered"} {
		if c, ok := in.Get(id); ok && c.LiveChatActive && c.LastMessage.At.Before(start) {
			t.Errorf("nobody saw to %s", id)
		}
	}
	if _, ok := in.Get("deleted"); ok {
		t.Error("the deleted contact is back")
	}
}

func TestAnEmptiedInboxFillsAgain(t *testing.T) {
	t.Parallel()
	life, in, clock := newLife(inboxtest.LifeOptions{Population: 30})
	for _, id := range listed(in) {
		in.Remove(id)
	}
	life.Step(clock.Advance(inboxtest.DefaultDayLength))
	if in.Len() == 0 {
		t.Error("nobody came")
	}
}

func TestACrowdedInboxTakesNobodyNew(t *testing.T) {
	t.Parallel()
	life, in, clock := newLife(inboxtest.LifeOptions{Population: 20, StartHour: 6})
	in.Populate(10, 9)
	for range 20 * 16 { // the deletion at night is not reached
		life.Step(clock.Advance(tick))
		if n := in.Len(); n > 30 {
			t.Fatalf("%d contacts", n)
		}
	}
}

func TestRunLivesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := inboxtest.NewInbox(nil)
		life := inboxtest.NewLife(in, inboxtest.LifeOptions{Population: 100})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		life.Run(ctx)
		if hour := life.Hour(); hour < 13.8 || hour > 14.1 {
			t.Errorf("after a minute from 8 o'clock it is %.1f, want about 14", hour)
		}
	})
}
