package inboxtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// filterTest is a request and the contacts that it should match, independently of the server's code.
type filterTest struct {
	name    string
	changes object
	want    func(inboxtest.Contact) bool
}

func wrote(channel inboxtest.Channel, bots ...string) func(inboxtest.Contact) bool {
	return func(c inboxtest.Contact) bool {
		for _, bot := range bots {
			if slices.Contains(c.Bots[channel], bot) {
				return true
			}
		}
		return false
	}
}

func listFilters() []filterTest {
	agents := inboxtest.Agents(3)
	return []filterTest{
		{"tags", object{"tags": []string{"vip"}},
			func(c inboxtest.Contact) bool { return slices.Contains(c.Tags, "vip") }},
		{"any of two tags", object{"tags": []string{"vip", "lead"}},
			func(c inboxtest.Contact) bool {
				return slices.Contains(c.Tags, "vip") || slices.Contains(c.Tags, "lead")
			}},
		{"status", object{"status": []string{"REVIEW"}},
			func(c inboxtest.Contact) bool { return c.Status == "REVIEW" }},
		{"any of two statuses", object{"status": []string{"ONHOLD", "DEPENDANCY"}},
			func(c inboxtest.Contact) bool { return c.Status == "ONHOLD" || c.Status == "DEPENDANCY" }},
		{"website bot", object{"_botWebsite": []string{inboxtest.WebsiteBot}}, wrote(inboxtest.Website, inboxtest.WebsiteBot)},
		{"either website bot", object{"_botWebsite": []string{inboxtest.WebsiteBot, inboxtest.ShopBot}},
			wrote(inboxtest.Website, inboxtest.WebsiteBot, inboxtest.ShopBot)},
		{"WhatsApp bot", object{"_botWhatsapp": []string{inboxtest.WhatsappBot}}, wrote(inboxtest.Whatsapp, inboxtest.WhatsappBot)},
		{"Telegram bot", object{"_botTelegram": []string{inboxtest.TelegramBot}}, wrote(inboxtest.Telegram, inboxtest.TelegramBot)},
		{"Facebook bot", object{"_botFacebook": []string{inboxtest.FacebookBot}}, wrote(inboxtest.Facebook, inboxtest.FacebookBot)},
		{"automation bot", object{"_botAutomation": []string{inboxtest.AutomationBot}},
			wrote(inboxtest.Automation, inboxtest.AutomationBot)},
		{"bots of two channels", object{"_botWebsite": []string{inboxtest.WebsiteBot}, "_botWhatsapp": []string{inboxtest.WhatsappBot}},
			func(c inboxtest.Contact) bool {
				return wrote(inboxtest.Website, inboxtest.WebsiteBot)(c) && wrote(inboxtest.Whatsapp, inboxtest.WhatsappBot)(c)
			}},
		{"agent", object{"_agentAssigned": agents[:1]}, func(c inboxtest.Contact) bool { return c.Agent == agents[0] }},
		{"any of two agents", object{"_agentAssigned": agents[1:]},
			func(c inboxtest.Contact) bool { return c.Agent == agents[1] || c.Agent == agents[2] }},
		{"segments", object{"segments": []string{inboxtest.SegmentVIP, inboxtest.SegmentNew}},
			func(c inboxtest.Contact) bool {
				return slices.Contains(c.Segments, inboxtest.SegmentVIP) || slices.Contains(c.Segments, inboxtest.SegmentNew)
			}},
		{"last message by user", object{"lastMessageBy": []string{"user"}},
			func(c inboxtest.Contact) bool { return c.LastMessage.By == "user" }},
		{"last message by agent or bot", object{"lastMessageBy": []string{"agent", "bot"}},
			func(c inboxtest.Contact) bool { return c.LastMessage.By == "agent" || c.LastMessage.By == "bot" }},
		{"several filters", object{"status": []string{"OPEN"}, "isLiveChatActive": true, "lastMessageBy": []string{"user"}},
			func(c inboxtest.Contact) bool {
				return c.Status == "OPEN" && c.LiveChatActive && c.LastMessage.By == "user"
			}},
	}
}

