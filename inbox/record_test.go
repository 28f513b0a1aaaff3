package inbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// contactsOf reads records with a selection.
func contactsOf(selection Selection, records ...string) ([]Contact, error) {
	page, err := readPage(selection, records...)
	return page.Contacts, err
}

func readPage(selection Selection, records ...string) (Page, error) {
	body := `{"success":true,"data":[` + strings.Join(records, ",") + `]}`
	e, _, err := decode(strings.NewReader(body), &selection)
	return e.page, err
}

// Records are the same contact if they have the same _id, or are equal and have none.
func TestIdentities(t *testing.T) {
	t.Parallel()
	// The records of a group are one contact, those of different groups are not.
	groups := [][]string{
		{`{"_id":"a"}`, `{"_id":"a","x":1}`, `{"x":2,"_id":"a"}`, `{"x":{"_id":"b"},"_id":"\u0061","y":[{"_id":"c"}]}`, `{ "_id" : "a" }`,
			`{"_id":"a","_id":"b"}`, `{"_id":"a","_id":null}`, `{"_id":null,"_id":"a"}`, `{"\u005fid":"a"}`},
		{`{"_id":"b"}`, `{"x":1,"_id":"b"}`},
		{`{"_id":"A"}`},
		{`{"_id":" a"}`},
		{`{"_id":7}`, `{"_id":7,"x":null}`},
		{`{"_id":"7"}`, `{"x":null,"_id":"7"}`},
		{"{\"_id\":\"\xff\"}", "{\"x\":1,\"_id\":\"\xff\"}"}, // invalid UTF-8
		{"{\"_id\":\"\xfe\"}"},
		{`{"_id":"\ud800"}`, `{"_id":"\ud800","x":1}`}, // lone surrogates
		{`{"_id":"\udfff"}`},
		{`{"_id":"\ufffd"}`},
		{`{"_id":70}`},
		{`{"_id":null,"x":1}`, `{"_id": null, "x": 1}`},
		{`{"_id":null,"x":2}`},
		{`{"_id":"","x":1}`},
		{`{"_id":"","x":2}`},
		{`{"_id":{"$oid":"a"}}`, `{"_id":{"$oid":"a"} }`},
		{`{"_id":{"$oid":"b"}}`},
		{`{"_id":["a"]}`},
		{`{"_id":true}`},
		{`{"_ID":"a"}`},
		{`{"x":{"_id":"a"}}`},
		{`{"x":1}`, "{\n\t\"x\":\r1}"},
		{`{"x":"1"}`},
		{`{"x":1.0}`},
		{`{"x":[1,2]}`},
		{`{"x":[12]}`},
		{`{"x":[[1],2]}`},
		{`{"x":{"y":1}}`},
		{`{"x":{},"y":1}`},
		{`{"x":1,"y":2}`},
		{`{"y":2,"x":1}`}, // equal in content, but not in order
		{`{}`},
		{`[]`},
		{`null`},
		{`"a"`},
		{`7`},
	}
	for _, selection := range []Selection{{}, {Fields: []Path{{"x", "y"}, {"z"}}, Times: []Path{{"x"}}}} {
		owner := make(map[Identity]int)
		for i, group := range groups {
			contacts, err := contactsOf(selection, group...)
			if err != nil {
				t.Fatal(err)
			}
			for j, contact := range contacts {
				if contact.ID != contacts[0].ID {
					t.Errorf("%s and %s are two contacts", group[0], group[j])
				}
				if contact.ID == (Identity{}) {
					t.Errorf("%s has the zero identity", group[j])
				}
			}
			if other, ok := owner[contacts[0].ID]; ok {
				t.Errorf("%s and %s are one contact", groups[other][0], group[0])
			}
			owner[contacts[0].ID] = i
		}
	}
}

func TestFirstIsTheSameReadOrCounted(t *testing.T) {
	t.Parallel()
	for _, record := range []string{`{"x":1,"_id":"a","y":{}}`, `{"x":[1,{"y":null}]}`, `{"_id":null}`, `7`} {
		body := `{"success":true,"data":[` + record + `,{"_id":"b"}]}`
		counted, _, err := decode(strings.NewReader(body), nil)
		if err != nil {
			t.Fatal(err)
		}
		read, _, err := decode(strings.NewReader(body), &Selection{Fields: []Path{{"x", "y"}}, Times: []Path{{"y"}}})
		if err != nil {
			t.Fatal(err)
		}
		if counted.page.First != read.page.First || read.page.First != read.page.Contacts[0].ID {
			t.Errorf("%s: counted as %x, read as %x, first of its contacts %x", record, counted.page.First, read.page.First, read.page.Contacts[0].ID)
		}
	}
}

