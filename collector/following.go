package collector

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/config"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox"
	"github.com/botpenguin-exporter/botpenguin_exporter/queue"
)

// following is what is known of the contacts of a part of a query with waiting. It
// outlasts a reload of the configuration that does not change the query: then the account
// of the earlier configuration and that of the current one share it, until the scrapes of
// the former have ended.
type following struct {
	mu       sync.Mutex
	queue    *queue.Queue
	groups   seenGroups
	counters map[string]*groupCounters // by group; nil before the first read
	exposed  []Counters                // as of the latest read; never changed
	began    time.Time                 // when the latest read began; zero: none
	ended    time.Time                 // and when it ended
}

func newFollowing(q *config.Query) *following {
	rules := queue.Rules{Customer: q.Waiting.Customer, Ignore: q.Waiting.Ignore}
	return &following{queue: queue.New(rules), groups: declaredGroups(q)}
}

// errOvertaken is the error of a read that cannot be followed any more.
var errOvertaken = inbox.Errorf(inbox.Timeout, "the configuration was reloaded meanwhile, and the contacts were read again before this read ended")

// isNewer reports whether a read began after the latest one. f.mu is held.
func (f *following) isNewer(read step) bool { return !read.began.Before(f.began) }

// observe takes in the contacts of a part that was read. The groups are up to date. f.mu
// is held.
func (f *following) observe(p planned, contacts []queue.Contact) {
	events := f.queue.Observe(contacts)
	created := f.ended // a group that appears has been at 0 until then
	f.began, f.ended = p.task.reading.began, p.task.reading.ended
	if f.counters == nil {
		f.counters, created = make(map[string]*groupCounters), f.ended
	}
	f.exposed = nil // and not shortened: snapshots have it
	for _, key := range slices.Sorted(maps.Keys(f.groups)) {
		c := f.counters[key]
		if c == nil {
			c = newGroupCounters(created)
			f.counters[key] = c
		}
		c.add(events.Entered[key], events.Left[key], events.Replies[key])
		f.exposed = append(f.exposed, c.expose(groupLabelSet(p, key)))
	}
	for key := range f.counters {
		if _, known := f.groups[key]; !known {
			delete(f.counters, key)
		}
	}
}

// latest returns the counters as of the latest read. The groups that have turned out to
// hold a secret are left out.
func (f *following) latest(secrets *inbox.Secrets) []Counters {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.exposed), func(c Counters) bool {
		for _, value := range c.Labels {
			if secrets.Redact(value) != value {
				return true
			}
		}
		return false
	})
}

// counters returns the counters of a query as of its latest reads.
func (a *Account) counters(q *config.Query) []Counters {
	var all []Counters
	parts := a.states[q].parts // these never change, but a.mu guards most of what is in them
	for i := range parts {
		if f := parts[i].following; f != nil {
			all = append(all, f.latest(a.process.Secrets)...)
		}
	}
	return all
}

// followings are what a process follows.
type followings struct {
	mu    sync.Mutex
	byKey map[string]*sharedFollowing
}

// sharedFollowing is a following and the number of accounts that use it.
type sharedFollowing struct {
	*following
	users int
}

// acquire returns what is followed under a key, which is new if no account does.
func (f *followings) acquire(key string, q *config.Query) *following {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byKey == nil {
		f.byKey = make(map[string]*sharedFollowing)
	}
	shared := f.byKey[key]
	if shared == nil {
		shared = &sharedFollowing{following: newFollowing(q)}
		f.byKey[key] = shared
	}
	shared.users++
	return shared.following
}

// release forgets what is followed under a key if no other account does.
func (f *followings) release(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if shared := f.byKey[key]; shared != nil {
		if shared.users--; shared.users == 0 {
			delete(f.byKey, key)
		}
	}
}

// followingKey returns a key of a part of a query that changes with anything that makes
// what was followed useless.
func followingKey(account *config.Account, q *config.Query, part config.Part) string {
	key, err := json.Marshal(struct {
		Account, URL, Query, Filter string
		Labels                      map[string]string
		GroupBy                     []config.Group
		Waiting                     *config.Waiting
	}{account.Name, account.URL.String(), q.Name, part.Filter.Key(), part.Labels, q.GroupBy, q.Waiting})
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(key)
}
