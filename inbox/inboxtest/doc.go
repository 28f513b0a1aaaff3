// Package inboxtest simulates the inbox API: contacts in memory, served over HTTP at POST /inbox/users with the documented
// fields, filters, paging and errors, and its segments and WhatsApp bots at the two endpoints that list them. Tests and the demo use it.
//
// A test starts a server in one line, queries it with its URL and token, and compares the result with its inbox:
//
//	srv := inboxtest.Start(t, inboxtest.Contacts(1000), inboxtest.PageSize(20))
//	got := countOnline(srv.URL, srv.Token)
//	want := srv.Inbox.Count(func(c inboxtest.Contact) bool { return c.Online })
//
// The [Inbox] can be changed at any time. The [Server] fails on demand ([Server.Intercept], [Oddities]) and keeps the
// requests that it received ([Server.Calls]). Package life changes the contacts as a working day would.
//
// The package shares no code with the client of the API, so that a misunderstanding in one is not repeated in the other.
package inboxtest
