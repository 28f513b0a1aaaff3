package inboxtest

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Channel is where a contact writes from, spelt as in the platform field of a record.
type Channel string

// The channels that the API has a bot filter for.
const (
	Website  Channel = "WEBSITE"
	Whatsapp Channel = "WHATSAPP"
	Telegram Channel = "TELEGRAM"
	Facebook Channel = "FACEBOOK"
)

// Automation keys the bots of the undocumented filter _botAutomation in [Contact.Bots]. It is no platform of a contact.
const Automation Channel = "AUTOMATION"

// Senders of a last message.
const (
	ByUser  = "user"
	ByAgent = "agent"
	ByBot   = "bot"
)

// Message is the last message of a conversation. A zero one means that nobody has written yet.
type Message struct {
	By string // ByUser, ByAgent or ByBot
	At time.Time
}

// Contact is one entry of the inbox. Its zero value is a contact without any property, offline and without a chat.
type Contact struct {
	ID          string // 24 hex digits; Add makes one up for an empty ID
	Name        string
	Email       string
	PhonePrefix string // country code without the plus
	PhoneNumber string

	Platform          []Channel
	SecondaryPlatform []Channel
	Bots              map[Channel][]string // ids of the bots that the contact wrote to

	Status   string // one of Statuses
	Agent    string // id of the assigned agent, or empty
	Tags     []string
	Segments []string // ids

	Online         bool
	UserInteracted bool
	LiveChatActive bool
	LastMessage    Message
	Unread         int

	HasOrdered bool
	OrderedAt  time.Time

	Visitor    bool // somebody who left no details: isContact is false
	Subscriber bool // filtered by isSubscriber, which the API's documentation lacks

	LastSeenAt time.Time // Add sets a zero one to CreatedAt
	CreatedAt  time.Time // Add sets a zero one to the clock's time
	UpdatedAt  time.Time // kept by Add and Update

	// Raw, when set, is sent instead of the record made of the other fields, which go on to decide what filters match.
	Raw json.RawMessage
}

// clone copies the contact with everything that it refers to.
func (c *Contact) clone() *Contact {
	copied := *c
	copied.Platform = slices.Clone(c.Platform)
	copied.SecondaryPlatform = slices.Clone(c.SecondaryPlatform)
	copied.Tags = slices.Clone(c.Tags)
	copied.Segments = slices.Clone(c.Segments)
	copied.Raw = slices.Clone(c.Raw)
	copied.Bots = maps.Clone(c.Bots)
	for channel, bots := range copied.Bots {
		copied.Bots[channel] = slices.Clone(bots)
	}
	return &copied
}
