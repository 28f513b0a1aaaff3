package inboxtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestEveryDocumentedFieldIsRequired(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	for field := range body(nil) {
		got := send(t, request(t, srv, body(object{field: nil})))
		if want := field + " is required"; got.Status != http.StatusBadRequest || got.Message != want || got.Success {
			t.Errorf("without %s: %d %q, want 400 %q", field, got.Status, got.Message, want)
		}
	}
}

func TestEveryFieldRequiresItsType(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	wrong := map[string]any{
		"searchText": 1, "tags": "vip", "status": []any{"OPEN", nil}, "isOnline": "true", "_botWebsite": object{},
		"_botWhatsapp": []any{7}, "_botTelegram": false, "_botFacebook": "", "_agentAssigned": 1, "segments": "",
		"applicableFilters": true, "lastSeenAt": "", "createdAt": []string{}, "userInteracted": 0, "lastMessageBy": "user",
		"isLiveChatActive": 1, "hasOrdered": true, "page": "1", "isExport": false, "isContact": "true",
		"_botAutomation": "x", "isSubscriber": []string{},
	}
	for field := range body(nil) {
		if _, ok := wrong[field]; !ok {
			t.Errorf("%s is not tested", field)
		}
	}
	null := (*int)(nil)
	for field, value := range wrong {
		for _, v := range []any{value, null} {
			got := send(t, request(t, srv, body(object{field: v})))
			if got.Status != http.StatusBadRequest || !strings.HasPrefix(got.Message, field+" must be ") {
				t.Errorf("%s as %v: %d %q, want 400 and the field's name", field, v, got.Status, got.Message)
			}
		}
	}
}

func TestBadBodiesAreRejected(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	for name, tt := range map[string]struct {
		content any
		want    string
	}{
		"no body":         {"", "the body must be one JSON object"},
		"no object":       {"[]", "the body must be one JSON object"},
		"null":            {"null", "the body must be one JSON object"},
		"two objects":     {"{}{}", "the body must be one JSON object"},
		"too much":        {strings.Repeat(" ", 2<<20), "the body cannot be read: http: request body too large"},
		"page 0":          {body(object{"page": 0}), "page must be a whole number from 1"},
		"page -1":         {body(object{"page": -1}), "page must be a whole number from 1"},
		"half a page":     {body(object{"page": 1.5}), "page must be a whole number from 1"},
		"no start":        {body(object{"createdAt": object{"endsAt": ""}}), "createdAt.startAt is required"},
		"no end":          {body(object{"lastSeenAt": object{"startAt": ""}}), "lastSeenAt.endsAt is required"},
		"no order time":   {body(object{"hasOrdered": object{"status": true}}), "hasOrdered.lastAt is required"},
		"no order status": {body(object{"hasOrdered": object{"lastAt": ""}}), "hasOrdered.status is required"},
		"no time": {body(object{"createdAt": object{"startAt": "yesterday", "endsAt": ""}}),
			`createdAt.startAt must be an ISO 8601 time or ""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := send(t, request(t, srv, tt.content))
			if got.Status != http.StatusBadRequest || got.Success || got.Message != tt.want || len(got.Data) != 0 {
				t.Errorf("got %d %q, want 400 %q", got.Status, got.Message, tt.want)
			}
		})
	}
}

func TestUnknownFieldsAreTolerated(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(5))
	ask(t, srv, object{"tagsV2": object{"any": 1}, "ctwaNewUsers": true, "applicableFilters": []string{"tagsV2"}})
}

func TestHugePageNumbersAreEmpty(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(5))
	if got := ask(t, srv, object{"page": 1e300}); len(got.Data) != 0 {
		t.Errorf("%d records", len(got.Data))
	}
}

func TestExportsAreRejectedAndCounted(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	ask(t, srv, nil)
	if n := srv.Exports(); n != 0 {
		t.Fatalf("%d exports with isExport none", n)
	}
	const want = `isExport must be "none"`
	for _, content := range []object{body(object{"isExport": "csv"}), body(object{"isExport": ""}), {"isExport": "all"}} {
		if got := send(t, request(t, srv, content)); got.Status != http.StatusBadRequest || got.Message != want {
			t.Errorf("got %d %q, want 400 %q", got.Status, got.Message, want)
		}
	}
	if n := srv.Exports(); n != 3 {
		t.Errorf("%d exports, want 3", n)
	}
}
