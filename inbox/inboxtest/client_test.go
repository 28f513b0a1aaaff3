package inboxtest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// start is the initial time of the tests' manual clocks.
var start = time.Date(2025, 6, 5, 10, 0, 0, 0, time.UTC)

func at(d time.Duration) string { return start.Add(d).Format("2006-01-02T15:04:05.000Z") }

type object = map[string]any

// body returns a complete request body that applies only isContact, with some fields changed. A nil value removes the
// field.
func body(changes object) object {
	b := object{
		"searchText": "", "tags": []string{}, "status": []string{}, "isOnline": false,
		"_botWebsite": []string{}, "_botWhatsapp": []string{}, "_botTelegram": []string{}, "_botFacebook": []string{},
		"_agentAssigned": []string{}, "segments": []string{}, "applicableFilters": []string{},
		"lastSeenAt":     object{"startAt": "", "endsAt": ""},
		"createdAt":      object{"startAt": "", "endsAt": ""},
		"userInteracted": false, "lastMessageBy": []string{}, "isLiveChatActive": false,
		"hasOrdered": object{"status": false, "lastAt": ""}, "page": 1, "isExport": "none", "isContact": true,
	}
	maps.Copy(b, changes)
	maps.DeleteFunc(b, func(_ string, v any) bool { return v == nil })
	return b
}

// reply is a response of the server, read to its end.
type reply struct {
	Status  int
	Header  http.Header
	Success bool
	Message string
	Data    []object
	Code    int
}

func (r reply) ids() []string {
	ids := make([]string, len(r.Data))
	for i, record := range r.Data {
		ids[i], _ = record["_id"].(string)
	}
	return ids
}

// request returns the documented request, for tests to change.
func request(t *testing.T, srv *inboxtest.Server, content any) *http.Request {
	t.Helper()
	raw, isRaw := content.(string)
	if !isRaw {
		encoded, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		raw = string(encoded)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/inbox/users", bytes.NewBufferString(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+srv.Token)
	r.Header.Set("authtype", "Key")
	r.Header.Set("Content-Type", "application/json")
	return r
}

// send sends a request. It requires a complete envelope whose code is the HTTP status.
func send(t *testing.T, r *http.Request) reply {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var envelope struct {
		Success *bool
		Message *string
		Data    *[]object
		Code    *int
	}
	if err := json.Unmarshal(raw, &envelope); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	if envelope.Success == nil || envelope.Message == nil || envelope.Data == nil || envelope.Code == nil {
		t.Fatalf("incomplete envelope %s", raw)
	}
	if *envelope.Code != response.StatusCode {
		t.Fatalf("code %d beside status %d", *envelope.Code, response.StatusCode)
	}
	return reply{response.StatusCode, response.Header, *envelope.Success, *envelope.Message, *envelope.Data, *envelope.Code}
}

// ask sends the documented request with some fields changed. It requires success.
func ask(t *testing.T, srv *inboxtest.Server, changes object) reply {
	t.Helper()
	got := send(t, request(t, srv, body(changes)))
	if got.Status != http.StatusOK || !got.Success || got.Message != "" {
		t.Fatalf("got %d %v %q, want success", got.Status, got.Success, got.Message)
	}
	return got
}

// walk returns the ids on all pages up to the first empty one.
func walk(t *testing.T, srv *inboxtest.Server, changes object) []string {
	t.Helper()
	var ids []string
	for page := 1; ; page++ {
		all := maps.Clone(changes)
		if all == nil {
			all = object{}
		}
		all["page"] = page
		found := ask(t, srv, all).ids()
		if len(found) == 0 {
			return ids
		}
		ids = append(ids, found...)
	}
}

func contacts(c inboxtest.Contact) bool { return !c.Visitor }
