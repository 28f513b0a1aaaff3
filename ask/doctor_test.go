package ask_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/botpenguin-exporter/botpenguin_exporter/ask"
	"github.com/botpenguin-exporter/botpenguin_exporter/inbox/inboxtest"
)

// respond has the server answer like this from the nth request on.
func respond(srv *inboxtest.Server, from int, status int, contentType, body string, headers ...string) {
	srv.Intercept(func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
		if srv.Requests() < from {
			return false
		}
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ": ")
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	})
}

// each changes every contact.
func each(srv *inboxtest.Server, change func(*inboxtest.Contact)) {
	for _, id := range srv.Inbox.IDs(func(inboxtest.Contact) bool { return true }) {
		srv.Inbox.Update(id, change)
	}
}

const (
	jsonType = "application/json"
	walk     = ", counting: walk"
)

// behaviours are ways in which an API may behave, and what doctor finds: the findings that
// are named here, all others being ok. An observation is preceded by its mark, and may
// end in ....
var behaviours = map[string]struct {
	options       []inboxtest.Option
	change        func(*inboxtest.Server)
	keys, queries string
	want          map[string]string
	exit          int
}{
	"honest": {
		want: map[string]string{
			"page size":           "ok 20 contacts, on all 9 full pages seen; 15 pages, 300 contacts",
			"after the last page": "ok page 16 is empty",
			"order":               "ok two looks at page 8 show the same order",
			"filter isOnline":     "ok listed in applicableFilters: applied, all ...",
			"compression":         "ok responses are compressed",
			"clock":               "ok in line with the API's Date header",
			"rate limit":          "ok no headers about it; none of ...",
			"fields":              "ok the records have platform, lastMessage.by, lastMessage.at, _agentAssigned",
		},
	},
	"an empty inbox": {
		options: []inboxtest.Option{inboxtest.Contacts(0)},
		want: map[string]string{
			"page size": "ok the inbox is empty", "isContact": "? not asked: the inbox is empty", "order": "? not asked: the inbox is empty",
			"filter isOnline": "? not asked: the inbox is empty", "filter isLiveChatActive": "? not asked: the inbox is empty",
			"filter status": "? not asked: the inbox is empty", "filter lastMessageBy": "? not asked: the inbox is empty",
			"values of status": "? not asked: the inbox is empty", "values of platform": "? not asked: the inbox is empty",
			"values of lastMessage.by": "? not asked: the inbox is empty", "fields": "? not asked: the inbox is empty",
		},
	},
	"one page": {
		options: []inboxtest.Option{inboxtest.PageSize(1000)},
		want:    map[string]string{"page size": "ok page 1 has 300 contacts and is the last", "after the last page": "ok page 2 is empty"},
	},
	"pages of one": {
		options: []inboxtest.Option{inboxtest.PageSize(1)},
		want:    map[string]string{"page size": "ok 1 contact, on all 14 full pages seen; 300 pages, 300 contacts"},
	},
	"pages of 1 000": {
		options: []inboxtest.Option{inboxtest.Contacts(2500), inboxtest.PageSize(1000)},
		want:    map[string]string{"page size": "ok 1000 contacts, on all 2 full pages seen; 3 pages, 2500 contacts"},
	},
	"filters applied only if listed": {
		options: []inboxtest.Option{inboxtest.StrictApplicable()},
		want:    map[string]string{"filter isOnline": "ok listed in applicableFilters: applied, all 20 records match; not listed: ignored, ..."},
	},
	"filters applied only if not listed": {
		options: []inboxtest.Option{inboxtest.UnlistedOnly()},
		want: map[string]string{
			"filter isOnline":         "!! listed in applicableFilters: ignored, ...",
			"filter isLiveChatActive": "!! listed in applicableFilters: ignored, ...",
			"filter status":           "!! listed in applicableFilters: ignored, ...",
			"filter lastMessageBy":    "!! listed in applicableFilters: ignored, ...",
		},
		exit: 1,
	},
	"isContact false means no contacts": {
		options: []inboxtest.Option{inboxtest.StrictContact()},
		want:    map[string]string{"isContact": "? with isContact: false, 0 of 24 records are contacts"},
	},
	"isContact is ignored": {
		options: []inboxtest.Option{inboxtest.Ignore("isContact"), inboxtest.PageSize(100)},
		want:    map[string]string{"isContact": "!! with isContact: true, ..."},
		exit:    1,
	},
	"a repeated last page": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{RepeatLastPage: true})},
		want: map[string]string{
			"page size":           "ok 20 contacts, on all 9 full pages seen; 15 pages, 300 contacts",
			"after the last page": "? page 32 repeats page 15",
		},
	},
	"a repeated only page": {
		options: []inboxtest.Option{inboxtest.PageSize(500), inboxtest.Odd(inboxtest.Oddities{RepeatLastPage: true})},
		want:    map[string]string{"after the last page": "? page 2 repeats page 1"},
	},
	"the page is ignored": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{IgnorePage: true})},
		want:    map[string]string{"after the last page": "!! page 2 repeats page 1, and there are more contacts than it has"},
		exit:    1,
	},
	"404 past the end": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{NotFoundPastEnd: true})},
		want:    map[string]string{"after the last page": `!! page 16 is an error: 404 Not Found: "no such page"`},
		exit:    1,
	},
	"short pages in the middle": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{DropEvery: 7})},
		want:    map[string]string{"page size": "!! pages before the last have 17 to 18 contacts"},
		exit:    1,
	},
	"short pages, and all pages are read": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{DropEvery: 7})},
		keys:    walk,
		queries: "  - {name: users, help: All.}",
		want:    map[string]string{"page size": "ok pages before the last have 17 to 18 contacts"},
	},
	"unstable order": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{Shuffle: true})},
		want: map[string]string{
			"order":                   "!! each look shows the contacts in another order",
			"filter isOnline":         "ok listed in applicableFilters: applied, all ...",
			"filter isLiveChatActive": "ok listed in applicableFilters: applied, all ...",
			"filter status":           "ok listed in applicableFilters: applied, all ...",
			"filter lastMessageBy":    "ok listed in applicableFilters: applied, all ...",
		},
		exit: 1,
	},
	"unstable order, and nothing is read": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{Shuffle: true})},
		queries: "  - {name: users, help: All.}",
		want:    map[string]string{"order": "? each look shows the contacts in another order"},
	},
	"unstable order, and a filter is ignored": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{Shuffle: true}), inboxtest.Ignore("tags", "isSubscriber")},
		queries: "  - {name: some, help: Some., filter: {tags: [lead], segments: [650a1b2c3d4e5f0000000003], extra: {isSubscriber: true}}}",
		want: map[string]string{
			"order":               "? each look shows the contacts in another order",
			"filter tags":         "!! listed in applicableFilters: ignored, contacts are listed for a value that nobody has; ...",
			"filter segments":     "ok listed in applicableFilters: applied, a value that nobody has empties the list; ...",
			"filter isSubscriber": "? not listed: does not show; listed in applicableFilters: does not show",
		},
		exit: 1,
	},
	"unstable order, and filters are ignored that records show": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{Shuffle: true}), inboxtest.Ignore("isOnline", "status")},
		queries: "  - {name: some, help: Some., filter: {status: [OPEN], isOnline: true}}",
		want: map[string]string{
			"order":            "? each look shows the contacts in another order",
			"filter isOnline":  "!! listed in applicableFilters: ignored, ...",
			"filter status":    "!! listed in applicableFilters: ignored, ...",
			"values of status": "? \"...",
		},
		exit: 1,
	},
	"unstable order, and all contacts match": {
		options: []inboxtest.Option{inboxtest.Odd(inboxtest.Oddities{Shuffle: true})},
		change: func(srv *inboxtest.Server) {
			each(srv, func(c *inboxtest.Contact) { c.Online = true })
		},
		queries: "  - {name: some, help: Some., filter: {isOnline: true}}",
		want: map[string]string{
			"order":           "? each look shows the contacts in another order",
			"filter isOnline": "ok listed in applicableFilters: does not show, all ...",
		},
	},
	"all contacts match": {
		change: func(srv *inboxtest.Server) {
			each(srv, func(c *inboxtest.Contact) { c.Online, c.Tags = true, []string{"vip"} })
		},
		queries: "  - {name: some, help: Some., filter: {tags: [vip], isOnline: true}}",
		want: map[string]string{
			"filter tags":     "ok listed in applicableFilters: applied, a value that nobody has empties the list; ...",
			"filter isOnline": "ok listed in applicableFilters: does not show, all 40 records match; ...",
		},
	},
	"a filter of offline contacts is ignored": {
		options: []inboxtest.Option{inboxtest.Ignore("isOnline")},
		queries: "  - {name: offline, help: Offline., filter: {isOnline: false}}",
		want:    map[string]string{"filter isOnline": "!! listed in applicableFilters: ignored, ..."},
		exit:    1,
	},
	"own applicableFilters": {
		options: []inboxtest.Option{inboxtest.UnlistedOnly()},
		queries: "  - {name: online, help: Online., filter: {isOnline: true, applicableFilters: []}}",
		want:    map[string]string{"filter isOnline": "ok not listed: applied, all 20 records match; listed in applicableFilters: ignored, ..."},
	},
	"the wrong own applicableFilters": {
		options: []inboxtest.Option{inboxtest.StrictApplicable()},
		queries: "  - {name: online, help: Online., filter: {isOnline: true, applicableFilters: []}}",
		want:    map[string]string{"filter isOnline": "!! not listed: ignored, ..."},
		exit:    1,
	},
	"no last messages": {
		change: func(srv *inboxtest.Server) {
			each(srv, func(c *inboxtest.Contact) { c.LastMessage = inboxtest.Message{} })
		},
		want: map[string]string{
			"fields":                   "? lastMessage.by, lastMessage.at in none of ...",
			"values of lastMessage.by": "? none in ...",
		},
	},
	"another sender": {
		change: func(srv *inboxtest.Server) {
			each(srv, func(c *inboxtest.Contact) {
				if c.LastMessage.By == inboxtest.ByUser {
					c.LastMessage.By = "customer"
				}
			})
		},
		want: map[string]string{"values of lastMessage.by": `? "bot", "agent", "customer" in ...`},
	},
	"a status that no query counts": {
		change: func(srv *inboxtest.Server) {
			each(srv, func(c *inboxtest.Contact) {
				if c.Status == inboxtest.StatusReview {
					c.Status = "SNOOZED"
				}
			})
		},
		want: map[string]string{"values of status": "? ..."},
	},
	"a field that no record has": {
		queries: "  - {name: users, help: All., group_by: {agent: agentId, channel: platform}}",
		want:    map[string]string{"fields": "? agentId in none of ..."},
	},
	"a rejected token": {
		change: func(srv *inboxtest.Server) { srv.Token = "another" },
		want:   notAsked(`? 401 Unauthorized: "unauthorized"`, "URL and token do not work"),
		exit:   2,
	},
	"a token that lacks a right": {
		change: func(srv *inboxtest.Server) {
			respond(srv, 0, 403, jsonType, `{"success":false,"message":"forbidden","code":403}`)
		},
		want: notAsked(`? 403 Forbidden: "forbidden"`, "URL and token do not work"),
		exit: 2,
	},
	"a proxy's login page": {
		change: func(srv *inboxtest.Server) {
			respond(srv, 0, 200, "text/html", "<html>Log in</html>")
		},
		want: notAsked("? decoding the response: ...", "URL and token do not work"),
		exit: 2,
	},
	"a redirect to a login page": {
		change: func(srv *inboxtest.Server) {
			respond(srv, 0, 302, "text/html", "", "Location: https://proxy.example/login")
		},
		want: notAsked(`? 302 Found to "https://proxy.example/login": ...`, "URL and token do not work"),
		exit: 2,
	},
	"429 after some requests": {
		change: func(srv *inboxtest.Server) {
			respond(srv, 14, 429, jsonType, `{"success":false,"message":"slow down","code":429}`, "Retry-After: 3600", "X-RateLimit-Limit: 13")
		},
		want: map[string]string{
			"order":                   "ok ...",
			"filter isOnline":         "? not asked: rate limited, ...",
			"filter isLiveChatActive": "? not asked: rate limited, ...",
			"filter status":           "? not asked: rate limited, ...",
			"filter lastMessageBy":    "? not asked: rate limited, ...",
			"rate limit":              "? Retry-After: 3600; X-Ratelimit-Limit: 13; 1 of 14 requests answered with 429, at ...",
		},
		exit: 2,
	},
	"429 before the last page is found": {
		change: func(srv *inboxtest.Server) {
			respond(srv, 5, 429, jsonType, `{"success":false,"message":"slow down","code":429}`, "Retry-After: 3600")
		},
		queries: "  - {name: users, help: All.}",
		want: map[string]string{
			"page size":           "? not asked: rate limited, ...",
			"after the last page": "? not asked: rate limited, ...",
			"isContact":           "? not asked: rate limited, ...",
			"order":               "? not asked: rate limited, ...",
			"rate limit":          "? Retry-After: 3600; 1 of 5 requests answered with 429, at ...",
		},
		exit: 2,
	},
	"an API that breaks down": {
		change: func(srv *inboxtest.Server) {
			respond(srv, 5, 503, jsonType, "")
		},
		queries: "  - {name: users, help: All.}",
		want: map[string]string{
			"page size":           "? no answer: 503 Service Unavailable",
			"after the last page": "? not asked: the last page was not found",
			"isContact":           "? not asked: no response, 503 Service Unavailable",
			"order":               "? not asked: no response, 503 Service Unavailable",
		},
		exit: 2,
	},
	"a slow API": {
		options: []inboxtest.Option{inboxtest.Latency(30 * time.Millisecond)},
		keys:    ", timeout: 50ms",
		want:    map[string]string{"response time": "? median ..."},
	},
	"a clock that is off": {
		change: func(srv *inboxtest.Server) {
			srv.Intercept(func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
				w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
				return false
			})
		},
		want: map[string]string{"clock": "? this machine's clock is 1h0m0s behind the API's"},
	},
	"no compression": {
		options: []inboxtest.Option{inboxtest.Uncompressed()},
		want:    map[string]string{"compression": "? responses are not compressed"},
	},
}

