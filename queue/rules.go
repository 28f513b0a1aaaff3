package queue

import "slices"

// Rules say whose messages wait for a reply.
type Rules struct {
	Customer []string // senders whose message waits for a reply
	Ignore   []string // senders whose message neither starts nor ends a wait
}

// role is what a message means for the wait of its contact.
type role uint8

const (
	unknown role = iota // no readable sender or time: it changes nothing
	customer
	ignored
	reply
)

func (r *Rules) role(c Contact) role {
	switch {
	case c.Sender == "" || c.At.IsZero():
		return unknown
	case slices.Contains(r.Customer, c.Sender):
		return customer
	case slices.Contains(r.Ignore, c.Sender):
		return ignored
	default:
		return reply
	}
}
