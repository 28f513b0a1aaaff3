// Package life lets a simulated inbox live through the days of a support team, each compressed into minutes. The demo runs
// on it, and so can a test that needs an inbox which keeps changing.
//
// Contacts come online and leave. Some of them write to a bot, others open a live chat and wait for an agent, who answers
// after a while; they reply or the chat is closed. Agents work in shifts and take whoever has waited longest. At noon half
// of them are at lunch, and in the evening the day shift has left; both times more contacts write, so the backlog of
// unanswered chats grows twice a day and is almost empty at night. Meanwhile tags, segments and orders change and new
// contacts arrive. Once a night the contacts that were not seen for longest are deleted, which keeps the number of
// contacts about constant.
//
// In a program, [Simulation.Run] follows the machine's clock. A test moves a clock by hand instead:
//
//	clock := inboxtest.NewManualClock(time.Now())
//	srv := inboxtest.Start(t, inboxtest.WithClock(clock))
//	simulation := life.New(srv.Inbox, life.Options{})
//	simulation.Step(clock.Advance(time.Minute)) // six hours of a day of four minutes
//
// Records carry the times of that clock, not of the compressed day: at four minutes a day, a contact that waits for an
// hour of the simulated day has waited for ten seconds.
package life
