package inbox

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// is returns a check that a field has a value; "?" says nothing.
func is(path, want string) Check {
	return Check{Path: ParsePath(path), Judge: func(text string) Verdict {
		switch text {
		case "?":
			return Unknown
		case want:
			return Matches
		default:
			return Contradicts
		}
	}}
}

func TestChecksOfRecords(t *testing.T) {
	t.Parallel()
	records := []string{
		`{"_id":"1","isOnline":true,"lastMessage":{"by":"user"}}`,
		`{"_id":"2","isOnline":false,"lastMessage":{"by":"bot"}}`,
		`{"_id":"3","isOnline":null,"lastMessage":{"by":""}}`,
		`{"_id":"4","lastMessage":{"by":["bot","user"]}}`,
		`{"_id":"5","isOnline":"?","lastMessage":"user"}`,
		`{"isOnline":{"a":true}}`,
	}
	checks := []Check{is("isOnline", "true"), is("lastMessage.by", "user"), is("absent", "x")}
	want := []Checked{{Known: 2, Contradicting: 1}, {Known: 3, Contradicting: 1}, {}}
	for name, selection := range map[string]Selection{
		"contacts are kept":  {Fields: []Path{{"_id"}}, Checks: checks},
		"only records count": {Checks: checks, Discard: true},
	} {
		page, err := readPage(selection, records...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, page.Checked); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		kept := len(records)
		if selection.Discard {
			kept = 0
		}
		if page.Records != len(records) || len(page.Contacts) != kept || page.First != identityOf("1") {
			t.Errorf("%s: %d records, %d contacts kept", name, page.Records, len(page.Contacts))
		}
	}
	page, err := readPage(Selection{Discard: true}, records...)
	if err != nil || page.Checked != nil {
		t.Errorf("without checks: %v, %v", page.Checked, err)
	}
}
