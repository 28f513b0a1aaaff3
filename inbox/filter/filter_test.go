package filter

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

// filterNow is the time at which the bodies of these tests are built.
var filterNow = time.Date(2024, time.June, 5, 19, 5, 50, 875_999_999, time.UTC)

const allContactsBody = `{"searchText":"","tags":[],"status":[],"isOnline":false,"_botWebsite":[],"_botWhatsapp":[],` +
	`"_botTelegram":[],"_botFacebook":[],"_agentAssigned":[],"segments":[],"applicableFilters":[],` +
	`"lastSeenAt":{"startAt":"","endsAt":""},"createdAt":{"startAt":"","endsAt":""},"userInteracted":false,` +
	`"lastMessageBy":[],"isLiveChatActive":false,"hasOrdered":{"status":false,"lastAt":""},"page":1,"isExport":"none",` +
	`"isContact":false}`

// setting is a pair of arguments for With.
type setting struct {
	name  string
	value any
}

// filterOf returns a filter with the given fields.
func filterOf(t testing.TB, settings ...setting) Filter {
	t.Helper()
	var f Filter
	for _, s := range settings {
		var err error
		if f, err = f.With(s.name, s.value); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// timeOf parses a time in UTC.
func timeOf(t testing.TB, s string) Time {
	t.Helper()
	parsed, err := ParseTime(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestFilterBody(t *testing.T) {
	t.Parallel()
	// The changes are pairs of strings: replacing them turns the body for all contacts into
	// the expected one.
	for _, test := range []struct {
		name     string
		settings []setting
		changes  []string
	}{
		{"all contacts", nil, nil},
		{"text", []setting{{"searchText", `<a> & "b" é`}},
			[]string{`"searchText":""`, `"searchText":"<a> & \"b\" é"`, `Filters":[]`, `Filters":["searchText"]`}},
		{"lists, listed in the documentation's order",
			[]setting{{"lastMessageBy", []string{"user"}}, {"tags", []string{"a", "b"}}},
			[]string{`"tags":[]`, `"tags":["a","b"]`, `By":[]`, `By":["user"]`, `Filters":[]`, `Filters":["tags","lastMessageBy"]`}},
		{"ids", []setting{{"_botWebsite", []string{"64f0c0ffee00000000000001"}}},
			[]string{`Website":[]`, `Website":["64f0c0ffee00000000000001"]`, `Filters":[]`, `Filters":["_botWebsite"]`}},
		{"a condition that is false", []setting{{"isOnline", false}, {"isLiveChatActive", true}},
			[]string{`Active":false`, `Active":true`, `Filters":[]`, `Filters":["isOnline","isLiveChatActive"]`}},
		{"what is not applied", []setting{{"searchText", ""}, {"tags", []string{}}, {"segments", []string(nil)}, {"createdAt", Range{}}}, nil},
		{"what is unset again", []setting{{"tags", []string{"a"}}, {"tags", []string{}}}, nil},
		{"times", []setting{{"lastSeenAt", Range{Start: timeOf(t, "now-15m")}}, {"createdAt", Range{timeOf(t, "2024-06-05"), timeOf(t, "now")}}},
			[]string{
				`SeenAt":{"startAt":""`, `SeenAt":{"startAt":"2024-06-05T18:50:50.875Z"`,
				`createdAt":{"startAt":"","endsAt":""`, `createdAt":{"startAt":"2024-06-05T00:00:00.000Z","endsAt":"2024-06-05T19:05:50.875Z"`,
				`Filters":[]`, `Filters":["lastSeenAt","createdAt"]`,
			}},
		{"orders", []setting{{"hasOrdered", Orders{true, timeOf(t, "now/d")}}},
			[]string{`{"status":false,"lastAt":""}`, `{"status":true,"lastAt":"2024-06-05T00:00:00.000Z"}`, `Filters":[]`, `Filters":["hasOrdered"]`}},
		{"no orders", []setting{{"hasOrdered", Orders{}}}, []string{`Filters":[]`, `Filters":["hasOrdered"]`}},
		{"only contacts", []setting{{"isContact", true}}, []string{`"isContact":false`, `"isContact":true`}},
		{"not only contacts", []setting{{"isContact", false}}, nil},
		{"a list of filters of its own", []setting{{"isOnline", true}, {"applicableFilters", []string{"tags"}}},
			[]string{`Online":false`, `Online":true`, `Filters":[]`, `Filters":["tags"]`}},
		{"an empty list of filters of its own", []setting{{"isOnline", true}, {"applicableFilters", []string{}}},
			[]string{`Online":false`, `Online":true`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := allContactsBody
			for i := 0; i < len(test.changes); i += 2 {
				changed := strings.Replace(want, test.changes[i], test.changes[i+1], 1)
				if changed == want {
					t.Fatalf("%s is not in %s", test.changes[i], want)
				}
				want = changed
			}
			if got := string(filterOf(t, test.settings...).At(filterNow).Page(1)); got != want {
				t.Errorf("got\n%s, want\n%s", got, want)
			}
		})
	}
}

func TestFilterBodyPage(t *testing.T) {
	t.Parallel()
	want := strings.Replace(allContactsBody, `"page":1,`, `"page":20000,`, 1)
	if got := string(Filter{}.At(filterNow).Page(20000)); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}

func TestFilterExtraIsSentVerbatim(t *testing.T) {
	t.Parallel()
	f := filterOf(t, setting{"isOnline", true})
	for _, e := range [][2]string{{"zeta", `{"b": 1, "a": ["<x>"]}`}, {"_botAutomation", `[]`}, {"zeta2", "1.50"}, {"_botAutomation", `["a"]`}} {
		var err error
		if f, err = f.WithExtra(e[0], json.RawMessage(e[1])); err != nil {
			t.Fatal(err)
		}
	}
	got := string(f.At(filterNow).Page(1))
	if want := `"isContact":false,"_botAutomation":["a"],"zeta":{"b":1,"a":["<x>"]},"zeta2":1.50}`; !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want it to end in %s", got, want)
	}
	if !strings.Contains(got, `"applicableFilters":["isOnline"]`) {
		t.Errorf("got %s, want extra fields left out of applicableFilters", got)
	}
}

func TestFilterErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		value any
		want  string
	}{
		{"page", 2, `"page" is not a filter field of the inbox API`},
		{"isExport", "csv", `"isExport" is not a filter field of the inbox API`},
		{"isonline", true, `"isonline" is not a filter field of the inbox API`},
		{"", true, `"" is not a filter field of the inbox API`},
		{"isOnline", "true", "isOnline: the field cannot be a string"},
		{"tags", "a", "tags: the field cannot be a string"},
		{"searchText", []string{"a"}, "searchText: the field cannot be a list of strings"},
		{"tags", true, "tags: the field cannot be a boolean"},
		{"hasOrdered", Range{}, "hasOrdered: the field cannot be a range of dates"},
		{"createdAt", Orders{}, "createdAt: the field cannot be an order condition"},
		{"createdAt", 5, "createdAt: values of type int are not supported"},
		{"searchText", "\xff", "searchText: the text is not UTF-8"},
		{"segments", []string{"a", "\xff"}, "segments: the text is not UTF-8"},
	} {
		if got, err := (Filter{}).With(test.name, test.value); err == nil || err.Error() != test.want {
			t.Errorf("%s = %v: error %v, want %s", test.name, test.value, err, test.want)
		} else if got.Key() != (Filter{}).Key() {
			t.Errorf("%s = %v changed the filter despite the error %v", test.name, test.value, err)
		}
	}
}

// Extra fields cannot start an export or request another page.
func TestFilterExtraErrors(t *testing.T) {
	t.Parallel()
	for _, test := range [][3]string{
		{"isExport", `"csv"`, `"isExport" cannot be an extra field, because the API documents isExport`},
		{"ISEXPORT", `"csv"`, `"ISEXPORT" cannot be an extra field, because the API documents isExport`},
		{"Page", "2", `"Page" cannot be an extra field, because the API documents page`},
		{"istContact", "}{", `istContact: the value is not JSON`},
		{"a", "", `a: the value is not JSON`},
		{"a", "1,\"isExport\":\"csv\"", `a: the value is not JSON`},
		{"a", "\"\xff\"", `a: the value is not JSON`},
		{"", "1", `"" is not a field name`},
		{"\xff", "1", `"\xff" is not a field name`},
	} {
		if _, err := (Filter{}).WithExtra(test[0], json.RawMessage(test[1])); err == nil || err.Error() != test[2] {
			t.Errorf("extra %q = %s: error %v, want %s", test[0], test[1], err, test[2])
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	online := filterOf(t, setting{"isOnline", true})
	waiting := filterOf(t, setting{"lastMessageBy", []string{"user"}})
	both := filterOf(t, setting{"lastMessageBy", []string{"user"}}, setting{"isOnline", true})
	extra, err := Filter{}.WithExtra("x", json.RawMessage("1"))
	if err != nil {
		t.Fatal(err)
	}
	onlineExtra, err := online.WithExtra("x", json.RawMessage("1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		a, b     Filter
		want     Filter
		conflict string
	}{
		{"nothing", Filter{}, Filter{}, Filter{}, ""},
		{"with nothing", online, Filter{}, online, ""},
		{"nothing with something", Filter{}, online, online, ""},
		{"two", online, waiting, both, ""},
		{"two the other way round", waiting, online, both, ""},
		{"extra", online, extra, onlineExtra, ""},
		{"what is not applied", filterOf(t, setting{"status", []string{}}), filterOf(t, setting{"status", []string{}}), Filter{}, ""},
		{"one field twice", both, online, Filter{}, "isOnline is set twice"},
		{"one extra field twice", onlineExtra, extra, Filter{}, "extra.x is set twice"},
	} {
		got, err := Merge(test.a, test.b)
		if test.conflict != "" {
			if conflict, ok := errors.AsType[*ConflictError](err); !ok || conflict.Error() != test.conflict {
				t.Errorf("%s: error %v, want %s", test.name, err, test.conflict)
			}
			continue
		}
		if err != nil || got.Key() != test.want.Key() {
			t.Errorf("%s: got %s, %v, want %s", test.name, got.Key(), err, test.want.Key())
		}
	}
}

// The body is always a JSON object with all documented fields, and never starts an
// export.
func FuzzFilter(f *testing.F) {
	f.Add("searchText", "text", "tagsV2", `["a"]`, 1)
	f.Add("tags", "\xff", "isExport", `"csv"`, -1)
	f.Add("createdAt", "now-1d/d", "isexport", `{"a":{"isExport":"csv"}}`, 0)
	f.Add("isOnline", "true", "x\",\"isExport\":\"csv", "1", 20000)
	f.Add("hasOrdered", "2024-06-05", "ıſExport", "null", 2)
	f.Fuzz(func(t *testing.T, name, text, extra, value string, page int) {
		var filter Filter
		start, _ := ParseTime(text, nil)
		for _, v := range []any{text, []string{text}, text == "true", Range{Start: start}, Orders{Last: start}} {
			if with, err := filter.With(name, v); err == nil {
				filter = with
			}
		}
		if with, err := filter.WithExtra(extra, json.RawMessage(value)); err == nil {
			filter = with
		}
		body := filter.At(filterNow).Page(page)
		var got map[string]any
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		if got["isExport"] != "none" || got["page"] != float64(page) {
			t.Errorf("isExport %v, page %v, want none and %d", got["isExport"], got["page"], page)
		}
		for _, field := range documented {
			if _, ok := got[field.Name]; !ok {
				t.Errorf("%s lacks %s", body, field.Name)
			}
		}
		for key := range got {
			if strings.EqualFold(key, "isExport") && key != "isExport" {
				t.Errorf("%s spells isExport %s", body, key)
			}
		}
		if same, err := Merge(filter, Filter{}); err != nil || same.Key() != filter.Key() {
			t.Errorf("merged with nothing, %s becomes %s, %v", filter.Key(), same.Key(), err)
		}
	})
}
