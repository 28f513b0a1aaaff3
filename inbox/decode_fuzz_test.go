package inbox

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// FuzzDecode compares the decoder with encoding/json, which accepts the same JSON except
// for the rules of the envelope.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"success":true,"message":"","data":[{"_id":"a","platform":["X"],"at":"2024-06-05T19:05:50.875Z"},{}],"code":200}`,
		`{"data":[1,"a",null,[[]],{"_id":null}],"success":true}`, `{"success":false,"message":"\u00e9\ud83d\udc27\ud800","code":4.29e2}`,
		`{"success":true,"data":[],"data":[]}`, `{"success":true,"DATA":[]}`, `[]`, ``, `{"success":true,"data":[]} {}`, "{\"success\":true,\"data\":[\"\xff\"]}",
		`{"success":true,"data":[{"platform":{"a":1}}]}`, `{"success":true,"data":[{"_id":{"$oid":"a"},"platform":[["X",["Y"]]]}]}`,
	} {
		f.Add([]byte(seed))
	}
	selection := &Selection{Fields: []Path{{"platform"}, {"a", "b"}}, Times: []Path{{"at"}}}
	f.Fuzz(func(t *testing.T, text []byte) {
		counted, n, err := decode(strings.NewReader(string(text)), nil)
		if err != nil {
			if own := (*Error)(nil); !errors.As(err, &own) || own.Reason != Decode && own.Reason != TooLarge {
				t.Fatalf("%s", outcome(err))
			}
		} else {
			compareWithEncodingJSON(t, text, counted)
			if n != int64(len(text)) {
				t.Errorf("read %d of %d bytes", n, len(text))
			}
		}
		read, _, readErr := decode(iotest.HalfReader(strings.NewReader(string(text))), selection)
		switch {
		case readErr != nil && err == nil:
			t.Errorf("counted, but not read: %v", readErr)
		case readErr == nil && err != nil:
			t.Errorf("read, but not counted: %v", err)
		case readErr == nil:
			if len(read.page.Contacts) != read.page.Records {
				t.Errorf("%d contacts of %d records", len(read.page.Contacts), read.page.Records)
			}
			read.page.Contacts, read.page.Unreadable = nil, nil
			if diff := cmp.Diff(counted, read, compareEnvelopes); diff != "" {
				t.Errorf("counted and read differ: (-counted +read)\n%s", diff)
			}
		}
	})
}

// compareWithEncodingJSON checks that encoding/json decodes the same from text.
func compareWithEncodingJSON(t *testing.T, text []byte, a envelope) {
	t.Helper()
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatalf("encoding/json refuses it: %v", err)
	}
	var want envelope
	if err := json.Unmarshal(keys["success"], &want.success); err != nil {
		t.Fatalf("success: %v", err)
	}
	_ = json.Unmarshal(keys["message"], &want.message) // "" if it is not a string
	var records []json.RawMessage
	if err := json.Unmarshal(keys["data"], &records); err != nil && want.success {
		t.Fatalf("data: %v", err)
	}
	want.page.Records = len(records)
	want.code, want.page.First = a.code, a.page.First
	if diff := cmp.Diff(want, a, compareEnvelopes); diff != "" {
		t.Errorf("(-encoding/json +got)\n%s", diff)
	}
}