func flagFilters() []filterTest {
	listed := func(name string, value any) object { return object{name: value, "applicableFilters": []string{name}} }
	return []filterTest{
		{"online", object{"isOnline": true}, func(c inboxtest.Contact) bool { return c.Online }},
		{"offline", listed("isOnline", false), func(c inboxtest.Contact) bool { return !c.Online }},
		{"interacted", object{"userInteracted": true}, func(c inboxtest.Contact) bool { return c.UserInteracted }},
		{"not interacted", listed("userInteracted", false), func(c inboxtest.Contact) bool { return !c.UserInteracted }},
		{"live chat", object{"isLiveChatActive": true}, func(c inboxtest.Contact) bool { return c.LiveChatActive }},
		{"no live chat", listed("isLiveChatActive", false), func(c inboxtest.Contact) bool { return !c.LiveChatActive }},
		{"subscriber", object{"isSubscriber": true}, func(c inboxtest.Contact) bool { return c.Subscriber }},
		{"no subscriber", listed("isSubscriber", false), func(c inboxtest.Contact) bool { return !c.Subscriber }},
		{"ordered", object{"hasOrdered": object{"status": true, "lastAt": ""}},
			func(c inboxtest.Contact) bool { return c.HasOrdered }},
		{"not ordered", listed("hasOrdered", object{"status": false, "lastAt": ""}),
			func(c inboxtest.Contact) bool { return !c.HasOrdered }},
		{"ordered recently", object{"hasOrdered": object{"status": true, "lastAt": at(-60 * 24 * time.Hour)}},
			func(c inboxtest.Contact) bool {
				return c.HasOrdered && !c.OrderedAt.Before(start.Add(-60*24*time.Hour))
			}},
	}
}

func otherFilters() []filterTest {
	const week = 7 * 24 * time.Hour
	from, to := start.Add(-20*week), start.Add(-4*week)
	return []filterTest{
		{"search in names, whatever the case", object{"searchText": "MEHTA"},
			func(c inboxtest.Contact) bool { return strings.Contains(strings.ToLower(c.Name+c.Email), "mehta") }},
		{"search in e-mail addresses", object{"searchText": "7@example"},
			func(c inboxtest.Contact) bool { return strings.Contains(c.Email, "7@example") }},
		{"search in phone numbers", object{"searchText": "+9715550"},
			func(c inboxtest.Contact) bool {
				return c.PhonePrefix == "971" && strings.HasPrefix(c.PhoneNumber, "5550")
			}},
		{"created since", object{"createdAt": object{"startAt": at(-20 * week), "endsAt": ""}},
			func(c inboxtest.Contact) bool { return c.CreatedAt.After(from) }},
		{"created until", object{"createdAt": object{"startAt": "", "endsAt": at(-4 * week)}},
			func(c inboxtest.Contact) bool { return c.CreatedAt.Before(to) }},
		{"created between", object{"createdAt": object{"startAt": at(-20 * week), "endsAt": at(-4 * week)}},
			func(c inboxtest.Contact) bool { return c.CreatedAt.After(from) && c.CreatedAt.Before(to) }},
		{"seen between", object{"lastSeenAt": object{"startAt": at(-20 * week), "endsAt": at(-4 * week)}},
			func(c inboxtest.Contact) bool { return c.LastSeenAt.After(from) && c.LastSeenAt.Before(to) }},
	}
}

func TestEveryFilterFindsItsContacts(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(3000), inboxtest.PageSize(200), inboxtest.WithClock(inboxtest.NewManualClock(start)))
	for _, tt := range slices.Concat(listFilters(), flagFilters(), otherFilters()) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := srv.Inbox.IDs(func(c inboxtest.Contact) bool { return !c.Visitor && tt.want(c) })
			if len(want) == 0 || len(want) == srv.Inbox.Count(contacts) {
				t.Fatalf("%d matches, want some but not all", len(want))
			}
			if diff := cmp.Diff(want, walk(t, srv, tt.changes)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestIsContactFilters(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]inboxtest.Option{
		"false is not applied":              nil,
		"whether or not it is listed":       {inboxtest.StrictApplicable()},
		"false asks for visitors":           {inboxtest.StrictContact()},
		"false asks for visitors, unlisted": {inboxtest.StrictContact(), inboxtest.StrictApplicable()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkIsContact(t, strings.HasPrefix(name, "false asks"), options...)
		})
	}
}

