// Package inbox speaks the inbox API of BotPenguin and counts with it.
//
// The API lists contacts in pages and never says how many there are. A Filter
// is what is asked, a Client asks for one page of it, and a Counter turns pages
// into a number: exactly, and with about one request a count. Session joins
// the three for one scrape, under the limits that a Gate keeps for an account.
package inbox
