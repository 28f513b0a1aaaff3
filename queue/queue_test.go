package queue

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
)

var began = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// at is so many seconds after the beginning.
func at(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }

func id(n int) (id inbox.Identity) {
	binary.LittleEndian.PutUint64(id[:], uint64(n)+1)
	return id
}

// says is contact n, in a group, whose last message is somebody's at a second.
func says(n int, group, sender string, second int) Contact {
	return Contact{ID: id(n), Groups: []string{group}, Sender: sender, At: at(second)}
}

func testRules() Rules {
	return Rules{Customer: []string{"user"}, Ignore: []string{"bot"}}
}

// step is a read and what comes of it.
type step struct {
	read    []Contact
	now     int // second at which the groups are asked for
	replies map[string][]time.Duration
	entered map[string]int
	left    map[string]Left
	groups  map[string]Group
}

func TestQueue(t *testing.T) {
	t.Parallel()
	waits := func(seconds ...int) []time.Duration {
		var all []time.Duration
		for _, s := range seconds {
			all = append(all, time.Duration(s)*time.Second)
		}
		return all
	}
	for name, steps := range map[string][]step{
		"nobody": {{}, {}},
		"who is there at first has not entered": {
			{read: []Contact{says(1, "web", "user", 0), says(2, "web", "agent", 0)}, now: 90,
				groups: map[string]Group{"web": {2, waits(90)}}},
			{read: []Contact{says(1, "web", "user", 0), says(2, "web", "agent", 0), says(3, "web", "user", 400)}, now: 460,
				entered: map[string]int{"web": 1},
				groups:  map[string]Group{"web": {3, waits(460, 60)}}},
		},
		"a second message does not shorten a wait": {
			{read: []Contact{says(1, "web", "user", 0)}, now: 0, groups: map[string]Group{"web": {1, waits(0)}}},
			{read: []Contact{says(1, "web", "user", 50)}, now: 61, groups: map[string]Group{"web": {1, waits(61)}}},
			{read: []Contact{says(1, "web", "agent", 70)}, now: 70, replies: map[string][]time.Duration{"web": {70 * time.Second}},
				groups: map[string]Group{"web": {1, nil}}},
		},
		"an ignored sender neither starts nor ends a wait": {
			{read: []Contact{says(1, "web", "user", 0), says(2, "web", "bot", 0)}, now: 0, groups: map[string]Group{"web": {2, waits(0)}}},
			{read: []Contact{says(1, "web", "bot", 1), says(2, "web", "bot", 5)}, now: 10, groups: map[string]Group{"web": {2, waits(10)}}},
			{read: []Contact{says(1, "web", "agent", 20), says(2, "web", "agent", 20)}, now: 20, replies: map[string][]time.Duration{"web": {20 * time.Second}},
				groups: map[string]Group{"web": {2, nil}}},
		},
		"a contact that leaves": {
			{read: []Contact{says(1, "web", "user", 0), says(2, "web", "agent", 0), says(3, "web", "agent", 0)}, now: 0,
				groups: map[string]Group{"web": {3, waits(0)}}},
			{read: []Contact{says(3, "web", "agent", 0)}, now: 0, left: map[string]Left{"web": {1, 1}},
				groups: map[string]Group{"web": {1, nil}}},
			{left: map[string]Left{"web": {0, 1}}},
			{},
		},
		"a contact that one read misses": {
			{read: []Contact{says(1, "web", "user", 0)}, now: 0, groups: map[string]Group{"web": {1, waits(0)}}},
			{left: map[string]Left{"web": {1, 0}}},
			{read: []Contact{says(1, "web", "user", 30)}, now: 40, entered: map[string]int{"web": 1},
				groups: map[string]Group{"web": {1, waits(40)}}},
		},
		"a contact that two reads miss": {
			{read: []Contact{says(1, "web", "user", 0)}, now: 0, groups: map[string]Group{"web": {1, waits(0)}}},
			{left: map[string]Left{"web": {1, 0}}},
			{},
			{read: []Contact{says(1, "web", "user", 30)}, now: 40, entered: map[string]int{"web": 1},
				groups: map[string]Group{"web": {1, waits(10)}}},
		},
		"a contact that moves to another group": {
			{read: []Contact{says(1, "web", "user", 0)}, now: 0, groups: map[string]Group{"web": {1, waits(0)}}},
			{read: []Contact{says(1, "app", "user", 0)}, now: 10, entered: map[string]int{"app": 1}, left: map[string]Left{"web": {1, 0}},
				groups: map[string]Group{"app": {1, waits(10)}}},
			{read: []Contact{says(1, "web", "agent", 15)}, now: 20, entered: map[string]int{"web": 1}, left: map[string]Left{"app": {1, 0}},
				replies: map[string][]time.Duration{"web": {15 * time.Second}}, groups: map[string]Group{"web": {1, nil}}},
		},
		"a contact in two groups": {
			{read: []Contact{{ID: id(1), Groups: []string{"app", "web"}, Sender: "user", At: at(0)}}, now: 1,
				groups: map[string]Group{"app": {1, waits(1)}, "web": {1, waits(1)}}},
			{read: []Contact{{ID: id(1), Groups: []string{"web"}, Sender: "agent", At: at(2)}}, now: 2, left: map[string]Left{"app": {1, 0}},
				replies: map[string][]time.Duration{"web": {2 * time.Second}}, groups: map[string]Group{"web": {1, nil}}},
		},
		"what is unreadable or older than what was seen changes nothing": {
			{read: []Contact{says(1, "web", "user", 10)}, now: 10, groups: map[string]Group{"web": {1, waits(0)}}},
			{read: []Contact{says(1, "web", "agent", 5)}, now: 20, groups: map[string]Group{"web": {1, waits(10)}}},
			{read: []Contact{says(1, "web", "", 25)}, now: 30, groups: map[string]Group{"web": {1, waits(20)}}},
			{read: []Contact{{ID: id(1), Groups: []string{"web"}, Sender: "agent"}}, now: 40, groups: map[string]Group{"web": {1, waits(30)}}},
		},
		"a reply in the same instant": {
			{read: []Contact{says(1, "web", "user", 10)}, now: 10, groups: map[string]Group{"web": {1, waits(0)}}},
			{read: []Contact{says(1, "web", "agent", 10)}, now: 10, replies: map[string][]time.Duration{"web": {0}}, groups: map[string]Group{"web": {1, nil}}},
		},
		"a clock that is behind the API's": {
			{read: []Contact{says(1, "web", "user", 10)}, now: 0, groups: map[string]Group{"web": {1, waits(0)}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := New(testRules())
			for n, step := range steps {
				events := q.Observe(step.read)
				want := Events{Replies: step.replies, Entered: step.entered, Left: step.left}
				if diff := cmp.Diff(want, events, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("events of read %d (-want +got):\n%s", n+1, diff)
				}
				if diff := cmp.Diff(step.groups, q.Groups(at(step.now)), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("groups after read %d (-want +got):\n%s", n+1, diff)
				}
			}
		})
	}
}
