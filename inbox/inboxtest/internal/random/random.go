// Package random has the random draws of the simulated inbox. All of them take a seeded generator, so that equal seeds
// produce equal inboxes.
package random

import "math/rand/v2"

// New returns a generator with a seed.
func New(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x1b0c5)) }

// Chance returns true with the given probability.
func Chance(r *rand.Rand, probability float64) bool { return r.Float64() < probability }

// Pick draws one of the items. It panics if there are none.
func Pick[T any](r *rand.Rand, items []T) T { return items[r.IntN(len(items))] }

// Poisson draws a number of independent events from a Poisson distribution with the given mean.
func Poisson(r *rand.Rand, mean float64) int {
	n := 0
	for left := mean - r.ExpFloat64(); left > 0; left -= r.ExpFloat64() {
		n++
	}
	return n
}
