// Package filter builds the request bodies of POST /inbox/users.
//
// A Filter is an immutable set of conditions on contacts, named after the API's
// fields. Its times may be relative ("now-15m", "now/d"). They are resolved when a
// request body is built, so that a Filter can be reused for every scrape. The
// documented fields, their types and the values that mean "not applied" are those
// of the vendor's page "Get All Contacts".
package filter
