package inbox

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// trusting returns a gate that knows that the token is accepted.
func trusting(t testing.TB, perSecond float64, most int) *Gate {
	t.Helper()
	g := NewGate(0, most)
	if err := g.Enter(t.Context(), Known); err != nil {
		t.Fatal(err)
	}
	g.Leave(nil)
	g.limiter = NewGate(perSecond, most).limiter
	return g
}

// entrant is a request at a gate.
type entrant struct {
	name     string
	answered chan error
	cancel   context.CancelFunc
}

// crowd is requests at a gate, who came one after the other.
type crowd struct {
	t    testing.TB
	gate *Gate
	all  []*entrant
	in   []*entrant
}

// enter has another request come, with a deadline in so long, 0 for none.
func (c *crowd) enter(name string, priority Priority, deadline time.Duration) *entrant {
	e := &entrant{name: name, answered: make(chan error, 1)}
	ctx, cancel := context.WithCancel(c.t.Context())
	if deadline > 0 {
		ctx, cancel = context.WithTimeout(c.t.Context(), deadline)
	}
	e.cancel = cancel
	c.all = append(c.all, e)
	go func() { e.answered <- c.gate.Enter(ctx, priority) }()
	synctest.Wait()
	return e
}

// news is what has become of the requests since it was last asked, in the order in
// which they came.
func (c *crowd) news() []string {
	synctest.Wait()
	var news []string
	for _, e := range c.all {
		select {
		case err := <-e.answered:
			if err == nil {
				c.in = append(c.in, e)
				news = append(news, e.name+" is in")
			} else {
				news = append(news, e.name+" is refused: "+outcome(err))
			}
		default:
		}
	}
	return news
}

func (c *crowd) expect(what string, want ...string) {
	c.t.Helper()
	if diff := cmp.Diff(want, c.news()); diff != "" {
		c.t.Errorf("%s: (-want +got)\n%s", what, diff)
	}
}

// leave has the first of those who are in leave.
func (c *crowd) leave(err error) {
	c.t.Helper()
	if len(c.in) == 0 {
		c.t.Fatal("nobody is in")
	}
	c.in = c.in[1:]
	c.gate.Leave(err)
	synctest.Wait()
}

// goHome has everyone leave and finds the gate as if nobody had come.
func (c *crowd) goHome() {
	c.t.Helper()
	for _, e := range c.all {
		e.cancel()
	}
	c.news()
	for len(c.in) > 0 {
		c.leave(errors.New("home"))
		c.news()
	}
	isEmpty(c.t, c.gate)
}

// isEmpty finds nobody at a gate.
func isEmpty(t testing.TB, g *Gate) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inFlight != 0 || len(g.waiting) != 0 {
		t.Errorf("%d are in flight and %d waiting when all have left", g.inFlight, len(g.waiting))
	}
}

// atGate runs a test with fake time.
func atGate(t *testing.T, gate func(t *testing.T) *Gate, test func(t *testing.T, c *crowd)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{t: t, gate: gate(t)}
		test(t, c)
		c.goHome()
	})
}

func gateOf(perSecond float64, most int) func(*testing.T) *Gate {
	return func(t *testing.T) *Gate { return trusting(t, perSecond, most) }
}

func TestGateAdmitsOnlySoManyAtATime(t *testing.T) {
	t.Parallel()
	atGate(t, gateOf(0, 2), func(t *testing.T, c *crowd) {
		for i := range 4 {
			c.enter(fmt.Sprint(i), Known, 0)
		}
		c.expect("four came", "0 is in", "1 is in")
		time.Sleep(time.Hour)
		c.expect("an hour later")
		c.leave(nil)
		c.expect("one left", "2 is in")
		c.leave(errors.New("any"))
		c.expect("another left", "3 is in")
	})
}

