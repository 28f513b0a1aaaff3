package inbox

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLimiterLimitsConcurrency(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 2), func(lt *limiterTest) {
		for i := range 4 {
			lt.acquire(fmt.Sprint(i), Known, 0)
		}
		lt.expect("after four arrivals", "0 admitted", "1 admitted")
		time.Sleep(time.Hour)
		lt.expect("an hour later")
		lt.release(nil)
		lt.expect("after a release", "2 admitted")
		lt.release(errors.New("any"))
		lt.expect("after another release", "3 admitted")
	})
}

func TestLimiterAdmitsByPriorityThenArrival(t *testing.T) {
	t.Parallel()
	testLimiter(t, proven(0, 1), func(lt *limiterTest) {
		lt.acquire("first", Unanswered, 0)
		lt.expect("with nothing in flight", "first admitted")
		for _, r := range []struct {
			name     string
			priority Priority
		}{
			{"a read", Read}, {"an unanswered query", Unanswered}, {"search 2", Search + 2}, {"a count", Known},
			{"another count", Known}, {"another read", Read}, {"search 1", Search + 1}, {"another search 2", Search + 2},
		} {
			lt.acquire(r.name, r.priority, 0)
		}
		for _, next := range []string{"a count", "another count", "search 1"} {
			lt.release(nil)
			lt.expect("after a release", next+" admitted")
		}
		lt.acquire("a late count", Known, 0)
		for _, next := range []string{"a late count", "search 2", "another search 2", "a read", "another read", "an unanswered query"} {
			lt.release(nil)
			lt.expect("after a release", next+" admitted")
		}
	})
}

func TestLimiterLimitsTheRate(t *testing.T) {
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
				limiter := provenLimiter(t, test.perSecond, 1000)
				began := time.Now()
				admitted := make(chan string, len(test.want))
				for range test.want {
					go func() {
						slot, err := limiter.acquire(t.Context(), never, Known, nil)
						if err != nil {
							t.Error(err)
						}
						admitted <- time.Since(began).Round(time.Millisecond).String()
						slot.release(nil)
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

func TestLimiterBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := func(d time.Duration) time.Time { return time.Now().Add(d) }
		limiter := provenLimiter(t, 10, 100)
		if got := limiter.Budget(in(2500 * time.Millisecond)); got != 35 {
			t.Errorf("the budget of 2.5s at 10/s is %v, want 35", got)
		}
		for range 10 {
			slot, err := limiter.acquire(t.Context(), never, Known, nil)
			if err != nil {
				t.Fatal(err)
			}
			slot.release(nil)
		}
		if got := limiter.Budget(in(2500 * time.Millisecond)); got != 25 {
			t.Errorf("after 10 requests it is %v, want 25", got)
		}
		if got := limiter.Budget(in(0)); got != 0 {
			t.Errorf("until now it is %v, want 0", got)
		}
		if got := limiter.Budget(in(-time.Hour)); got > 0 {
			t.Errorf("until an hour ago it is %v", got)
		}
		time.Sleep(300 * time.Millisecond)
		if got := limiter.Budget(in(0)); got != 3 {
			t.Errorf("300ms later it is %v, want 3", got)
		}
		if got := provenLimiter(t, 0, 1).Budget(in(0)); !math.IsInf(got, 1) {
			t.Errorf("without a rate limit it is %v", got)
		}
	})
}