func TestFieldsOfAContact(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		record, path string
		want         []string
	}{
		"a string":                     {`{"status":"OPEN"}`, "status", []string{"OPEN"}},
		"after the _id":                {`{"_id":"a","status":"OPEN"}`, "status", []string{"OPEN"}},
		"before the _id":               {`{"status":"OPEN","_id":"a"}`, "status", []string{"OPEN"}},
		"the _id":                      {`{"_id":"a"}`, "_id", []string{"a"}},
		"within the _id":               {`{"_id":{"$oid":"a"}}`, "_id.$oid", []string{"a"}},
		"a number":                     {`{"n":-1.50e3}`, "n", []string{"-1.50e3"}},
		"booleans":                     {`{"b":[true,false]}`, "b", []string{"false", "true"}},
		"null":                         {`{"n":null}`, "n", nil},
		"an empty string":              {`{"n":""}`, "n", nil},
		"an empty array":               {`{"n":[]}`, "n", nil},
		"absent":                       {`{"other":"x"}`, "n", nil},
		"in another spelling":          {`{"Status":"OPEN","STATUS":"OPEN"}`, "status", nil},
		"of a record that is none":     {`"status"`, "status", nil},
		"an array":                     {`{"platform":["WEBSITE","FACEBOOK"]}`, "platform", []string{"FACEBOOK", "WEBSITE"}},
		"an array with a value twice":  {`{"platform":["b","a","b",null,"","a"]}`, "platform", []string{"a", "b"}},
		"an array of arrays":           {`{"platform":[["b"],[["a"]]]}`, "platform", []string{"a", "b"}},
		"within an object":             {`{"lastMessage":{"by":"user","at":"x"}}`, "lastMessage.by", []string{"user"}},
		"within objects":               {`{"a":{"b":{"c":"x"},"c":"y"},"b":{"c":"z"},"c":"w"}`, "a.b.c", []string{"x"}},
		"within an array of objects":   {`{"tags":[{"name":"b"},{"name":"a"},{"id":"c"},"name",null,{"name":["d","b"]}]}`, "tags.name", []string{"a", "b", "d"}},
		"not where a value ends":       {`{"a":"x"}`, "a.b", nil},
		"in a key that is there twice": {`{"a":{"b":"x"},"a":{"b":"y"}}`, "a.b", []string{"x", "y"}},
		"by an escaped key":            {`{"st\u0061tus":"OPEN"}`, "status", []string{"OPEN"}},
		"with escapes":                 {`{"status":"\u0041\n\"\ud83d\udc27"}`, "status", []string{"A\n\"🐧"}},
		"of invalid UTF-8":             {"{\"status\":\"a\xff\"}", "status", []string{"a\uFFFD"}},
		"as long as can be":            {`{"status":"` + strings.Repeat("x", 1024) + `"}`, "status", []string{strings.Repeat("x", 1024)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contacts, err := contactsOf(Selection{Fields: []Path{ParsePath(test.path)}}, test.record)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{test.want}, contacts[0].Values); diff != "" {
				t.Errorf("%s of %s: (-want +got)\n%s", test.path, test.record, diff)
			}
		})
	}
}

