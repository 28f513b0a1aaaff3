// Package paging turns the pages of the inbox API into the number of contacts,
// or into the contacts themselves.
//
// The API lists contacts in pages and never says how many there are. Every page
// but the last is full, so the number follows from the last page alone:
//
//	contacts = (last page - 1) x page size + length of the last page
//
//	page       1      2      3      4      5      6      7      8      9
//	        ┌──────┬──────┬──────┬──────┬──────┬───┐
//	        │ full │ full │ full │ full │ full │   │   empty  empty  empty
//	        └──────┴──────┴──────┴──────┴──────┴───┘
//	                    ▲             ▲                        ▲
//	                   base          low                      high
//
// low is the highest page known to have contacts, high the lowest one known to be
// empty, and base is where the last page was at the previous count. A search starts
// at base, gallops away from it in steps that double, and bisects once low and high
// enclose the end. The last page is found when high = low + 1. Its position is
// remembered per query, so that the next count usually takes one request.
//
// # Page size
//
// Nobody documents the page size, so each query learns its own. It is the longest page
// seen, and certain once a page that is known to be before the last had that length at a
// second look. Until then the smallest size of the account's other queries is the guess,
// which serves to tell a short page from a full one, and is never part of a number.
//
// A size that is remembered can prove wrong: the API has changed it, or dropped rows. The
// query that finds out looks again, and takes the size that its pages agree on. All
// other counts of the account that rest on the old size are stale from that moment
// ([Count.Stale]); counted again, a query looks at page 1 and keeps its size, or adopts
// the new one and searches from where the end must be now.
//
// # Audits
//
// A count at the remembered last page cannot see that earlier pages have changed their
// length, or that there are pages after a short one. So each scrape looks at a few pages
// more, one for ten counts, next to the counts themselves. Two rotations alternate
// ([Counter.ScheduleAudits]): a random page before the last, and the page after the last.
// What an audit finds corrects the number of the same count.
//
// # Invariants
//
//   - low < high, unless high is 0: no page is known to be empty.
//   - The newest observation of a page replaces what was known of it: contacts move
//     while they are counted.
//   - A number is returned only if no page seen in this scrape contradicts it: pages
//     before the last have exactly the page size, the last has no more, and pages
//     after it have nothing.
//   - A number of more than one page rests on a certain page size.
//   - A short last page is taken for the last once the page after it was seen empty.
//     A full one needs that in every scrape, because a full page cannot be told from
//     one in the middle. If the last page has moved down, the page before it is seen,
//     too: longer pages look like contacts that have gone.
//   - A number that rests on a page size which proved wrong is stale, and is counted
//     again or not used.
//   - A count that fails keeps the bounds it has found, and the next one continues
//     from them. One that fails with Pagination keeps nothing: its bounds may be those
//     of pages that do not exist.
//
// # Code paths
//
// A count takes one of four paths, each shown best by one test:
//
//   - Remembered: the last page is requested first and is still the last.
//     [Counter.Count] with [bounds.next] returning low, then nothing.
//     TestCountIsExactAndCheap.
//   - Search: the last page is unknown or has moved. search.go, bounds.go, size.go.
//     TestSearchGallopsThenBisects.
//   - Contradiction: pages do not fit together. They are requested again, then
//     everything is counted afresh without trusting the page size.
//     contradiction.go. TestCountAfterThePageSizeChanged.
//   - Walk: pages before the last are not all full, or the configuration asks for it.
//     Every page is read and contacts are told apart by their _id, until a walk finds
//     regular pages again, whatever their size. read.go. TestCountOfShortPages.
//
// TestModel counts in many kinds of inboxes with an independent source of truth; run it
// at length with `make model`.
package paging
