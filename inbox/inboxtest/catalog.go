package inboxtest

import "fmt"

// Ids of the bots that the contacts of a population write to.
const (
	WebsiteBot    = "64f0c0ffee00000000000001"
	WhatsappBot   = "64f0c0ffee00000000000002"
	TelegramBot   = "64f0c0ffee00000000000003"
	FacebookBot   = "64f0c0ffee00000000000004"
	ShopBot       = "64f0c0ffee00000000000005" // the second bot on the website
	AutomationBot = "64f0c0ffee00000000000006"
)

// Conversation statuses, spelled as in the API.
const (
	StatusOpen       = "OPEN"
	StatusInProgress = "INPROGRESS"
	StatusReview     = "REVIEW"
	StatusOnHold     = "ONHOLD"
	StatusDependancy = "DEPENDANCY"
	StatusClosed     = "CLOSED"
)

// Ids of the segments of a population.
const (
	SegmentNew      = "650a1b2c3d4e5f0000000001"
	SegmentRegular  = "650a1b2c3d4e5f0000000002"
	SegmentVIP      = "650a1b2c3d4e5f0000000003"
	SegmentDormant  = "650a1b2c3d4e5f0000000004"
	SegmentCampaign = "650a1b2c3d4e5f0000000005"
)

// Channels lists the channels that a contact can have as its platform.
func Channels() []Channel { return []Channel{Website, Whatsapp, Telegram, Facebook} }

// Statuses lists the conversation statuses in the order of the API's documentation.
func Statuses() []string {
	return []string{StatusOpen, StatusInProgress, StatusReview, StatusOnHold, StatusDependancy, StatusClosed}
}

// tags lists the tags of a population, the most frequent first.
func tags() []string {
	return []string{"lead", "shipping", "newsletter", "refund", "wholesale", "vip", "complaint", "warranty"}
}

// segments lists the ids of the segments of a population.
func segments() []string {
	return []string{SegmentNew, SegmentRegular, SegmentVIP, SegmentDormant, SegmentCampaign}
}

// DefaultAgents is the number of agents of a population.
const DefaultAgents = 26

// Agents lists the ids of n agents. A shorter list is a prefix of a longer one.
func Agents(n int) []string {
	agents := make([]string, n)
	for i := range agents {
		agents[i] = fmt.Sprintf("63e4d5c6b7a8%012x", i+1)
	}
	return agents
}
