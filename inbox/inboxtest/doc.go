// Package inboxtest simulates the inbox API: an in-memory population of contacts served over HTTP at POST /inbox/users,
// with the documented fields, filters, paging and errors.
//
// It serves tests and the demo. A test starts one in a line and gets its address and token:
//
//	srv := inboxtest.Start(t, inboxtest.Contacts(1000), inboxtest.PageSize(20))
//
// The [Inbox] behind it tells the truth that an answer is compared with ([Inbox.Count]), the [Server] misbehaves on
// demand ([Server.Intercept], [Oddities]) and remembers what it was asked ([Server.Calls]). Package life keeps the
// population moving.
//
// The package shares no code with the client of the API, so that a misreading in one of them cannot hide in the other.
package inboxtest
