package ask_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/botpenguin-exporter/botpenguin_exporter/ask"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

func discover(t *testing.T, srv *inboxtest.Server) (*ask.Discovery, error) {
	t.Helper()
	return ask.Discover(t.Context(), accountOf(t, srv, "", ""), options())
}

// few adds contacts to an inbox of two pages.
func few(srv *inboxtest.Server) {
	srv.SetPageSize(2)
	srv.Inbox.Add(
		inboxtest.Contact{Status: "OPEN", Agent: "a2", Platform: []inboxtest.Channel{inboxtest.Whatsapp}, Tags: []string{"vip", "a\nb"}},
		inboxtest.Contact{Status: "SNOOZED", Agent: "a1", Platform: []inboxtest.Channel{inboxtest.Website}, Tags: []string{"lead", "vip"}},
		inboxtest.Contact{Status: "OPEN", Platform: []inboxtest.Channel{inboxtest.Website}},
	)
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t)
	few(srv)
	srv.SetSegments(
		inboxtest.Named{ID: "s3", Name: "VIP"}, inboxtest.Named{ID: "s2", Name: "New"}, inboxtest.Named{ID: "s1", Name: "VIP"},
		inboxtest.Named{ID: "s2", Name: "New"}, inboxtest.Named{ID: "s4", Name: " \n"}, inboxtest.Named{ID: "s5", Name: "two\nlines"},
		inboxtest.Named{ID: "", Name: "no id"}, inboxtest.Named{ID: "s6", Name: "VIP (s1)"},
	)
	srv.SetWhatsappBots()
	want := &ask.Discovery{
		Segments: ask.NamedList{Items: []ask.Named{{"s2", "New"}, {"s1", "VIP (s1) (s1)"}, {"s3", "VIP (s3)"}, {"s6", "VIP (s1) (s6)"}, {"s4", "s4"}, {"s5", "two lines"}}},
		Agents:   []string{"a1", "a2"}, Tags: []string{"lead", "vip"}, Statuses: []string{"OPEN", "SNOOZED"},
		Channels: []string{"WEBSITE", "WHATSAPP"}, Pages: 3, Contacts: 3, Requests: 5,
	}
	got, err := discover(t, srv)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// However many pages there are, the requests are few. Pages past the end may be anything.
func TestDiscoverIsBounded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options               []inboxtest.Option
		pages, made, contacts int
	}{
		"20 of many pages":      {[]inboxtest.Option{inboxtest.Contacts(3000)}, 20, 22, 400},
		"a repeated page":       {[]inboxtest.Option{inboxtest.Contacts(50), inboxtest.Odd(inboxtest.Oddities{RepeatLastPage: true})}, 4, 6, 50},
		"404 past the end":      {[]inboxtest.Option{inboxtest.Contacts(50), inboxtest.Odd(inboxtest.Oddities{NotFoundPastEnd: true})}, 3, 6, 50},
		"an empty inbox":        {nil, 1, 3, 0},
		"the page is ignored":   {[]inboxtest.Option{inboxtest.Contacts(50), inboxtest.Odd(inboxtest.Oddities{IgnorePage: true})}, 2, 4, 20},
		"filters are unapplied": {[]inboxtest.Option{inboxtest.Contacts(50), inboxtest.StrictContact()}, 2, 4, 4},
	} {
		srv := inboxtest.Start(t, test.options...)
		d, err := discover(t, srv)
		if err != nil {
			t.Fatal(err)
		}
		if d.Pages != test.pages || d.Requests != test.made || srv.Requests() != test.made || d.Contacts != test.contacts || d.Complete() != nil {
			t.Errorf("%s: %d pages, %d contacts, %d requests of %d reported, %v", name, d.Pages, d.Contacts, d.Requests, srv.Requests(), d.Complete())
		}
	}
}

func TestDiscoverWithoutEndpoints(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(10))
	srv.Intercept(func(w http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
		if r.Method == http.MethodPost {
			return false
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<html>")
		return true
	})
	d, err := discover(t, srv)
	if err != nil || d.Complete() != nil {
		t.Fatal(err, d.Complete())
	}
	if d.Segments.Missing != "GET /inbox/segments: 404 Not Found" || d.Bots.Missing != "GET /whatsapp-automation: 404 Not Found" {
		t.Errorf("missing %q and %q", d.Segments.Missing, d.Bots.Missing)
	}
}

// What is known before the API fails is returned, and also that it is not all.
func TestDiscoverOfABrokenAPI(t *testing.T) {
	t.Parallel()
	const slow = `{"success":false,"message":"slow down","code":429}`
	srv := inboxtest.Start(t, inboxtest.Contacts(100))
	respond(srv, 4, 429, jsonType, slow, "Retry-After: 3600")
	d, err := discover(t, srv)
	if err != nil {
		t.Fatal(err)
	}
	const why = "the configuration is incomplete: page 4: not asked: rate limited, ..."
	if err := d.Complete(); d.Pages != 3 || err == nil || !fits(err.Error(), why) || !strings.Contains(d.Bots.Missing, "rate limited") {
		t.Errorf("%d pages, %v, bots: %s", d.Pages, err, d.Bots.Missing)
	}
	for name, from := range map[string]int{"at once": 1, "with another token": 0} {
		srv := inboxtest.Start(t)
		account := accountOf(t, srv, "", "")
		if from > 0 {
			respond(srv, from, 500, jsonType, "")
		} else {
			srv.Token = "another"
		}
		if d, err := ask.Discover(t.Context(), account, options()); err == nil {
			t.Errorf("%s: found %v", name, d)
		}
	}
}

// Retries count, and leave two requests for the lists.
func TestDiscoverCountsRetries(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(1000))
	srv.Intercept(func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
		odd := srv.Requests()%2 == 1
		if odd {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return odd
	})
	d, err := discover(t, srv)
	if err != nil {
		t.Fatal(err)
	}
	if d.Complete() == nil || d.Requests != ask.MaxDiscoverRequests || srv.Requests() != d.Requests || d.Segments.Missing != "" {
		t.Errorf("%d requests, %d arrived, %v, segments: %s", d.Requests, srv.Requests(), d.Complete(), d.Segments.Missing)
	}
}

// When the context ends, what is known is returned.
func TestInterruption(t *testing.T) {
	t.Parallel()
	srv := inboxtest.Start(t, inboxtest.Contacts(300))
	account := accountOf(t, srv, "", "")
	interrupted := func() context.Context {
		ctx, cancel := context.WithCancel(t.Context())
		srv.ResetCalls()
		srv.Intercept(func(_ http.ResponseWriter, r *http.Request, _ inboxtest.Call) bool {
			if srv.Requests() == 13 {
				cancel()
				<-r.Context().Done()
			}
			return false
		})
		return ctx
	}
	findings, report := examine(interrupted(), t, account)
	if f := findings["page size"]; !f.OK {
		t.Errorf("page size: %s", f.Observation)
	}
	for _, question := range []string{"filter status", "filter lastMessageBy"} {
		if f := findings[question]; f.Observation != "not asked: interrupted" || f.OK {
			t.Errorf("%s: %s", question, f.Observation)
		}
	}
	if f := findings["values of status"]; !f.OK || ask.ExitCode(report.Findings) != 2 {
		t.Errorf("values of status: %s; exit code %d", f.Observation, ask.ExitCode(report.Findings))
	}
	d, err := ask.Discover(interrupted(), account, options())
	if err != nil || d.Pages != 12 || d.Incomplete != "page 13: not asked: interrupted" {
		t.Errorf("%v, %+v", err, d)
	}
}
