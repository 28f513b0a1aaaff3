// Package plausible checks the contacts that the simulated inbox generates. Only tests use it.
package plausible

import (
	"errors"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// Check returns the first contradiction between the fields of a contact at the time now, or nil.
func Check(c inboxtest.Contact, now time.Time) error {
	switch {
	case c.LiveChatActive && c.Status == inboxtest.StatusClosed:
		return errors.New("the chat is active, but the conversation is closed")
	case c.LiveChatActive && !c.Online:
		return errors.New("the chat is active, but the contact is offline")
	case c.LiveChatActive && c.LastMessage.At.IsZero():
		return errors.New("the chat is active, but has no message")
	case c.LiveChatActive && c.LastMessage.By == inboxtest.ByAgent && c.Agent == "":
		return errors.New("an agent answered, but none is assigned")
	case c.LiveChatActive && c.LastMessage.By == inboxtest.ByUser && c.Unread == 0:
		return errors.New("the user wrote last, but nothing is unread")
	case c.CreatedAt.After(c.LastSeenAt):
		return errors.New("the contact was seen before it was created")
	case c.CreatedAt.After(now) || c.LastSeenAt.After(now) || c.LastMessage.At.After(now) || c.OrderedAt.After(now):
		return errors.New("a time is in the future")
	case c.HasOrdered == c.OrderedAt.IsZero():
		return errors.New("an order has no time, or a time has no order")
	case len(c.Platform) == 0 || len(c.Bots[c.Platform[0]]) == 0:
		return errors.New("the platform has no bot")
	}
	return nil
}
