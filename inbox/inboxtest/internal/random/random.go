// Package random holds the draws that the simulated inbox is made of. All of them take a seeded generator, so equal seeds
// give equal inboxes.
package random

import "math/rand/v2"

// New returns a generator with a seed.
func New(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x1b0c5)) }

// Chance is true with the given probability.
func Chance(r *rand.Rand, probability float64) bool { return r.Float64() < probability }

// Pick draws one of the items, of which there is at least one.
func Pick[T any](r *rand.Rand, items []T) T { return items[r.IntN(len(items))] }

// Poisson draws how many independent events happen in a time in which mean are expected.
func Poisson(r *rand.Rand, mean float64) int {
	n := 0
	for left := mean - r.ExpFloat64(); left > 0; left -= r.ExpFloat64() {
		n++
	}
	return n
}
