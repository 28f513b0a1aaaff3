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
// # Invariants
//
//   - low < high, unless high is 0: no page is known to be empty.
//   - The newest observation of a page replaces what was known of it: contacts move
//     while they are counted.
//   - A number is returned only if no page seen in this scrape contradicts it: pages
//     before the last have exactly the page size, the last has no more, and pages
//     after it have nothing.
//   - A short last page is taken for the last once the page after it was seen empty.
//     A full one needs that in every scrape, because a full page cannot be told from
//     one in the middle.
//   - The page size is the longest page seen. It is certain once pages before the last
//     were seen to have that length twice. All queries of an account share it.
//   - A number that was computed with a page size which proved wrong is stale, and is
//     counted again.
//   - A count that fails keeps the bounds it has found, and the next one continues
//     from them.
//
// # Code paths
//
// A count takes one of four paths, each shown best by one test:
//
//   - Remembered: the last page is requested first and is still the last.
//     [Counter.Count] with [bounds.next] returning low, then nothing.
//     TestCountIsExactAndCheap.
//   - Search: the last page is unknown or has moved. search.go, bounds.go.
//     TestSearchGallopsThenBisects.
//   - Contradiction: pages do not fit together. They are requested again, then
//     everything is counted afresh without trusting the page size.
//     contradiction.go. TestCountAfterThePageSizeChanged.
//   - Walk: pages before the last are not all full, or the configuration asks for it.
//     Every page is read and contacts are told apart by their _id, until a walk finds
//     regular pages again. read.go. TestCountOfShortPages.
package paging
