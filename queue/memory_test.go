package queue

import (
	"runtime"
	"testing"
)

// allocated returns how many bytes what create returns keeps.
func allocated(create func() any) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	kept := create()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(kept)
	return after.HeapAlloc - before.HeapAlloc
}

// At most 150 bytes for each contact, besides its id of 16. It runs alone, and counts
// what is left on the heap.
func TestMemoryPerContact(t *testing.T) {
	for _, n := range []int{1000, 4000, 20_000} {
		contacts := make([]Contact, n)
		for i := range contacts {
			contacts[i] = says(i, groupNames[i%3], "user", i)
		}
		kept := allocated(func() any {
			q := New(testRules())
			q.Observe(contacts)
			q.Observe(contacts)
			return q
		})
		runtime.KeepAlive(contacts)
		if per := kept / uint64(n); per > 150+16 {
			t.Errorf("%d contacts: %d bytes for each", n, per)
		} else {
			t.Logf("%d contacts: %d bytes for each, its id included", n, per)
		}
	}
}

// What a long list needed is given back when it has become short.
func TestMemoryOfAListThatShrinks(t *testing.T) {
	const n = 20_000
	contacts := make([]Contact, n)
	for i := range contacts {
		contacts[i] = says(i, groupNames[i%3], "user", i)
	}
	kept := allocated(func() any {
		q := New(testRules())
		q.Observe(contacts)
		for range 3 {
			q.Observe(contacts[:100])
		}
		return q
	})
	runtime.KeepAlive(contacts)
	if most := uint64(100 * 2 * (150 + 16)); kept > most {
		t.Errorf("%d bytes, want at most %d", kept, most)
	}
}
