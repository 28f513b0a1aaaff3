// Package faults tests the program, built and run as users run it, against servers,
// networks and clients that misbehave. It has nothing but tests.
package faults