// notAsked returns the findings about an API that cannot be asked with the built-in
// configuration.
func notAsked(access, why string) map[string]string {
	want := map[string]string{"URL and token": access}
	for _, question := range []string{
		"page size", "after the last page", "isContact", "order", "filter isOnline", "filter isLiveChatActive", "filter status",
		"filter lastMessageBy", "values of status", "values of platform", "values of lastMessage.by", "fields", "response time", "compression",
	} {
		want[question] = "? not asked: " + why
	}
	return want
}

func TestBehaviours(t *testing.T) {
	t.Parallel()
	for name, test := range behaviours {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := inboxtest.Start(t, append([]inboxtest.Option{inboxtest.Contacts(300)}, test.options...)...)
			account := accountOf(t, srv, test.keys, test.queries)
			if test.change != nil {
				test.change(srv)
			}
			findings, report := examine(t.Context(), t, account)
			for question, f := range findings {
				got := mark(f) + " " + f.Observation
				want, named := test.want[question]
				if !named && !f.OK || named && !fits(got, want) {
					t.Errorf("%s: got\n  %s\n  %s, want\n  %s", question, got, f.Consequence, want)
				}
			}
			for question := range test.want {
				if _, asked := findings[question]; !asked {
					t.Errorf("%s was not asked", question)
				}
			}
			if code := ask.ExitCode(report.Findings); code != test.exit {
				t.Errorf("exit code %d, want %d", code, test.exit)
			}
			if n := srv.Requests(); n != report.Requests || n > ask.MaxDoctorRequests {
				t.Errorf("%d requests, %d reported", n, report.Requests)
			}
		})
	}
}

