//go:build race

package faults

// race reports whether the tests, and so the program, run with the race detector.
const race = true
