package filter

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPickingFields(t *testing.T) {
	t.Parallel()
	f := must(t)(filterOf(t,
		setting{"isContact", true}, setting{"isOnline", true}, setting{"tags", []string{"a"}},
		setting{"applicableFilters", []string{"tags"}},
	).WithExtra("isSubscriber", json.RawMessage("true")))
	if diff := cmp.Diff([]string{"tags", "isOnline", "isContact", "isSubscriber"}, f.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	for name, want := range map[string]Filter{
		"tags":         filterOf(t, setting{"tags", []string{"a"}}),
		"isOnline":     filterOf(t, setting{"isOnline", true}),
		"isSubscriber": must(t)(Filter{}.WithExtra("isSubscriber", json.RawMessage("true"))),
		"status":       {},
	} {
		if got := f.Only(name); got.Key() != want.Key() {
			t.Errorf("only %s: %s", name, got.Key())
		}
	}
	if diff := cmp.Diff([]any{[]string{"a"}, true, nil}, []any{f.Value("tags"), f.Value("isOnline"), f.Value("status")}); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	f.Value("tags").([]string)[0] = "changed"
	if got := f.Value("tags").([]string)[0]; got != "a" {
		t.Errorf("the filter changed to %s", got)
	}
	if !f.Lists("tags") || f.Lists("isOnline") || !f.Only("isOnline").Lists("isOnline") || f.Only("isContact").Lists("isContact") {
		t.Error("the fields that applicableFilters names are others")
	}
}
