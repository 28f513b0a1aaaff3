package queue

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

// chat is a contact as it really is.
type chat struct {
	groups []string
	listed bool
	sender string
	at     int // second of the last message

	// The wait as an exporter can know it that sees every message from when the contact
	// joined the list.
	since   int // second; -1: it does not wait
	replies []time.Duration
}

// says has somebody write.
func (c *chat) says(sender string, second int) {
	c.sender, c.at = sender, second
	switch {
	case sender == "user" && c.since < 0:
		c.since = second
	case sender == "agent" && c.since >= 0:
		c.replies = append(c.replies, time.Duration(second-c.since)*time.Second)
		c.since = -1
	}
}

// world is a list of chats, with the truth beside what a queue says.
type world struct {
	t      *rapid.T
	chats  []*chat
	second int
}

var groupNames = []string{"app", "web", "phone"}

func (w *world) drawGroups() []string {
	groups := rapid.SliceOfNDistinct(rapid.SampledFrom(groupNames), 1, 2, rapid.ID).Draw(w.t, "groups")
	slices.Sort(groups)
	return groups
}

// live has some time pass, in which something may happen to each chat.
func (w *world) live(happens func(*chat)) {
	for _, c := range w.chats {
		happens(c)
	}
	for range rapid.IntRange(0, 2).Draw(w.t, "new chats") {
		c := &chat{groups: w.drawGroups(), listed: true, since: -1}
		c.says(rapid.SampledFrom([]string{"user", "bot", "agent"}).Draw(w.t, "first sender"), w.second)
		w.chats = append(w.chats, c)
	}
}

func (w *world) read() []Contact {
	var contacts []Contact
	for n, c := range w.chats {
		if c.listed {
			contacts = append(contacts, Contact{ID: id(n), Groups: c.groups, Sender: c.sender, At: at(c.at)})
		}
	}
	return contacts
}

func sizes(contacts []Contact) map[string]int {
	n := make(map[string]int)
	for _, c := range contacts {
		for _, group := range c.Groups {
			n[group]++
		}
	}
	return n
}

// A queue that sees every message knows each wait and each reply as they are.
func TestQueueKnowsTheTruthIfItSeesEveryMessage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, q := &world{t: t}, New(testRules())
		replies := 0
		for range rapid.IntRange(1, 30).Draw(t, "reads") {
			w.second += rapid.IntRange(1, 400).Draw(t, "seconds")
			w.live(func(c *chat) { // one message at most
				if sender := rapid.SampledFrom([]string{"", "user", "bot", "agent"}).Draw(t, "sender"); sender != "" && c.listed {
					c.says(sender, w.second)
				}
			})
			for _, times := range q.Observe(w.read()).Replies {
				replies += len(times)
			}
			w.check(q)
		}
		want := 0
		for _, c := range w.chats {
			want += len(c.replies) * len(c.groups)
		}
		if replies != want {
			t.Fatalf("%d replies, want %d", replies, want)
		}
	})
}

// check compares the groups with the truth.
func (w *world) check(q *Queue) {
	now := w.second + rapid.IntRange(0, 400).Draw(w.t, "later")
	want := make(map[string]Group)
	for _, c := range w.chats {
		for _, name := range c.groups {
			g := want[name]
			g.Contacts++
			if c.since >= 0 {
				g.Waits = append(g.Waits, time.Duration(now-c.since)*time.Second)
			}
			slices.SortFunc(g.Waits, func(a, b time.Duration) int { return int(b - a) })
			want[name] = g
		}
	}
	if got := q.Groups(at(now)); fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Fatalf("groups %v, want %v", got, want)
	}
}