func TestFieldsThatCannotBeALabel(t *testing.T) {
	t.Parallel()
	values := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(`,"` + strings.Repeat("v", i+1) + `"`)
		}
		return `{"a":{"b":["v"` + b.String() + `]}}` // and one of them twice
	}
	for name, test := range map[string]struct{ record, want string }{
		"an object":               {`{"a":{"b":{}}}`, "decode: field a.b of a contact is an object, not a value"},
		"an object in an array":   {`{"a":{"b":["x",{"y":1}]}}`, "decode: field a.b of a contact is an object, not a value"},
		"an object after the _id": {`{"_id":"a","a":{"b":{"c":1}}}`, "decode: field a.b of a contact is an object, not a value"},
		"a value too long":        {`{"a":{"b":"` + strings.Repeat("x", 1025) + `"}}`, "too_large: field a.b of a contact is longer than 1024 bytes"},
		"values enough":           {values(98), "success"}, // and one of the other contact
		"too many values":         {values(100), "too_large: the contacts have more than 100 different values of a.b: group by a field with fewer, or count by dimensions (by)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page, err := readPage(Selection{Fields: []Path{{"x"}, {"a", "b"}}}, `{"x":"1","a":{"b":"fine"}}`, test.record)
			if err != nil || len(page.Contacts) != 2 || page.Unreadable[0] != nil {
				t.Fatalf("the contacts are not counted, or not read by another field: %+v, %v", page, err)
			}
			if got := outcome(page.Unreadable[1]); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestTimesOfAContact(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, time.June, 5, 19, 5, 50, 875e6, time.UTC)
	for name, test := range map[string]struct {
		value string
		want  time.Time
	}{
		"as the API writes it": {`"2024-06-05T19:05:50.875Z"`, at},
		"in another zone":      {`"2024-06-06T00:35:50.875+05:30"`, at},
		"with an escape":       {`"2024-06-05T19:05:50.875\u005a"`, at},
		"the earliest":         {`["2024-06-06T00:00:00Z","2024-06-05T19:05:50.875Z","2025-01-01T00:00:00Z"]`, at},
		"the readable":         {`["","yesterday",null,7,{"at":"2020-01-01T00:00:00Z"},"2024-06-05T19:05:50.875Z","2024-06-05"]`, at},
		"unreadable":           {`"yesterday"`, time.Time{}},
		"a number":             {`1717614350875`, time.Time{}},
		"a date alone":         {`"2024-06-05"`, time.Time{}},
		"null":                 {`null`, time.Time{}},
		"empty":                {`""`, time.Time{}},
		"an object":            {`{"$date":"2024-06-05T19:05:50.875Z"}`, time.Time{}},
		"before 2000":          {`"1999-12-31T23:59:59Z"`, time.Time{}},
		"the year 1":           {`"0001-01-01T00:00:00Z"`, time.Time{}},
		"one before 2000":      {`["1970-01-01T00:00:00Z","2024-06-05T19:05:50.875Z"]`, at},
		"far too long":         {`"` + strings.Repeat("2", 10_000) + `"`, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contacts, err := contactsOf(Selection{Times: []Path{{"m", "at"}}}, `{"m":{"at":`+test.value+`}}`)
			if err != nil {
				t.Fatal(err)
			}
			if got := contacts[0].Times; len(got) != 1 || !got[0].Equal(test.want) {
				t.Errorf("the time of %s is %v, want %v", test.value, got, test.want)
			}
		})
	}
}

// Several fields of several contacts, none of which gets into another.
func TestContactsAreReadWhole(t *testing.T) {
	t.Parallel()
	selection := Selection{
		Fields: []Path{ParsePath("platform"), ParsePath("lastMessage.by"), ParsePath("lastMessage.at"), ParsePath("platform")},
		Times:  []Path{ParsePath("lastMessage.at"), ParsePath("createdAt")},
	}
	const at, created = "2024-06-05T19:05:50.875Z", "2024-06-01T00:00:00Z"
	got, err := contactsOf(selection,
		`{"_id":"a","platform":["WHATSAPP","FACEBOOK"],"lastMessage":{"by":"user","at":"`+at+`"},"createdAt":"`+created+`"}`,
		`{"_id":"b"}`,
		`{"createdAt":"`+at+`","lastMessage":{"at":"","by":"bot"},"platform":"WEBSITE","_id":"c"}`)
	if err != nil {
		t.Fatal(err)
	}
	when := func(s string) time.Time {
		moment, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	want := []Contact{
		{identityOf("a"), [][]string{{"FACEBOOK", "WHATSAPP"}, {"user"}, {at}, {"FACEBOOK", "WHATSAPP"}}, []time.Time{when(at), when(created)}},
		{identityOf("b"), [][]string{nil, nil, nil, nil}, []time.Time{{}, {}}},
		{identityOf("c"), [][]string{{"WEBSITE"}, {"bot"}, nil, {"WEBSITE"}}, []time.Time{{}, when(at)}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPathString(t *testing.T) {
	t.Parallel()
	for _, dotted := range []string{"platform", "lastMessage.at", "profile.userDetails.contact.phone.prefix"} {
		if got := ParsePath(dotted).String(); got != dotted {
			t.Errorf("%s prints as %s", dotted, got)
		}
	}
}
