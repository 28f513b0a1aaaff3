package inboxtest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// people makes up contacts.
type people struct {
	*rand.Rand
	agents []string
}

func newPeople(seed uint64, agents int) *people {
	return &people{Rand: rand.New(rand.NewPCG(seed, 0x1b0c5)), agents: Agents(agents)}
}

// chance is true with probability p.
func (p *people) chance(probability float64) bool { return p.Float64() < probability }

// contact makes a newcomer who has done nothing yet.
func (p *people) contact(created time.Time) *Contact {
	c := &Contact{CreatedAt: created, LastSeenAt: created, UpdatedAt: created, Status: StatusOpen, Bots: map[Channel][]string{}}
	p.name(c)
	p.arrive(c)
	c.Segments = []string{SegmentNew}
	c.Visitor = p.chance(0.06)
	c.Subscriber = p.chance(0.4)
	return c
}

func (p *people) name(c *Contact) {
	first, last := pick(p, firstNames()), pick(p, lastNames())
	c.Name = first + " " + last
	if p.chance(0.8) {
		c.Email = fmt.Sprintf("%s.%s%d@example.com", strings.ToLower(first), strings.ToLower(last), p.IntN(1000))
	}
	c.PhonePrefix = pick(p, []string{"91", "1", "44", "49", "55", "971"})
	c.PhoneNumber = fmt.Sprintf("555%07d", p.IntN(10_000_000))
}

// arrive decides where a contact comes from and through which bots.
func (p *people) arrive(c *Contact) {
	channel, bot := Website, WebsiteBot
	switch x := p.Float64(); {
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
	if channel != Website && p.chance(0.15) {
		c.SecondaryPlatform = []Channel{Website}
		c.Bots[Website] = []string{WebsiteBot}
	}
	if p.chance(0.2) {
		c.Bots[Automation] = []string{AutomationBot}
	}
}

func pick[T any](p *people, items []T) T { return items[p.IntN(len(items))] }

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
