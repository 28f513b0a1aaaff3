// Package inbox speaks the inbox API of BotPenguin over HTTP.
//
// A Client makes one request and turns the response into a Page, or into an
// Error with a Reason. A Limiter admits an account's requests. A Session joins
// the two for one scrape and retries what may succeed at a second attempt. Texts
// of the API are redacted before they become part of an error.
//
// Request bodies are made by package filter; package paging turns pages into
// numbers.
package inbox
