//go:build race

package faults

// race tells that the tests run with the race detector: then so does the program.
const race = true
