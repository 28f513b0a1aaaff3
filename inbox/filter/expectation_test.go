package filter

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExpectations(t *testing.T) {
	t.Parallel()
	tenMinutes := Range{Start: timeOf(t, "now-10m")}
	for name, test := range map[string]struct {
		settings []setting
		want     []string // field and path
	}{
		"nothing":                 {nil, nil},
		"flags":                   {[]setting{{"isOnline", true}, {"isLiveChatActive", true}, {"userInteracted", true}, {"isContact", true}}, []string{"isOnline isOnline", "userInteracted userInteracted", "isLiveChatActive isLiveChatActive", "isContact isContact"}},
		"false is not applied":    {[]setting{{"isOnline", false}, {"isContact", false}}, nil},
		"lists":                   {[]setting{{"status", []string{"OPEN"}}, {"lastMessageBy", []string{"user"}}, {"_agentAssigned", []string{"64f0c0ffee00000000000009"}}}, []string{"status status", "_agentAssigned _agentAssigned", "lastMessageBy lastMessage.by"}},
		"ranges":                  {[]setting{{"createdAt", tenMinutes}, {"lastSeenAt", tenMinutes}}, []string{"lastSeenAt lastSeenAt", "createdAt createdAt"}},
		"what records do not say": {[]setting{{"tags", []string{"vip"}}, {"searchText", "x"}, {"_botWebsite", []string{"64f0c0ffee00000000000001"}}}, nil},
		"what was not asked for":  {[]setting{{"isOnline", true}, {"status", []string{"OPEN"}}, {"isContact", true}, {"applicableFilters", []string{"status"}}}, []string{"status status", "isContact isContact"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, e := range filterOf(t, test.settings...).Expectations(filterNow) {
				got = append(got, e.Field+" "+e.Path)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	at := func(s string) string { return timeOf(t, s).wire(filterNow) }
	for _, test := range []struct {
		setting        setting
		text           string
		known, matches bool
	}{
		{setting{"isOnline", true}, "true", true, true},
		{setting{"isOnline", true}, "false", true, false},
		{setting{"status", []string{"OPEN", "CLOSED"}}, "CLOSED", true, true},
		{setting{"status", []string{"OPEN", "CLOSED"}}, "closed", true, true},
		{setting{"status", []string{"OPEN", "CLOSED"}}, "REVIEW", true, false},
		{setting{"createdAt", Range{Start: timeOf(t, "now-1h")}}, at("now-30m"), true, true},
		{setting{"createdAt", Range{Start: timeOf(t, "now-1h")}}, at("now-1h-59s"), true, true},
		{setting{"createdAt", Range{Start: timeOf(t, "now-1h")}}, at("now-1h-61s"), true, false},
		{setting{"createdAt", Range{End: timeOf(t, "now-1h")}}, at("now-2h"), true, true},
		{setting{"createdAt", Range{End: timeOf(t, "now-1h")}}, at("now-58m"), true, false},
		{setting{"createdAt", Range{Start: timeOf(t, "now-2h"), End: timeOf(t, "now-1h")}}, at("now-90m"), true, true},
		{setting{"createdAt", Range{Start: timeOf(t, "now-2h"), End: timeOf(t, "now-1h")}}, "yesterday", false, false},
	} {
		known, matches := filterOf(t, test.setting).Expectations(filterNow)[0].Judge(test.text)
		if known != test.known || matches != test.matches {
			t.Errorf("%v and %q: known %t, matches %t", test.setting, test.text, known, matches)
		}
	}
}
