// Package collector runs the queries of accounts and turns the results into Prometheus
// metrics.
//
// # How a scrape proceeds
//
// [Account.Scrape] joins the account's current run or starts one. The run is planned
// first: the queries are reduced to their distinct request bodies, and each of these
// becomes a task. A task counts the contacts, and then reads them if a query needs their
// fields. Tasks run concurrently. The order of their requests follows from their
// priority (schedule.go) and the account's [inbox.Limiter]. At its deadline, a scrape
// returns what is done as a [Snapshot], and [Gauges] turns a Snapshot into metrics.
//
// # How runs follow each other
//
// A value must not be older than one timeout of the account when it is served.
// Therefore a run ends at most one timeout after it started, no matter how many scrapes
// join it. A scrape joins a run in the first half of that time, or if the run ends before
// the scrape's own deadline. Otherwise the scrape waits for the next run, which starts
// when the current one has ended. If that takes longer than the scrape's deadline, the
// scrape returns what the current run has done so far. Only one run of an account makes
// requests at a time, because two would mix up the page numbers they remember. A run is
// canceled when all its scrapes have left.
//
// A run ends on time because all waiting ends with its context. A request that does not
// return is abandoned by its [inbox.Session], and counted in botpenguin_stuck_runs.
//
// # Who owns which state
//
//   - Account: what outlives a run: the limiter, the counter with the pages it remembers,
//     and one queryState per query (last success, last logged state, known groups).
//   - run: its scrapes, its plan, and the outcomes of its tasks.
//   - task: its own progress.
//
// # Lock order
//
// Account.mu, then run.mu, then the locks inside inbox and paging. No lock is held
// during a request, while waiting, or while logging.
package collector
