package random_test

import (
	"math"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/random"
)

func TestDrawsHaveTheExpectedMean(t *testing.T) {
	t.Parallel()
	r := random.New(1)
	for name, tt := range map[string]struct {
		want float64
		draw func() int
	}{
		"chance of 0.3": {0.3, func() int {
			if random.Chance(r, 0.3) {
				return 1
			}
			return 0
		}},
		"one of 1, 2, 3, 6":     {3, func() int { return random.Pick(r, []int{1, 2, 3, 6}) }},
		"0.2 events on average": {0.2, func() int { return random.Poisson(r, 0.2) }},
		"20 events on average":  {20, func() int { return random.Poisson(r, 20) }},
		"no events":             {0, func() int { return random.Poisson(r, 0) }},
	} {
		const draws = 100_000
		sum := 0
		for range draws {
			sum += tt.draw()
		}
		if got := float64(sum) / draws; math.Abs(got-tt.want) > 0.05*tt.want {
			t.Errorf("%s: mean %.3f, want about %g", name, got, tt.want)
		}
	}
}

func TestEqualSeedsGiveEqualDraws(t *testing.T) {
	t.Parallel()
	first, again, other := random.New(7), random.New(7), random.New(8)
	if a, b := first.Uint64(), again.Uint64(); a != b {
		t.Errorf("seed 7 yields %d and %d", a, b)
	}
	if a, b := first.Uint64(), other.Uint64(); a == b {
		t.Errorf("seeds 7 and 8 both yield %d", a)
	}
}
