package inboxtest_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func TestListsBesideTheContacts(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	srv.SetSegments(inboxtest.Named{ID: "s1", Name: "VIP"})
	srv.SetWhatsappBots(inboxtest.Named{ID: "b1", Name: "Shop"}, inboxtest.Named{ID: "b2", Name: "Shop"})
	for path, want := range map[string][]object{
		"/inbox/segments":      {{"_id": "s1", "_customer": "5f9d88b9c2d4e6f800000001", "segmentName": "VIP"}},
		"/whatsapp-automation": {{"_id": "b1", "name": "Shop"}, {"_id": "b2", "name": "Shop"}},
	} {
		r := request(t, srv, "")
		r.Method, r.URL.Path = http.MethodGet, path
		got := send(t, r)
		if diff := cmp.Diff(want, got.Data); diff != "" || got.Status != 200 || !got.Success {
			t.Errorf("%s: status %d, -want +got:\n%s", path, got.Status, diff)
		}
		if call := srv.Calls()[len(srv.Calls())-1]; call.Method != http.MethodGet || call.Path != path {
			t.Errorf("kept as %s %s", call.Method, call.Path)
		}
		r = request(t, srv, body(nil))
		r.URL.Path = path
		if got := send(t, r); got.Status != http.StatusMethodNotAllowed || got.Header.Get("Allow") != http.MethodGet {
			t.Errorf("a POST to %s: status %d, Allow is %q", path, got.Status, got.Header.Get("Allow"))
		}
		r = request(t, srv, "")
		r.Method, r.URL.Path = http.MethodGet, path
		r.Header.Del("Authorization")
		if got := send(t, r); got.Status != http.StatusUnauthorized {
			t.Errorf("%s without a token: status %d", path, got.Status)
		}
	}
}

func TestDialects(t *testing.T) {
	t.Parallel()
	online, offline := inboxtest.Contact{Online: true}, inboxtest.Contact{}
	listed, unlisted := object{"isOnline": true, "applicableFilters": []string{"isOnline"}}, object{"isOnline": true}
	for name, test := range map[string]struct {
		option           inboxtest.Option
		listed, unlisted int
	}{
		"applied":                 {inboxtest.PageSize(9), 1, 1},
		"only if listed":          {inboxtest.StrictApplicable(), 1, 2},
		"only if not listed":      {inboxtest.UnlistedOnly(), 2, 1},
		"ignored":                 {inboxtest.Ignore("tags", "isOnline"), 2, 2},
		"another one is ignored":  {inboxtest.Ignore("isLiveChatActive"), 1, 1},
		"nothing is ever ignored": {inboxtest.Ignore(), 1, 1},
	} {
		srv := inboxtest.Start(t, test.option)
		srv.Inbox.Add(online, offline)
		if l, u := len(ask(t, srv, listed).Data), len(ask(t, srv, unlisted).Data); l != test.listed || u != test.unlisted {
			t.Errorf("%s: %d contacts if listed, %d if not, want %d and %d", name, l, u, test.listed, test.unlisted)
		}
	}
	srv := inboxtest.Start(t, inboxtest.Ignore("isContact"))
	srv.Inbox.Add(inboxtest.Contact{Visitor: true})
	if got := len(ask(t, srv, object{"isContact": true}).Data); got != 1 {
		t.Errorf("%d contacts, want isContact ignored", got)
	}
}

func TestPagesPastTheEndMayBeMissing(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(25), inboxtest.Odd(inboxtest.Oddities{NotFoundPastEnd: true}))
	for page, want := range map[int]int{1: 200, 2: 200, 3: 404} {
		if got := send(t, request(t, srv, body(object{"page": page}))); got.Status != want {
			t.Errorf("page %d: status %d, want %d", page, got.Status, want)
		}
	}
	empty := inboxtest.Start(t, inboxtest.Odd(inboxtest.Oddities{NotFoundPastEnd: true}))
	if got := send(t, request(t, empty, body(nil))); got.Status != 200 {
		t.Errorf("page 1 of an empty inbox: status %d", got.Status)
	}
}

func TestShuffledContactsAreAllThere(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.PageSize(30), inboxtest.Odd(inboxtest.Oddities{Shuffle: true}))
	people := numbered(60)
	people[0].Name = "Ana"
	srv.Inbox.Add(people...)
	first := ask(t, srv, nil).ids()
	if again := ask(t, srv, nil).ids(); slices.Equal(first, again) || len(again) != 30 {
		t.Errorf("%d contacts, in the same order %t", len(again), slices.Equal(first, again))
	}
	if got := ask(t, srv, object{"searchText": "ana"}).ids(); !slices.Equal(got, []string{people[0].ID}) {
		t.Errorf("found %v", got)
	}
	if got := ask(t, srv, object{"page": 3}).ids(); len(got) != 0 {
		t.Errorf("%d contacts past the end", len(got))
	}
}

func TestUncompressed(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Uncompressed())
	r := request(t, srv, body(nil))
	r.Header.Set("Accept-Encoding", "gzip")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("Content-Encoding is %q", got)
	}
}
