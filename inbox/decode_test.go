package inbox

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// comparePages compares pages without the memory that they take.
var comparePages = cmpopts.IgnoreUnexported(Page{})

var compareEnvelopes = cmp.Options{cmp.AllowUnexported(envelope{}), comparePages}

// pageOf returns the page of contacts with these ids, without a selection.
func pageOf(ids ...string) Page {
	page := Page{Records: len(ids)}
	if len(ids) > 0 {
		page.First = identityOf(ids[0])
	}
	return page
}

// identityOf returns the identity of a contact with this _id.
func identityOf(id string) Identity {
	quoted, _ := json.Marshal(id)
	a, _, err := decode(strings.NewReader(`{"success":true,"data":[{"_id":`+string(quoted)+`}]}`), nil)
	if err != nil {
		panic(err)
	}
	return a.page.First
}

// wholeRecord returns the identity of a record without _id.
func wholeRecord(t testing.TB, record string) Identity {
	t.Helper()
	a, _, err := decode(strings.NewReader(`{"success":true,"data":[`+record+`]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return a.page.First
}

func TestDecodeReadsTheEnvelope(t *testing.T) {
	t.Parallel()
	two := pageOf("a", "b")
	for name, test := range map[string]struct {
		text string
		want envelope
	}{
		"documented": {`{"success": true, "message": "", "data": [{"_id":"a"},{"_id":"b"}], "code": 200}`,
			envelope{success: true, code: 200, page: two}},
		"data before success": {`{"code":200,"data":[{"_id":"a"},{"_id":"b"}],"message":"","success":true}`,
			envelope{success: true, code: 200, page: two}},
		"only required keys": {`{"data":[],"success":true}`, envelope{success: true}},
		"an escaped key":     {`{"d\u0061ta":[{"\u005fid":"a"},7],"succ\u0065ss":true}`, envelope{success: true, page: two}},
		"unknown keys with any values": {
			`{"x":{"success":false,"data":[1,2,3],"data":[[[{"a":null}]]]},"":[],"data":[{"_id":"a"},{"_id":"b"}],"y":1e999,"success":true,"z":null}`,
			envelope{success: true, page: two}},
		"keys in other spellings": {`{"success":true,"data":[{"_id":"a"},{"_id":"b"}],"Data":[],"DATA":[1],"Success":false,"Code":500,"Message":"m"}`,
			envelope{success: true, page: two}},
		"records with duplicate keys":        {`{"success":true,"data":[{"_id":"a","_id":"b","x":1,"x":2},{"x":{},"x":{}}]}`, envelope{success: true, page: two}},
		"records that are not objects":       {`{"success":true,"data":["a",1,null,[],true]}`, envelope{success: true, page: Page{Records: 5, First: wholeRecord(t, `"a"`)}}},
		"whitespace around everything":       {" \r\n\t{ \"success\" : true , \"data\" : [ { \"_id\" : \"a\" } , { } ] } \n\n\t ", envelope{success: true, page: two}},
		"a failure without data":             {`{"success":false,"message":"no such bot","code":404}`, envelope{message: "no such bot", code: 404}},
		"a failure with data":                {`{"data":[{"_id":"a"},{"_id":"b"}],"success":false,"message":"partial"}`, envelope{message: "partial", page: two}},
		"a failure with data null":           {`{"success":false,"data":null}`, envelope{}},
		"a message that is not a string":     {`{"success":false,"message":{"en":"no"},"code":"500"}`, envelope{}},
		"a message with escapes":             {`{"success":false,"message":"\u00e9\n\ud83d\udc27"}`, envelope{message: "é\n🐧"}},
		"a message of invalid UTF-8":         {"{\"success\":false,\"message\":\"a\xffb\"}", envelope{message: "a\uFFFDb"}},
		"a code with a fraction":             {`{"success":false,"code":500.5}`, envelope{}},
		"a code as a float":                  {`{"success":false,"code":5.03e2}`, envelope{code: 503}},
		"a code out of range":                {`{"success":false,"code":1e300}`, envelope{}},
		"a negative code":                    {`{"success":false,"code":-1}`, envelope{code: -1}},
		"invalid UTF-8 in records":           {"{\"success\":true,\"data\":[{\"_id\":\"a\",\"n\xc3\":\"\xff\xfe\"},{\"x\":\"\x80\"}]}", envelope{success: true, page: two}},
		"a lone surrogate in a record":       {`{"success":true,"data":[{"_id":"a","x":"\ud800"},{}]}`, envelope{success: true, page: two}},
		"a huge number in a record":          {`{"success":true,"data":[{"_id":"a","x":` + strings.Repeat("9", 1<<20) + `},{}]}`, envelope{success: true, page: two}},
		"a huge number for the code":         {`{"success":false,"code":` + strings.Repeat("9", 1<<20) + `}`, envelope{}},
		"nesting as deep as the parser goes": {`{"success":true,"data":[` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `]}`, envelope{success: true, page: Page{Records: 1, First: wholeRecord(t, strings.Repeat("[", 9000)+strings.Repeat("]", 9000))}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			readers := map[string]io.Reader{
				"at once":      strings.NewReader(test.text),
				"with its end": iotest.DataErrReader(strings.NewReader(test.text)),
			}
			if len(test.text) < 1000 { // more are slow with the race detector
				readers["byte by byte"] = iotest.OneByteReader(strings.NewReader(test.text))
			}
			for how, body := range readers {
				got, n, err := decode(body, nil)
				if err != nil || n != int64(len(test.text)) {
					t.Fatalf("%s: read %d of %d bytes: %v", how, n, len(test.text), err)
				}
				if diff := cmp.Diff(test.want, got, compareEnvelopes); diff != "" {
					t.Errorf("%s: (-want +got)\n%s", how, diff)
				}
			}
		})
	}
}

func TestDecodeRefusesInvalidBodies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"success missing":        {`{"data":[]}`, `decode: the response has no "success"`},
		"an empty object":        {`{}`, `decode: the response has no "success"`},
		"success null":           {`{"success":null,"data":[]}`, `decode: "success" is not a boolean`},
		"success a string":       {`{"success":"true","data":[]}`, `decode: "success" is not a boolean`},
		"success a number":       {`{"success":1,"data":[]}`, `decode: "success" is not a boolean`},
		"success an object":      {`{"success":{},"data":[]}`, `decode: "success" is not a boolean`},
		"success in capitals":    {`{"Success":true,"data":[]}`, `decode: the response has no "success"`},
		"data missing":           {`{"success":true}`, `decode: the response has no "data" array`},
		"data null":              {`{"success":true,"data":null}`, `decode: the response has no "data" array`},
		"data an object":         {`{"success":true,"data":{"users":[]}}`, `decode: the response has no "data" array`},
		"data a string":          {`{"success":true,"data":"[]"}`, `decode: the response has no "data" array`},
		"DATA":                   {`{"success":true,"DATA":[]}`, `decode: the response has no "data" array`},
		"Data":                   {`{"success":true,"Data":[]}`, `decode: the response has no "data" array`},
		"data twice":             {`{"success":true,"data":[],"data":[1]}`, `decode: the response has the key "data" twice`},
		"data twice, escaped":    {`{"success":true,"data":[],"d\u0061ta":[1]}`, `decode: the response has the key "data" twice`},
		"success twice":          {`{"success":true,"success":true,"data":[]}`, `decode: the response has the key "success" twice`},
		"an unknown key twice":   {`{"x":1,"success":true,"data":[],"x":1}`, `decode: the response has the key "x" twice`},
		"two objects":            {`{"success":true,"data":[]}{"success":true,"data":[]}`, `decode: the response has data after its JSON object`},
		"an object and a number": {`{"success":true,"data":[]} 1`, `decode: the response has data after its JSON object`},
		"an array":               {`[{"success":true,"data":[]}]`, `decode: the response is not a JSON object`},
		"a string":               {`"success"`, `decode: the response is not a JSON object`},
		"null":                   {`null`, `decode: the response is not a JSON object`},
		"an empty body":          {"", `decode: decoding the response: the body is empty`},
		"whitespace only":        {" \n ", `decode: decoding the response: the body is empty`},
		"HTML":                   {"<!DOCTYPE html><html></html>", `decode: decoding the response: invalid character '<' at start of value, at byte 0`},
		"a byte order mark":      {"\xef\xbb\xbf{\"success\":true,\"data\":[]}", `decode: decoding the response: invalid character '\ufeff' at start of value, at byte 0`},
		"garbage after it":       {`{"success":true,"data":[]}x`, `decode: decoding the response: invalid character 'x' at start of value, at byte 26`},
		"a brace too many":       {`{"success":true,"data":[]}}`, `decode: decoding the response: invalid character '}' at start of value, at byte 26`},
		"a zero byte after it":   {"{\"success\":true,\"data\":[]}\x00", `decode: decoding the response: invalid character '\x00' at start of value, at byte 26`},
		"a comma too many":       {`{"success":true,"data":[1,]}`, `decode: decoding the response: invalid character ',' at start of value, at byte 25`},
		"truncated record":       {`{"success":true,"data":[{"_id":"a"`, `decode: decoding the response: unexpected EOF, at byte 34`},
		"a number for a key":     {`{1:2}`, `decode: decoding the response: object member name must be a string, at byte 1`},
		"a leading zero":         {`{"success":true,"data":[01]}`, `decode: decoding the response: invalid character '1' after array element (expecting ',' or ']'), at byte 25`},
		"a record's number for a key": {`{"success":true,"data":[{1:2}]}`,
			`decode: decoding the response: object member name must be a string, at byte 25`},
		"more than a hundred keys":                    {`{"success":true,"data":[]` + manyKeys(99) + `}`, `too_large: the response has more than 100 keys`},
		"200 000 levels of arrays":                    {`{"success":true,"data":[` + strings.Repeat("[", 200_000), `decode: decoding the response: exceeded max depth, at byte 10022`},
		"200 000 levels of objects in an unknown key": {`{"x":` + strings.Repeat(`{"a":`, 200_000), `decode: decoding the response: exceeded max depth, at byte 50000`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, selection := range map[string]*Selection{"counting": nil, "reading": {Fields: []Path{{"platform"}}}} {
				_, _, err := decode(strings.NewReader(test.text), selection)
				if got := outcome(err); got != test.want {
					t.Errorf("%s: got  %s\nwant %s", how, got, test.want)
				}
			}
		})
	}
}

func manyKeys(n int) string {
	var keys strings.Builder
	for i := range n {
		keys.WriteString(`,"k` + strings.Repeat("k", i) + `":1`)
	}
	return keys.String()
}

func TestDecodeAcceptsAHundredKeys(t *testing.T) {
	t.Parallel()
	a, _, err := decode(strings.NewReader(`{"success":true,"data":[]`+manyKeys(98)+`}`), nil)
	if err != nil || !a.success {
		t.Errorf("%+v, %v", a, err)
	}
}

// A truncated body is an error wherever it ends, and so is a broken connection.
func TestDecodeRefusesEveryTruncatedBody(t *testing.T) {
	t.Parallel()
	const text = `{"code":2e2,"message":"\u00e9","data":[{"_id":"a","platform":["X","Y"],"n":-1.5e+3,"o":{"t":true,"z":null}},{"_id":7}],"success":true}`
	selection := &Selection{Fields: []Path{{"platform"}}, Times: []Path{{"o", "t"}}}
	reset := errors.New("connection reset")
	for n := range len(text) {
		for how, s := range map[string]*Selection{"counting": nil, "reading": selection} {
			if _, read, err := decode(strings.NewReader(text[:n]), s); err == nil || ReasonOf(err) != Decode || read != int64(n) {
				t.Errorf("%s %q: read %d bytes, %s", how, text[:n], read, outcome(err))
			}
			broken := io.MultiReader(strings.NewReader(text[:n]), iotest.ErrReader(reset))
			if _, _, err := decode(broken, s); !errors.Is(err, reset) {
				t.Errorf("%s %q and a reset: %v", how, text[:n], err)
			}
		}
	}
	broken := io.MultiReader(strings.NewReader(text), iotest.ErrReader(reset))
	if _, _, err := decode(broken, selection); !errors.Is(err, reset) {
		t.Errorf("a reset after the last byte: %v", err)
	}
	if _, _, err := decode(strings.NewReader(text), selection); err != nil {
		t.Errorf("the complete body: %v", err)
	}
}
