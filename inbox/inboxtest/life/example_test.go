package life_test

import (
	"fmt"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/life"
)

// On a manual clock, a test simulates hours without sleeping.
func ExampleSimulation_Step() {
	clock := inboxtest.NewManualClock(time.Date(2025, 6, 5, 10, 0, 0, 0, time.UTC))
	inbox := inboxtest.NewInbox(clock)
	simulation := life.New(inbox, life.Options{DayLength: 24 * time.Minute})
	simulation.Step(clock.Advance(10 * time.Minute))
	fmt.Printf("%.0f o'clock\n", simulation.Hour())
	// Output: 18 o'clock
}