func TestGateAdmitsTheCheapBeforeTheDear(t *testing.T) {
	t.Parallel()
	atGate(t, gateOf(0, 1), func(t *testing.T, c *crowd) {
		c.enter("the first", Stalled, 0)
		c.expect("at an empty gate everyone may go", "the first is in")
		for _, came := range []struct {
			name     string
			priority Priority
		}{
			{"a read", Reading}, {"a stalled query", Stalled}, {"a search", Search}, {"a count", Known},
			{"another count", Known}, {"another read", Reading}, {"another search", Search},
		} {
			c.enter(came.name, came.priority, 0)
		}
		for _, next := range []string{"a count", "another count", "a search"} {
			c.leave(nil)
			c.expect("one left", next+" is in")
		}
		c.enter("a late count", Known, 0)
		for _, next := range []string{"a late count", "another search", "a read", "another read", "a stalled query"} {
			c.leave(nil)
			c.expect("one left", next+" is in")
		}
	})
}

func TestGateAdmitsOnlySoManyASecond(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		perSecond float64
		want      []string
	}{
		{10, []string{"0s", "0s", "0s", "0s", "0s", "0s", "0s", "0s", "0s", "0s", "100ms", "200ms", "300ms", "400ms"}},
		{2.5, []string{"0s", "0s", "0s", "400ms", "800ms", "1.2s"}},
		{1, []string{"0s", "1s", "2s", "3s"}},
		{0.25, []string{"0s", "4s", "8s"}},
		{0, []string{"0s", "0s", "0s", "0s"}},
	} {
		t.Run(fmt.Sprint(test.perSecond), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				gate := trusting(t, test.perSecond, 1000)
				began := time.Now()
				admitted := make(chan string, len(test.want))
				for range test.want {
					go func() {
						if err := gate.Enter(t.Context(), Known); err != nil {
							t.Error(err)
						}
						admitted <- time.Since(began).Round(time.Millisecond).String()
						gate.Leave(nil)
					}()
				}
				var got []string
				for range test.want {
					got = append(got, <-admitted)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		})
	}
}

func TestGateKnowsHowManyItAllows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := func(d time.Duration) time.Time { return time.Now().Add(d) }
		gate := trusting(t, 10, 100)
		if got := gate.Allows(in(2500 * time.Millisecond)); got != 35 {
			t.Errorf("a fresh gate of 10/s allows %v in 2.5s, want 35", got)
		}
		for range 10 {
			if err := gate.Enter(t.Context(), Known); err != nil {
				t.Fatal(err)
			}
			gate.Leave(nil)
		}
		if got := gate.Allows(in(2500 * time.Millisecond)); got != 25 {
			t.Errorf("after 10 requests it allows %v, want 25", got)
		}
		if got := gate.Allows(in(0)); got != 0 {
			t.Errorf("at once it allows %v, want 0", got)
		}
		if got := gate.Allows(in(-time.Hour)); got > 0 {
			t.Errorf("until an hour ago it allows %v", got)
		}
		time.Sleep(300 * time.Millisecond)
		if got := gate.Allows(in(0)); got != 3 {
			t.Errorf("after 300ms it allows %v at once, want 3", got)
		}
		if got := trusting(t, 0, 1).Allows(in(0)); !math.IsInf(got, 1) {
			t.Errorf("a gate without a rate limit allows %v", got)
		}
	})
}

