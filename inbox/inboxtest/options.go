package inboxtest

import "time"

// DefaultToken is the token that a server accepts unless [Token] sets another.
const DefaultToken = "simulated-token"

// Option configures a [Server].
type Option func(*setup)

// setup is a server that is being created, and the size of its population.
type setup struct {
	server   *Server
	contacts int
}

// Contacts sets the size of the population with which the server starts. The default is 0.
func Contacts(n int) Option { return func(s *setup) { s.contacts = n } }

// PageSize sets the length of a full page. The default is 20.
func PageSize(n int) Option { return func(s *setup) { s.server.SetPageSize(n) } }

// Token sets the token that the server accepts. The default is [DefaultToken].
func Token(token string) Option { return func(s *setup) { s.server.Token = token } }

// Latency delays every response by d.
func Latency(d time.Duration) Option { return func(s *setup) { s.server.SetLatency(d) } }

// Odd changes how the server pages.
func Odd(o Oddities) Option { return func(s *setup) { s.server.SetOddities(o) } }

// StrictApplicable makes the server apply only the filters in applicableFilters. isContact need not be listed.
func StrictApplicable() Option { return func(s *setup) { s.server.dialect.strictApplicable = true } }

// StrictContact makes isContact false select visitors only. By default it means "not applied", as false does for other
// filters, and selects everyone.
func StrictContact() Option { return func(s *setup) { s.server.dialect.strictContact = true } }

// UnlistedOnly makes the server apply only the filters that applicableFilters does not list. isContact always applies.
func UnlistedOnly() Option { return func(s *setup) { s.server.dialect.unlistedOnly = true } }

// Ignore makes the server apply none of these filters.
func Ignore(filters ...string) Option {
	return func(s *setup) { s.server.dialect.ignored = append(s.server.dialect.ignored, filters...) }
}

// Uncompressed makes the server compress no response.
func Uncompressed() Option { return func(s *setup) { s.server.dialect.uncompressed = true } }

// KeepCalls sets how many of the latest calls the server keeps. The default is 10,000.
func KeepCalls(n int) Option { return func(s *setup) { s.server.log.keep = n } }

// WithClock sets the clock of the server and its inbox. The default is the machine's.
func WithClock(clock Clock) Option { return func(s *setup) { s.server.clock = clock } }

// New returns a server that does not listen, for use as an http.Handler. [Start] returns one that listens.
func New(options ...Option) *Server {
	server := &Server{Token: DefaultToken, clock: systemClock{}, current: settings{pageSize: defaultPageSize, lists: populationLists()}}
	server.log.keep = defaultKeptCalls
	s := &setup{server: server}
	for _, option := range options {
		option(s)
	}
	server.Inbox = NewInbox(server.clock)
	server.Inbox.Populate(s.contacts, 1)
	return server
}