// Whatever happens between reads, and whichever reads fail: no reply takes a negative
// time, entered - left is the change of each group, a wait is shortened by nothing but a
// reply or a departure, and nothing happens that no message explains.
func TestQueueInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, q := &world{t: t}, New(testRules())
		var before map[string]int
		messages := 0
		for read := range rapid.IntRange(1, 30).Draw(t, "reads") {
			w.second += rapid.IntRange(0, 400).Draw(t, "seconds")
			w.live(func(c *chat) { messages += w.change(c) })
			if read > 0 && rapid.IntRange(0, 4).Draw(t, "fails") == 0 {
				continue // a failed read is not observed
			}
			waits, contacts := waiting(q), w.read()
			events := q.Observe(contacts)
			now := sizes(contacts)
			for _, name := range groupNames {
				left := events.Left[name]
				if change := events.Entered[name] - left.Waiting - left.Answered; before != nil && change != now[name]-before[name] {
					t.Fatalf("%s: %d entered, %v left, but it went from %d to %d", name, events.Entered[name], left, before[name], now[name])
				}
				if before == nil && events.Entered[name]+left.Waiting+left.Answered > 0 {
					t.Fatalf("%v at the first read", events)
				}
			}
			w.checkReplies(events, messages)
			w.checkWaits(waits, waiting(q))
			before = now
		}
		if limit := 2 * len(w.chats); len(q.contacts) > limit {
			t.Fatalf("%d contacts are remembered", len(q.contacts))
		}
	})
}

// change has something happen to a chat, and returns how many replies it has had.
func (w *world) change(c *chat) (replies int) {
	if rapid.IntRange(0, 5).Draw(w.t, "moves") == 0 {
		c.groups = w.drawGroups()
	}
	c.listed = rapid.IntRange(0, 5).Draw(w.t, "listed") > 0
	for range rapid.IntRange(0, 3).Draw(w.t, "messages") {
		sender := rapid.SampledFrom([]string{"user", "bot", "agent"}).Draw(w.t, "sender")
		c.says(sender, w.second)
		if sender == "agent" {
			replies++
		}
	}
	return replies
}

func (w *world) checkReplies(events Events, messages int) {
	replies := make(map[string]int)
	for group, times := range events.Replies {
		replies[group] += len(times)
		if replies[group] > messages {
			w.t.Fatalf("%d replies in %s, of %d that were sent", replies[group], group, messages)
		}
		if slices.Min(times) < 0 {
			w.t.Fatalf("a reply took %v", times)
		}
	}
}

// checkWaits checks that the wait of a contact that still waits has not been shortened.
func (w *world) checkWaits(before, after map[inbox.Identity]int64) {
	for contact, since := range after {
		if earlier, waited := before[contact]; waited && since != earlier {
			w.t.Fatalf("a wait began at %d and begins at %d now", earlier, since)
		}
	}
}

// waiting returns since when contacts of the last two reads have waited.
func waiting(q *Queue) map[inbox.Identity]int64 {
	waits := make(map[inbox.Identity]int64)
	for contact, s := range maps.All(q.contacts) {
		if s.since != 0 {
			waits[contact] = s.since
		}
	}
	return waits
}

// Sets of groups that no contact is in any more are forgotten.
func TestGroupSetsAreBounded(t *testing.T) {
	t.Parallel()
	q := New(testRules())
	for n := range 5 * maxSets {
		q.Observe([]Contact{says(1, fmt.Sprint("group ", n), "user", 1)})
	}
	if n := len(q.groups.sets); n > maxSets+1 {
		t.Errorf("%d sets are kept", n)
	}
	if groups := q.Groups(at(61)); len(groups) != 1 || groups[fmt.Sprint("group ", 5*maxSets-1)].Waits[0] != time.Minute {
		t.Errorf("groups %v", groups)
	}
}

// BenchmarkObserve reads 4 000 contacts of which a tenth has changed, and reports the
// memory that is kept for each.
func BenchmarkObserve(b *testing.B) {
	const n = 4000
	contacts := make([]Contact, n)
	for i := range contacts {
		contacts[i] = says(i, groupNames[i%3], []string{"user", "bot", "agent"}[i%3], i)
	}
	kept := allocated(func() any {
		q := New(testRules())
		q.Observe(contacts)
		q.Observe(contacts)
		return q
	})
	q := New(testRules())
	second := n
	b.ReportAllocs()
	for b.Loop() {
		second++
		for i := second % 10; i < n; i += 10 {
			contacts[i].Sender, contacts[i].At = []string{"user", "agent"}[second%2], at(second)
		}
		q.Observe(contacts)
	}
	b.ReportMetric(float64(kept)/n, "B/contact")
}
