package inboxtest

import "time"

// DefaultToken is the token that a server accepts unless [Token] sets another.
const DefaultToken = "simulated-token"

// Option sets up a [Server].
type Option func(*setup)

// setup is a server to be, and the population that it starts with.
type setup struct {
	server   *Server
	contacts int
}

// Contacts lets the server start with a population of n contacts.
func Contacts(n int) Option { return func(s *setup) { s.contacts = n } }

// PageSize sets the length of a full page. The default is 20.
func PageSize(n int) Option { return func(s *setup) { s.server.SetPageSize(n) } }

// Token sets the token that the server accepts.
func Token(token string) Option { return func(s *setup) { s.server.Token = token } }

// Latency lets every answer wait for d.
func Latency(d time.Duration) Option { return func(s *setup) { s.server.SetLatency(d) } }

// Odd sets how the server pages.
func Odd(o Oddities) Option { return func(s *setup) { s.server.SetOddities(o) } }

// StrictApplicable has the server apply only the filters that applicableFilters lists; isContact always counts.
func StrictApplicable() Option { return func(s *setup) { s.server.strict = true } }

// KeepCalls sets how many of the latest calls the server remembers. The default is 10,000.
func KeepCalls(n int) Option { return func(s *setup) { s.server.ledger.keep = n } }

// WithClock sets the clock of the server and its inbox.
func WithClock(clock Clock) Option { return func(s *setup) { s.server.clock = clock } }

// New returns a server that listens nowhere yet: mount it as an http.Handler.
func New(options ...Option) *Server {
	server := &Server{Token: DefaultToken, clock: systemClock{}, now: settings{pageSize: defaultPageSize}}
	server.ledger.keep = defaultKeptCalls
	s := &setup{server: server}
	for _, option := range options {
		option(s)
	}
	server.Inbox = NewInbox(server.clock)
	server.Inbox.Populate(s.contacts, 1)
	return server
}
