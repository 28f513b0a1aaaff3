package inboxtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest/internal/random"
)

// RandomContact draws a new contact, with a name and a channel but without a history.
func RandomContact(r *rand.Rand, created time.Time) Contact {
	c := Contact{CreatedAt: created, LastSeenAt: created, UpdatedAt: created, Status: StatusOpen, Bots: map[Channel][]string{}}
	drawName(r, &c)
	drawChannel(r, &c)
	c.Segments = []string{SegmentNew}
	c.Visitor = random.Chance(r, 0.06)
	c.Subscriber = random.Chance(r, 0.4)
	return c
}

func drawName(r *rand.Rand, c *Contact) {
	first, last := random.Pick(r, firstNames()), random.Pick(r, lastNames())
	c.Name = first + " " + last
	if random.Chance(r, 0.8) {
		c.Email = fmt.Sprintf("%s.%s%d@example.com", strings.ToLower(first), strings.ToLower(last), r.IntN(1000))
	}
	c.PhonePrefix = random.Pick(r, []string{"91", "1", "44", "49", "55", "971"})
	c.PhoneNumber = fmt.Sprintf("555%07d", r.IntN(10_000_000))
}

// drawChannel draws the channel of a contact and its bots.
func drawChannel(r *rand.Rand, c *Contact) {
	channel, bot := Website, WebsiteBot
	switch x := r.Float64(); {
	case x < 0.12:
		bot = ShopBot
	case x < 0.44:
	case x < 0.80:
		channel, bot = Whatsapp, WhatsappBot
	case x < 0.88:
		channel, bot = Telegram, TelegramBot
	default:
		channel, bot = Facebook, FacebookBot
	}
	c.Platform = []Channel{channel}
	c.Bots[channel] = []string{bot}
	if channel != Website && random.Chance(r, 0.15) {
		c.SecondaryPlatform = []Channel{Website}
		c.Bots[Website] = []string{WebsiteBot}
	}
	if random.Chance(r, 0.2) {
		c.Bots[Automation] = []string{AutomationBot}
	}
}

// ChangeTags adds a tag to a contact or removes one. The more tags it has, the more likely one is removed.
func ChangeTags(r *rand.Rand, c *Contact) {
	if random.Chance(r, float64(len(c.Tags))/4) {
		at := r.IntN(len(c.Tags))
		c.Tags = slices.Delete(c.Tags, at, at+1)
		return
	}
	all := tags()
	if tag := all[r.IntN(1+r.IntN(len(all)))]; !slices.Contains(c.Tags, tag) { // the first are drawn most often
		c.Tags = append(c.Tags, tag)
	}
}

// ChangeSegments moves a contact to one or two segments.
func ChangeSegments(r *rand.Rand, c *Contact) {
	c.Segments = []string{random.Pick(r, segments())}
	if other := random.Pick(r, segments()); other != c.Segments[0] && random.Chance(r, 0.4) {
		c.Segments = append(c.Segments, other)
	}
}

func firstNames() []string {
	return []string{
		"Aarav", "Amina", "Ana", "Anders", "Chiara", "Daniel", "Diya", "Elena", "Farid", "Grace", "Hana", "Ishaan",
		"Jonas", "Kavya", "Lucas", "Maria", "Mei", "Noah", "Olu", "Priya", "Rafael", "Sara", "Tomas", "Yusuf",
	}
}

func lastNames() []string {
	return []string{
		"Almeida", "Bauer", "Chen", "Das", "Eriksen", "Fischer", "Garcia", "Haddad", "Iyer", "Jansen", "Khan", "Lopez",
		"Mehta", "Nakamura", "Okafor", "Patel", "Quinn", "Rossi", "Sharma", "Tanaka", "Usman", "Varga", "Weber", "Zhang",
	}
}