func checkIsContact(t *testing.T, strict bool, options ...inboxtest.Option) {
	t.Helper()
	srv := inboxtest.Start(t, append(options, inboxtest.Contacts(300), inboxtest.PageSize(300))...)
	visitors := srv.Inbox.Len() - srv.Inbox.Count(contacts)
	if visitors == 0 {
		t.Fatal("no visitors")
	}
	if got := len(ask(t, srv, nil).Data); got != 300-visitors {
		t.Errorf("%d contacts, want %d", got, 300-visitors)
	}
	want := 300
	if strict {
		want = visitors
	}
	if got := len(ask(t, srv, object{"isContact": false}).Data); got != want {
		t.Errorf("%d with isContact false, want %d", got, want)
	}
}

func TestRangesIncludeTheirEnds(t *testing.T) {
	t.Parallel()
	clock := inboxtest.NewManualClock(start.Add(600 * time.Microsecond))
	srv := inboxtest.Start(t, inboxtest.WithClock(clock))
	srv.Inbox.Add(inboxtest.Contact{HasOrdered: true, OrderedAt: clock.Now()})
	for name, tt := range map[string]struct {
		changes object
		want    int
	}{
		"both ends":       {object{"createdAt": object{"startAt": at(0), "endsAt": at(0)}}, 1},
		"another zone":    {object{"createdAt": object{"startAt": "2025-06-05T15:30:00+05:30", "endsAt": ""}}, 1},
		"starts after":    {object{"createdAt": object{"startAt": at(time.Millisecond), "endsAt": ""}}, 0},
		"ends before":     {object{"lastSeenAt": object{"startAt": "", "endsAt": at(-time.Millisecond)}}, 0},
		"ordered then":    {object{"hasOrdered": object{"status": true, "lastAt": at(0)}}, 1},
		"ordered before":  {object{"hasOrdered": object{"status": true, "lastAt": at(time.Millisecond)}}, 0},
		"order not asked": {object{"hasOrdered": object{"status": false, "lastAt": at(time.Hour)}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := len(ask(t, srv, tt.changes).Data); got != tt.want {
				t.Errorf("%d found, want %d", got, tt.want)
			}
		})
	}
}

func TestStrictServersOnlyApplyListedFilters(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.StrictApplicable())
	srv.Inbox.Add(inboxtest.Contact{Name: "Mei"}, inboxtest.Contact{Name: "Ana"})
	filters := object{
		"searchText": "mei", "tags": []string{"x"}, "status": []string{"x"}, "isOnline": true,
		"_botWebsite": []string{"x"}, "_botWhatsapp": []string{"x"}, "_botTelegram": []string{"x"}, "_botFacebook": []string{"x"},
		"_agentAssigned": []string{"x"}, "segments": []string{"x"}, "userInteracted": true, "lastMessageBy": []string{"x"},
		"lastSeenAt": object{"startAt": "2999-01-01T00:00:00Z", "endsAt": ""},
		"createdAt":  object{"startAt": "2999-01-01T00:00:00Z", "endsAt": ""}, "isLiveChatActive": true,
		"hasOrdered": object{"status": true, "lastAt": at(0)}, "isSubscriber": true, "_botAutomation": []string{"x"},
	}
	for field, value := range filters {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			if got := len(ask(t, srv, object{field: value}).Data); got != 2 {
				t.Errorf("unlisted: %d found, want both", got)
			}
			listed := object{field: value, "applicableFilters": []string{"another", field}}
			if got := len(ask(t, srv, listed).Data); got >= 2 {
				t.Errorf("listed: %d found, want fewer", got)
			}
		})
	}
}
