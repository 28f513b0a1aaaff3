package inboxtest

import "time"

// DefaultToken is the token that a server accepts unless [Token] or [Server.SetToken] says otherwise.
const DefaultToken = "simulated-token"

// Option sets up a [Server].
type Option func(*setup)

// setup is a server to be, and the population that it starts with.
type setup struct {
	server   *Server
	contacts int
	seed     uint64
}

// Contacts lets the server start with a population of n contacts.
func Contacts(n int) Option { return func(s *setup) { s.contacts = n } }

// Seed makes the population another one; equal seeds make equal ones. The default is 1.
func Seed(seed uint64) Option { return func(s *setup) { s.seed = seed } }

// PageSize sets the length of a full page.
func PageSize(n int) Option { return func(s *setup) { s.server.SetPageSize(n) } }

// Token sets the token that the server accepts.
func Token(token string) Option { return func(s *setup) { s.server.Token = token } }

// BasePath puts the API under a path, such as "/api/v7".
func BasePath(path string) Option { return func(s *setup) { s.server.base = path } }

// Latency lets every answer wait for d.
func Latency(d time.Duration) Option { return func(s *setup) { s.server.SetLatency(d) } }

// Odd sets how the server pages.
func Odd(o Oddities) Option { return func(s *setup) { s.server.SetOddities(o) } }

// StrictApplicable has the server apply only the filters that applicableFilters lists; isContact always counts.
func StrictApplicable() Option { return func(s *setup) { s.server.strict = true } }

// KeepCalls sets how many of the latest calls the server remembers.
func KeepCalls(n int) Option { return func(s *setup) { s.server.ledger.keep = n } }

// WithClock sets the clock of the server and its inbox.
func WithClock(clock Clock) Option { return func(s *setup) { s.server.clock = clock } }

// New returns a server that listens nowhere yet: mount it as an http.Handler.
func New(options ...Option) *Server {
	server := &Server{Token: DefaultToken, clock: SystemClock{}, now: settings{pageSize: DefaultPageSize}}
	server.ledger.keep = DefaultKeptCalls
	s := &setup{server: server, seed: 1}
	for _, option := range options {
		option(s)
	}
	server.SetToken(server.Token)
	server.Inbox = NewInbox(server.clock)
	server.Inbox.Populate(s.contacts, s.seed)
	return server
}