// fits reports whether a text is as wanted. It may be anything from "..." on.
func fits(text, want string) bool {
	if begin, open := strings.CutSuffix(want, "..."); open {
		return strings.HasPrefix(text, begin)
	}
	return text == want
}

// filters are kinds of filters, with a value that some contacts of a population have.
var filters = map[string]string{
	"searchText":       "ana",
	"tags":             "[lead]",
	"status":           "[OPEN]",
	"isOnline":         "true",
	"_botWebsite":      "[" + inboxtest.WebsiteBot + "]",
	"_botWhatsapp":     "[" + inboxtest.WhatsappBot + "]",
	"_botTelegram":     "[" + inboxtest.TelegramBot + "]",
	"_botFacebook":     "[" + inboxtest.FacebookBot + "]",
	"_agentAssigned":   "[" + inboxtest.Agents(1)[0] + "]",
	"segments":         "[" + inboxtest.SegmentVIP + "]",
	"lastSeenAt":       "{startAt: now-1d}",
	"createdAt":        "{startAt: now-30d}",
	"userInteracted":   "true",
	"lastMessageBy":    "[user]",
	"isLiveChatActive": "true",
	"hasOrdered":       "{status: true}",
}

// Each filter is found to be applied by an honest API, and ignored by one that ignores it.
func TestFilters(t *testing.T) {
	t.Parallel()
	for field, value := range filters {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			queries := fmt.Sprintf("  - {name: some, help: Some., filter: {%s: %s}}", field, value)
			for wanted, ignored := range map[string]string{"ok": "nothing", "!!": field} {
				srv := inboxtest.Start(t, inboxtest.Contacts(300), inboxtest.Ignore(ignored))
				findings, report := examine(t.Context(), t, accountOf(t, srv, "", queries))
				f := findings["filter "+field]
				if code := ask.ExitCode(report.Findings); mark(f) != wanted || code != map[string]int{"ok": 0, "!!": 1}[wanted] {
					t.Errorf("with %s ignored: %s %s; exit code %d", ignored, mark(f), f.Observation, code)
				}
			}
		})
	}
}

