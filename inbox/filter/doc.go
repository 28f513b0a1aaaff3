// Package filter builds the request bodies of POST /inbox/users.
//
// A Filter is an immutable set of conditions on contacts, by the API's own
// field names. Its times may be relative ("now-15m", "now/d") and are resolved
// when a body is made, so that one Filter serves every scrape. The documented
// fields, their types and the values that stand for "not applied" are those of
// the vendor's page "Get All Contacts".
package filter
