package inboxtest

import (
	"encoding/json"
	"strings"
	"time"
)

// timeLayout is the layout of times in the API: UTC, to the millisecond.
const timeLayout = "2006-01-02T15:04:05.000Z"

// record is a contact as the API sends it.
type record struct {
	ID                string       `json:"_id"`
	Platform          []Channel    `json:"platform"`
	SecondaryPlatform []string     `json:"secondaryPlatform"`
	IsOnline          bool         `json:"isOnline"`
	UserInteracted    bool         `json:"userInteracted"`
	Profile           profile      `json:"profile"`
	Status            string       `json:"status"`
	AgentAssigned     string       `json:"_agentAssigned,omitempty"`
	LastMessage       *lastMessage `json:"lastMessage,omitempty"`
	IsContact         bool         `json:"isContact"`
	Segments          []string     `json:"segments"`
	IsLiveChatActive  bool         `json:"isLiveChatActive"`
	HasOrdered        hasOrdered   `json:"hasOrdered"`
	UnreadMessages    int          `json:"unreadMessages"`
	LastSeenAt        string       `json:"lastSeenAt"`
	CreatedAt         string       `json:"createdAt"`
	UpdatedAt         string       `json:"updatedAt"`
}

type profile struct {
	UserDetails userDetails `json:"userDetails"`
}

type userDetails struct {
	Contact          contactDetails `json:"contact"`
	UserProvidedName string         `json:"userProvidedName"`
	Tags             []string       `json:"tags"`
	Attributes       []string       `json:"attributes"`
}

type contactDetails struct {
	Email string `json:"email"`
	Phone phone  `json:"phone"`
}

type phone struct {
	Number string `json:"number"`
	Prefix string `json:"prefix"`
}

type lastMessage struct {
	By string `json:"by"`
	At string `json:"at"`
}

type hasOrdered struct {
	Status bool   `json:"status"`
	LastAt string `json:"lastAt,omitempty"`
}

// recordOf returns the contact as JSON.
func recordOf(c *Contact) json.RawMessage {
	if c.Raw != nil {
		return c.Raw
	}
	r := record{
		ID: c.ID, Platform: list(c.Platform), SecondaryPlatform: lowerCase(c.SecondaryPlatform),
		IsOnline: c.Online, UserInteracted: c.UserInteracted, Status: c.Status, AgentAssigned: c.Agent,
		IsContact: !c.Visitor, Segments: list(c.Segments), IsLiveChatActive: c.LiveChatActive, UnreadMessages: c.Unread,
		LastSeenAt: stamp(c.LastSeenAt), CreatedAt: stamp(c.CreatedAt), UpdatedAt: stamp(c.UpdatedAt),
	}
	r.Profile.UserDetails = userDetails{
		Contact:          contactDetails{Email: c.Email, Phone: phone{Number: c.PhoneNumber, Prefix: c.PhonePrefix}},
		UserProvidedName: c.Name, Tags: list(c.Tags), Attributes: []string{},
	}
	if c.LastMessage != (Message{}) {
		r.LastMessage = &lastMessage{By: c.LastMessage.By, At: stamp(c.LastMessage.At)}
	}
	if r.HasOrdered.Status = c.HasOrdered; c.HasOrdered && !c.OrderedAt.IsZero() {
		r.HasOrdered.LastAt = stamp(c.OrderedAt)
	}
	encoded, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings, numbers and booleans always encode
	}
	return encoded
}

func stamp(t time.Time) string { return t.UTC().Format(timeLayout) }

// list returns an empty list instead of nil, because the API never sends null for a list.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

func lowerCase(channels []Channel) []string {
	names := make([]string, len(channels))
	for i, c := range channels {
		names[i] = strings.ToLower(string(c))
	}
	return names
}
