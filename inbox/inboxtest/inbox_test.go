package inboxtest_test

import (
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/plausible"
)

func everyone(inboxtest.Contact) bool { return true }

func TestContactsAreListedLastAddedFirst(t *testing.T) {
	t.Parallel()
	in := inboxtest.NewInbox(nil)
	in.Add(inboxtest.Contact{ID: "a"}, inboxtest.Contact{ID: "b"})
	in.Add(inboxtest.Contact{ID: "c"}, inboxtest.Contact{ID: "d"})
	in.Add(inboxtest.Contact{ID: "b", Name: "Bo"})
	in.Update("a", func(c *inboxtest.Contact) { c.Name = "Al" })
	if diff := cmp.Diff([]string{"d", "c", "b", "a"}, in.IDs(everyone)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !in.Remove("c") || in.Remove("c") {
		t.Error("c is not removed exactly once")
	}
	in.Add(inboxtest.Contact{ID: "c"})
	if diff := cmp.Diff([]string{"c", "d", "b", "a"}, in.IDs(everyone)); diff != "" {
		t.Errorf("after c came back, -want +got:\n%s", diff)
	}
	if b, ok := in.Get("b"); !ok || b.Name != "Bo" || in.Len() != 4 {
		t.Errorf("b is %+v, %d contacts", b, in.Len())
	}
}

func TestAddSetsMissingFields(t *testing.T) {
	t.Parallel()
	clock := inboxtest.NewManualClock(start)
	in := inboxtest.NewInbox(clock)
	earlier := start.Add(-time.Hour)
	in.Add(inboxtest.Contact{}, inboxtest.Contact{CreatedAt: earlier}, inboxtest.Contact{})
	all := in.Select(everyone)
	if len(all) != 3 {
		t.Fatalf("%d contacts, want 3", len(all))
	}
	if c := all[0]; !c.CreatedAt.Equal(start) || !c.LastSeenAt.Equal(start) || !c.UpdatedAt.Equal(start) {
		t.Errorf("times of the first are %v, %v, %v", c.CreatedAt, c.LastSeenAt, c.UpdatedAt)
	}
	if c := all[1]; !c.CreatedAt.Equal(earlier) || !c.LastSeenAt.Equal(earlier) || !c.UpdatedAt.Equal(start) {
		t.Errorf("times of the second are %v, %v, %v", c.CreatedAt, c.LastSeenAt, c.UpdatedAt)
	}
	clock.Advance(time.Minute)
	in.Update(all[1].ID, func(c *inboxtest.Contact) { c.ID = "changed" })
	if c, ok := in.Get(all[1].ID); !ok || !c.UpdatedAt.Equal(start.Add(time.Minute)) {
		t.Errorf("after an update: %v, updated at %v", ok, c.UpdatedAt)
	}
}

func TestCopiesShareNothingWithTheInbox(t *testing.T) {
	t.Parallel()
	in := inboxtest.NewInbox(nil)
	mine := inboxtest.Contact{ID: "a", Tags: []string{"x"}, Bots: map[inboxtest.Channel][]string{inboxtest.Website: {"bot"}}}
	in.Add(mine)
	mine.Tags[0], mine.Bots[inboxtest.Website][0] = "mine", "mine"
	got, _ := in.Get("a")
	got.Tags[0], got.Bots[inboxtest.Website][0] = "got", "got"
	selected := in.Select(everyone)
	selected[0].Tags[0] = "selected"
	if c, _ := in.Get("a"); c.Tags[0] != "x" || c.Bots[inboxtest.Website][0] != "bot" {
		t.Errorf("the inbox changed to %v, %v", c.Tags, c.Bots)
	}
}

func TestUnknownIDs(t *testing.T) {
	t.Parallel()
	in := inboxtest.NewInbox(nil)
	if _, ok := in.Get("x"); ok {
		t.Error("found")
	}
	if in.Remove("x") || in.Update("x", func(*inboxtest.Contact) { t.Error("changed") }) {
		t.Error("removed or updated")
	}
}

func TestPopulationsAreReproducible(t *testing.T) {
	t.Parallel()
	population := func(seed uint64) []inboxtest.Contact {
		in := inboxtest.NewInbox(inboxtest.NewManualClock(start))
		in.Populate(200, seed)
		return in.Select(everyone)
	}
	if diff := cmp.Diff(population(7), population(7)); diff != "" {
		t.Errorf("equal seeds differ:\n%s", diff)
	}
	if cmp.Equal(population(7), population(8)) {
		t.Error("different seeds are equal")
	}
}

func TestPopulationsArePlausible(t *testing.T) {
	t.Parallel()
	const n = 5000
	in := inboxtest.NewInbox(inboxtest.NewManualClock(start))
	in.Populate(n, 3)
	ids := map[string]bool{}
	wellFormed := regexp.MustCompile(`^[0-9a-f]{24}$`)
	newest := start
	for _, c := range in.Select(everyone) {
		if ids[c.ID] || !wellFormed.MatchString(c.ID) {
			t.Fatalf("id %q is malformed or taken", c.ID)
		}
		ids[c.ID] = true
		if c.CreatedAt.After(newest) {
			t.Fatalf("%s was created at %v, after the contact before it", c.ID, c.CreatedAt)
		}
		newest = c.CreatedAt
		if err := plausible.Check(c, start); err != nil {
			t.Fatalf("%v: %+v", err, c)
		}
	}
	shares := map[string]func(inboxtest.Contact) bool{
		"online":        func(c inboxtest.Contact) bool { return c.Online },
		"in live chats": func(c inboxtest.Contact) bool { return c.LiveChatActive },
		"waiting":       func(c inboxtest.Contact) bool { return c.LiveChatActive && c.LastMessage.By == inboxtest.ByUser },
		"visitors":      func(c inboxtest.Contact) bool { return c.Visitor },
		"ordered":       func(c inboxtest.Contact) bool { return c.HasOrdered },
		"assigned":      func(c inboxtest.Contact) bool { return c.Agent != "" },
		"created today": func(c inboxtest.Contact) bool { return start.Sub(c.CreatedAt) < 24*time.Hour },
	}
	for _, status := range inboxtest.Statuses() {
		shares[status] = func(c inboxtest.Contact) bool { return c.Status == status }
	}
	for _, channel := range inboxtest.Channels() {
		shares[string(channel)] = func(c inboxtest.Contact) bool { return c.Platform[0] == channel }
	}
	for name, match := range shares {
		if got := in.Count(match); got < n/500 || got > n*3/4 {
			t.Errorf("%d of %d are %s", got, n, name)
		}
	}
}

func TestLargeInboxes(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(50_000), inboxtest.PageSize(20))
	last := srv.Inbox.Count(contacts)/20 + 1
	if got := len(ask(t, srv, object{"page": last}).Data); got != srv.Inbox.Count(contacts)%20 {
		t.Errorf("%d on the last page", got)
	}
	if got := len(ask(t, srv, object{"page": last + 1}).Data); got != 0 {
		t.Errorf("%d past the end", got)
	}
}

func TestInboxChangesWhileItIsServed(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(200))
	ids := srv.Inbox.IDs(everyone)
	var done sync.WaitGroup
	done.Go(func() {
		for _, id := range ids {
			srv.Inbox.Update(id, func(c *inboxtest.Contact) { c.Tags = append(c.Tags, "seen"); c.Bots[inboxtest.Website] = nil })
			srv.Inbox.Add(inboxtest.Contact{})
		}
	})
	done.Go(func() {
		for _, id := range ids[100:] {
			srv.Inbox.Remove(id)
		}
	})
	for page := range 20 {
		ask(t, srv, object{"page": page + 1, "tags": []string{"seen"}})
	}
	done.Wait()
	if n := srv.Inbox.Len(); n != 300 {
		t.Errorf("%d contacts, want 300", n)
	}
}
