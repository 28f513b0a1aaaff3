// Package collector turns the inboxes of accounts into Prometheus metrics.
//
// # How a scrape proceeds
//
// [Account.Scrape] joins the run of the account that is under way, or begins one.
// A run is planned: the queries are reduced to the distinct request bodies that they
// need, each of which is a task. A task counts, and then reads the contacts if a
// query wants them. Tasks run concurrently; the order of their requests is the
// matter of their priority (schedule.go) and of the account's [inbox.Limiter].
// Whatever is done by a scrape's deadline becomes its [Snapshot], and [Gauges] turn
// a Snapshot into metrics.
//
// # How runs follow each other
//
// A number must not be older than one timeout of the account when it is served.
// So a run ends at the latest one timeout after it began, however many scrapes join
// it. A scrape joins a run in the first half of that time, or if the run will end
// before the scrape's own deadline. Otherwise it waits for a run of its own, which
// begins when the one under way has ended; if that has not ended by the scrape's
// deadline, the scrape gets what it has done so far. At most one run of an account asks
// the API at a time, since two would spoil each other's memory of pages. A run whose
// last scrape has left is cancelled.
//
// A run ends on time because each of its waits ends with its context; a request
// whose transport does not return is left behind by its [inbox.Session], and counted
// in botpenguin_stuck_runs.
//
// # Who owns which state
//
//   - Account: what outlasts a run: the limiter, the counter's memory of pages, and one
//     queryState per query (when it succeeded, what was logged, groups seen).
//   - run: its scrapes, its plan, and the outcomes of its tasks.
//   - task: its own progress.
//
// # Lock order
//
// Account.mu, then run.mu, then the locks inside inbox and paging. No lock is held
// while a request is made, while waiting, or while a line is logged.
package collector