// One request finds out whether the token is accepted.
func TestGateAdmitsOneAloneWhileTheTokenIsInDoubt(t *testing.T) {
	t.Parallel()
	fresh := func(*testing.T) *Gate { return NewGate(0, 3) }
	rejected := Errorf(Auth, "401 Unauthorized")
	atGate(t, fresh, func(t *testing.T, c *crowd) {
		for i := range 5 {
			c.enter(fmt.Sprint(i), Known, 0)
		}
		c.expect("at first", "0 is in")
		c.leave(Errorf(Connection, "EOF"))
		c.expect("when that proved nothing", "1 is in")
		c.leave(nil)
		c.expect("when the token was accepted", "2 is in", "3 is in", "4 is in")
		c.leave(Errorf(HTTPStatus, "500"))
		c.enter("5", Known, 0)
		c.expect("a failure of another kind casts no doubt", "5 is in")
		c.leave(rejected)
		c.leave(fmt.Errorf("page 3: %w", rejected))
		c.leave(rejected)
		c.enter("6", Known, 0)
		c.enter("7", Known, 0)
		c.expect("when the token was rejected", "6 is in")
		c.leave(nil)
		c.expect("when it was accepted again", "7 is in")
	})
	atGate(t, fresh, func(t *testing.T, c *crowd) {
		for i := range 3 {
			c.enter(fmt.Sprint(i), Known, 0)
		}
		c.expect("at first", "0 is in")
		time.Sleep(999 * time.Millisecond)
		c.expect("while the first one hangs")
		time.Sleep(time.Millisecond)
		c.expect("when it hangs for a second", "1 is in", "2 is in")
		c.enter("3", Known, 0)
		c.expect("but never more than three")
		c.leave(rejected)
		c.expect("one left for another", "3 is in")
	})
	atGate(t, fresh, func(t *testing.T, c *crowd) {
		first := c.enter("0", Known, 0)
		c.expect("at first", "0 is in")
		c.enter("1", Known, 300*time.Millisecond)
		time.Sleep(300 * time.Millisecond)
		c.expect("one whose deadline comes meanwhile", "1 is refused: timeout: not asked: the deadline came first")
		first.cancel()
		c.expect("one that is in stays in when its context ends")
	})
}

func TestGateHoldsBackEverything(t *testing.T) {
	t.Parallel()
	until := func(d time.Duration) string {
		// A bubble's time begins here.
		end := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC).Add(d)
		return " is refused: rate_limited: the API asked for no requests until " + end.Format(time.RFC3339) + " (Retry-After)"
	}
	const late = " is refused: timeout: not asked: the deadline came first"
	atGate(t, gateOf(0, 3), func(t *testing.T, c *crowd) {
		c.enter("in flight", Known, 0)
		c.expect("before", "in flight is in")
		c.gate.Hold(10 * time.Second)
		c.enter("short", Known, 9*time.Second)
		c.expect("a deadline before the end of the hold", "short"+until(10*time.Second))
		c.enter("just", Known, 10*time.Second)
		c.enter("long", Known, 11*time.Second)
		c.enter("for ever", Known, 0)
		c.expect("the others wait")
		c.gate.Hold(5 * time.Second)
		c.gate.Hold(-time.Second)
		c.leave(nil)
		time.Sleep(9999 * time.Millisecond)
		c.expect("a shorter hold changes nothing")
		c.gate.Hold(0)
		time.Sleep(time.Millisecond)
		if news := c.news(); len(news) != 3 || !slices.Contains([]string{"just is in", "just" + late}, news[0]) ||
			news[1] != "long is in" || news[2] != "for ever is in" {
			t.Errorf("after the hold: %q", news)
		}
	})
	atGate(t, gateOf(0, 1), func(t *testing.T, c *crowd) {
		c.gate.Hold(time.Minute)
		c.enter("for a minute", Known, 0)
		c.gate.Hold(time.Minute + 1)
		c.enter("for longer", Known, 0)
		c.expect("without a deadline a minute is the most that anyone waits", "for a minute"+until(time.Minute), "for longer"+until(time.Minute))
		c.enter("with a deadline", Known, time.Hour)
		time.Sleep(time.Minute + 1)
		c.expect("with one it may be longer", "with a deadline is in")
	})
	atGate(t, gateOf(0, 1), func(t *testing.T, c *crowd) {
		c.enter("in flight", Known, 0)
		c.enter("short", Known, 5*time.Second)
		c.enter("long", Known, time.Minute)
		c.expect("before", "in flight is in")
		c.gate.Hold(20 * time.Second)
		c.expect("those who wait already are refused, too", "short"+until(20*time.Second))
		time.Sleep(10 * time.Second)
		c.gate.Hold(20 * time.Second)
		c.leave(nil)
		time.Sleep(10 * time.Second)
		c.expect("a later end counts")
		c.gate.Hold(41 * time.Second)
		c.expect("until nobody can wait for it", "long"+until(61*time.Second))
		c.enter("patient", Known, 0)
		time.Sleep(41*time.Second - 1)
		c.expect("before the end")
		time.Sleep(time.Nanosecond)
		c.expect("at the end", "patient is in")
	})
}

