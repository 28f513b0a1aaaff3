package inboxtest

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Channel is where a contact writes from, spelled as in the platform field of a record.
type Channel string

// The channels that the API has a bot filter for.
const (
	Website  Channel = "WEBSITE"
	Whatsapp Channel = "WHATSAPP"
	Telegram Channel = "TELEGRAM"
	Facebook Channel = "FACEBOOK"
)

// Automation is the key in [Contact.Bots] for the undocumented filter _botAutomation. No contact has it as its platform.
const Automation Channel = "AUTOMATION"

// Senders of a last message.
const (
	ByUser  = "user"
	ByAgent = "agent"
	ByBot   = "bot"
)

// Message is the last message of a conversation. The zero value means that there is none.
type Message struct {
	By string // ByUser, ByAgent or ByBot
	At time.Time
}

// Contact is one entry of the inbox. The zero value is offline and has no chat.
type Contact struct {
	ID          string // 24 hex digits; Add generates it if it is empty
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

	Visitor    bool // without contact details: isContact is false in the record
	Subscriber bool // for the undocumented filter isSubscriber

	LastSeenAt time.Time // Add sets a zero time to CreatedAt
	CreatedAt  time.Time // Add sets a zero time to the clock's
	UpdatedAt  time.Time // set by Update; Add sets a zero time to the clock's

	// Raw, if set, is sent instead of the record with the other fields. Filters still apply to the fields.
	Raw json.RawMessage
}

// clone returns a deep copy of the contact.
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
