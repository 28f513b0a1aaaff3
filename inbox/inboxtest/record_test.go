package inboxtest_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

const fullRecord = `{"_id": "66e07fd940c43d176eaf0b71", "platform": ["WHATSAPP"], "secondaryPlatform": ["website"], "isOnline": true,
 "userInteracted": true, "profile": {"userDetails": {"contact": {"email": "ana@example.com", "phone": {"number": "123456789", "prefix": "1"}},
 "userProvidedName": "Ana", "tags": ["vip"], "attributes": []}}, "status": "OPEN", "_agentAssigned": "63e4d5c6b7a8000000000001",
 "lastMessage": {"by": "user", "at": "2025-06-05T09:00:00.000Z"}, "isContact": true, "segments": ["s1"], "isLiveChatActive": true,
 "hasOrdered": {"status": true, "lastAt": "2025-06-05T08:00:00.000Z"}, "unreadMessages": 2,
 "lastSeenAt": "2025-06-05T09:30:00.000Z", "createdAt": "2025-06-05T07:00:00.123Z", "updatedAt": "2025-06-05T10:00:00.000Z"}`

const emptyRecord = `{"_id": "66e07fd940c43d176eaf0b72", "platform": [], "secondaryPlatform": [], "isOnline": false,
 "userInteracted": false, "profile": {"userDetails": {"contact": {"email": "", "phone": {"number": "", "prefix": ""}},
 "userProvidedName": "", "tags": [], "attributes": []}}, "status": "", "isContact": true, "segments": [],
 "isLiveChatActive": false, "hasOrdered": {"status": false}, "unreadMessages": 0,
 "lastSeenAt": "2025-06-05T10:00:00.000Z", "createdAt": "2025-06-05T10:00:00.000Z", "updatedAt": "2025-06-05T10:00:00.000Z"}`

func TestRecordsLookLikeTheAPIs(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.WithClock(inboxtest.NewManualClock(start)))
	srv.Inbox.Add(
		inboxtest.Contact{ID: "raw", Raw: json.RawMessage(`{"_id":"raw","platform":null}`)},
		inboxtest.Contact{ID: "66e07fd940c43d176eaf0b72"},
		inboxtest.Contact{
			ID: "66e07fd940c43d176eaf0b71", Name: "Ana", Email: "ana@example.com", PhonePrefix: "1", PhoneNumber: "123456789",
			Platform: []inboxtest.Channel{inboxtest.Whatsapp}, SecondaryPlatform: []inboxtest.Channel{inboxtest.Website},
			Bots:   map[inboxtest.Channel][]string{inboxtest.Whatsapp: {inboxtest.WhatsappBot}},
			Status: inboxtest.StatusOpen, Agent: inboxtest.Agents(1)[0], Tags: []string{"vip"}, Segments: []string{"s1"},
			Online: true, UserInteracted: true, LiveChatActive: true, Unread: 2, HasOrdered: true, Subscriber: true,
			LastMessage: inboxtest.Message{By: inboxtest.ByUser, At: start.Add(-time.Hour)},
			OrderedAt:   start.Add(-2 * time.Hour), LastSeenAt: start.Add(-30 * time.Minute),
			CreatedAt: start.Add(-3*time.Hour + 123456*time.Microsecond),
		},
	)
	got := ask(t, srv, nil).Data
	var want []object
	if err := json.Unmarshal([]byte("["+fullRecord+","+emptyRecord+`,{"_id":"raw","platform":null}]`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