func TestGateRefusesThoseWhoseTurnComesTooLate(t *testing.T) {
	t.Parallel()
	const late = " is refused: timeout: not asked: the deadline came first"
	atGate(t, gateOf(0, 1), func(t *testing.T, c *crowd) {
		c.enter("first", Known, time.Second)
		c.enter("second", Known, 2*time.Second)
		third := c.enter("third", Known, 0)
		c.expect("at first", "first is in")
		time.Sleep(3 * time.Second)
		c.expect("at its deadline", "second"+late)
		third.cancel()
		c.expect("or when it is given up", "third"+late)
	})
	atGate(t, gateOf(1, 10), func(t *testing.T, c *crowd) {
		c.enter("first", Known, 0)
		c.enter("second", Known, 500*time.Millisecond)
		c.enter("third", Known, 0)
		time.Sleep(time.Second)
		c.expect("it takes nobody else's turn", "first is in", "second"+late, "third is in")
	})
	synctest.Test(t, func(t *testing.T) {
		gate := trusting(t, 0, 1)
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(Errorf(Auth, "another request found that out"))
		if got, want := outcome(gate.Enter(ctx, Known)), "auth: another request found that out"; got != want {
			t.Errorf("one that has ended before: %s, want %s", got, want)
		}
		isEmpty(t, gate)
	})
}

// Whatever the requests do, at whatever moment they are given up, no more of them
// than allowed are in at once, and when all have left the gate is as it was.
func TestGateForgetsThoseWhoGaveUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			const most = 3
			gate := NewGate([]float64{0, 5, 50}[seed%3], most)
			in, admitted := make(chan struct{}, most), make(chan bool, 60)
			for range cap(admitted) {
				// Few different moments, so that much happens at once.
				arrives, stays, gives := random.IntN(10), random.IntN(5), 1+random.IntN(10)
				priority, hold := Priority(random.IntN(4)), random.IntN(20) == 0
				err := []error{nil, nil, Errorf(Auth, "401"), Errorf(Connection, "EOF")}[random.IntN(4)]
				go func() {
					time.Sleep(time.Duration(arrives) * 100 * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(gives)*100*time.Millisecond)
					defer cancel()
					if gate.Enter(ctx, priority) != nil {
						admitted <- false
						return
					}
					select {
					case in <- struct{}{}:
					default:
						t.Errorf("more than %d are in at once", most)
						in <- struct{}{}
					}
					time.Sleep(time.Duration(stays) * 100 * time.Millisecond)
					if hold {
						gate.Hold(300 * time.Millisecond)
					}
					<-in
					gate.Leave(err)
					admitted <- true
				}()
			}
			were := 0
			for range cap(admitted) {
				if <-admitted {
					were++
				}
			}
			if were == 0 {
				t.Error("nobody was ever admitted")
			}
			isEmpty(t, gate)
			time.Sleep(time.Second) // whatever held it back
			if err := gate.Enter(t.Context(), Known); err != nil {
				t.Error(err)
			}
		})
	}
}

// endingNow is a context that ends at the very moment at which it is found not to have.
type endingNow struct {
	context.Context
	looked bool
}

func (c *endingNow) Err() error {
	if !c.looked {
		c.looked = true
		return nil
	}
	return context.Canceled
}

func (c *endingNow) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

func TestGateTakesBackTheTurnOfOneWhoGaveUpAtThatMoment(t *testing.T) {
	t.Parallel()
	gate := trusting(t, 0, 1)
	gaveUp := 0
	for range 100 {
		if err := gate.Enter(&endingNow{Context: t.Context()}, Known); err != nil {
			gaveUp++
			isEmpty(t, gate)
			if got, want := outcome(err), "timeout: not asked: the deadline came first"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		} else {
			gate.Leave(nil)
		}
	}
	if gaveUp == 0 {
		t.Error("every one went in")
	}
	isEmpty(t, gate)
}
