// Package paging turns the pages of the inbox API into the number of contacts,
// or into the contacts themselves, with about one request a count.
package paging
