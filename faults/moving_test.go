package faults

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// Pages that become longer never make a number wrong. Ones that become shorter may,
// until the next audit.
func TestPageSizeThatChanges(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	healthy := s.healthy(t)
	before := 10
	for _, size := range []int{25, 11, 7, 40, 3, 100, 10} {
		s.acme.SetPageSize(size)
		for n := 1; ; n++ {
			body, _ := s.scrape(t, "/metrics", "5")
			got := gauges(t, body)
			right := maps.Equal(got, healthy)
			if right && n >= 2 {
				t.Logf("from %d a page to %d: right by scrape %d", before, size, n)
				break
			}
			for name, value := range got {
				if wrong := value != healthy[name] && name[:17] == "botpenguin_inbox_"; wrong && size > before {
					t.Errorf("from %d a page to %d, scrape %d: %s is %v, want %v", before, size, n, name, value, healthy[name])
				}
			}
			if n == 11 {
				same(t, fmt.Sprintf("from %d a page to %d, scrape %d", before, size, n), healthy, got)
				break
			}
		}
		before = size
	}
}

// Contacts that come, go, or go and come again between two requests make numbers that
// were right at some moment, or none; when they rest, the numbers are exact.
func TestTheInboxMovesWhileItIsRead(t *testing.T) {
	t.Parallel()
	one := inboxtest.Contact{Status: inboxtest.StatusClosed, LastMessage: inboxtest.Message{By: inboxtest.ByUser}, Platform: []inboxtest.Channel{inboxtest.Website}}
	for name, move := range map[string]func(in *inboxtest.Inbox, n int64){
		"some come":        func(in *inboxtest.Inbox, _ int64) { in.Add(one, one, one) },
		"a page comes":     func(in *inboxtest.Inbox, _ int64) { in.Add(one, one, one, one, one, one, one, one, one, one) },
		"some go":          func(in *inboxtest.Inbox, _ int64) { in.Remove(in.Select(isClosed)[0].ID) },
		"some come and go": func(in *inboxtest.Inbox, n int64) { comeAndGo(in, n, one) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			for range 70 {
				s.acme.Inbox.Add(one)
			}
			s.healthy(t)
			for range 11 { // an audit among them
				var moves atomic.Int64
				low, high := s.closed(), s.closed()
				s.acme.Intercept(func(_ http.ResponseWriter, _ *http.Request, call inboxtest.Call) bool {
					if n := moves.Add(1); n <= 4 && (asks("closed")(call) || asks("waiting")(call)) {
						move(s.acme.Inbox, n)
					}
					return false
				})
				body, _ := s.scrape(t, "/metrics", "5")
				s.acme.Intercept(nil)
				low, high = math.Min(low, s.closed())-2, math.Max(high, s.closed())+2 // what one move changes
				if closed, ok := series(t, body)[`botpenguin_inbox_closed{account="acme"}`]; ok && (closed < low || closed > high) {
					t.Errorf("%v closed, but there were never less than %v or more than %v", closed, low, high)
				}
			}
			s.healthy(t)
			s.silent(t)
		})
	}
}

func (s *stand) closed() float64 {
	return float64(s.acme.Inbox.Count(isClosed))
}

func comeAndGo(in *inboxtest.Inbox, n int64, one inboxtest.Contact) {
	if n%2 == 0 {
		in.Add(one, one)
		return
	}
	for _, c := range in.Select(isClosed)[:2] {
		in.Remove(c.ID)
	}
}
