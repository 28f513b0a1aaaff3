// Package life simulates the working days of a support team in a simulated inbox. Each day is compressed into minutes. It
// is used by the demo, and by tests that need an inbox which keeps changing.
//
// Contacts come online and leave. Some of them write to a bot, others open a live chat and wait for an agent, who answers
// after a while; they reply or the chat is closed. Agents work in shifts and answer the contacts who have waited longest
// first. At noon half of the agents are at lunch, and in the evening the day shift has left. At both times more contacts
// write, so the backlog of unanswered chats grows twice a day, and is almost empty at night. Meanwhile tags, segments and
// orders change and new contacts arrive. Once a night, the contacts that were not seen for longest are deleted, so that
// the number of contacts stays about constant.
//
// In a program, [Simulation.Run] follows the machine's clock. A test uses a manual clock instead:
//
//	clock := inboxtest.NewManualClock(time.Now())
//	srv := inboxtest.Start(t, inboxtest.WithClock(clock))
//	simulation := life.New(srv.Inbox, life.Options{})
//	simulation.Step(clock.Advance(time.Minute)) // six hours of a day of four minutes
//
// Times in records are those of the clock, not of the simulated day: if a day takes four minutes, a contact that has
// waited for an hour of the simulated day has waited for ten seconds.
package life