// All kinds of filters in a large inbox take more requests than doctor makes, and so do
// retries.
func TestDoctorIsBounded(t *testing.T) {
	t.Parallel()
	var queries strings.Builder
	for i, field := range slices.Sorted(maps.Keys(filters)) {
		fmt.Fprintf(&queries, "  - {name: q%d, help: Some., filter: {%s: %s}}\n", i, field, filters[field])
	}
	srv := inboxtest.Start(t, inboxtest.Contacts(3000))
	findings, report := examine(t.Context(), t, accountOf(t, srv, "", queries.String()))
	const want = "not asked: 60 requests were made, and that is the limit"
	if f := findings["filter searchText"]; f.Observation != want || f.OK {
		t.Errorf("%s", f.Observation)
	}
	if f := findings["filter _agentAssigned"]; !f.OK {
		t.Errorf("%s", f.Observation)
	}
	if code := ask.ExitCode(report.Findings); code != 0 || srv.Requests() != ask.MaxDoctorRequests || report.Requests != ask.MaxDoctorRequests {
		t.Errorf("exit code %d, %d requests", code, srv.Requests())
	}
	srv = inboxtest.Start(t, inboxtest.Contacts(500))
	srv.Intercept(func(w http.ResponseWriter, _ *http.Request, _ inboxtest.Call) bool {
		busy := srv.Requests()%3 > 0
		if busy {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return busy
	})
	if _, report := examine(t.Context(), t, accountOf(t, srv, "", "")); report.Requests > ask.MaxDoctorRequests || srv.Requests() != report.Requests {
		t.Errorf("%d requests, %d arrived", report.Requests, srv.Requests())
	}
}
