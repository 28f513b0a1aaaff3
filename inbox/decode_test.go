package inbox

import (
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

var wholeAnswer = cmp.AllowUnexported(answer{})

// pageOf is the page of these contacts' ids, as it is without a selection.
func pageOf(ids ...string) Page {
	page := Page{Records: len(ids)}
	if len(ids) > 0 {
		page.First = identityOf(ids[0])
	}
	return page
}

// identityOf is the identity of a contact with this _id.
func identityOf(id string) Identity {
	quoted, _ := json.Marshal(id)
	a, _, err := decodeAnswer(strings.NewReader(`{"success":true,"data":[{"_id":`+string(quoted)+`}]}`), nil)
	if err != nil {
		panic(err)
	}
	return a.page.First
}

func TestDecodeReadsTheEnvelope(t *testing.T) {
	t.Parallel()
	two := pageOf("a", "b")
	for name, test := range map[string]struct {
		text string
		want answer
	}{
		"documented": {`{"success": true, "message": "", "data": [{"_id":"a"},{"_id":"b"}], "code": 200}`,
			answer{success: true, code: 200, page: two}},
		"data before success": {`{"code":200,"data":[{"_id":"a"},{"_id":"b"}],"message":"","success":true}`,
			answer{success: true, code: 200, page: two}},
		"nothing but what is needed": {`{"data":[],"success":true}`, answer{success: true}},
		"an escaped key":             {`{"d\u0061ta":[{"\u005fid":"a"},7],"succ\u0065ss":true}`, answer{success: true, page: two}},
		"unknown keys with anything in them": {
			`{"x":{"success":false,"data":[1,2,3],"data":[[[{"a":null}]]]},"":[],"data":[{"_id":"a"},{"_id":"b"}],"y":1e999,"success":true,"z":null}`,
			answer{success: true, page: two}},
		"keys in another spelling": {`{"success":true,"data":[{"_id":"a"},{"_id":"b"}],"Data":[],"DATA":[1],"Success":false,"Code":500,"Message":"m"}`,
			answer{success: true, page: two}},
		"records with a key twice":           {`{"success":true,"data":[{"_id":"a","_id":"b","x":1,"x":2},{"x":{},"x":{}}]}`, answer{success: true, page: two}},
		"records that are no objects":        {`{"success":true,"data":["a",1,null,[],true]}`, answer{success: true, page: Page{Records: 5, First: wholeRecord(t, `"a"`)}}},
		"whitespace around everything":       {" \r\n\t{ \"success\" : true , \"data\" : [ { \"_id\" : \"a\" } , { } ] } \n\n\t ", answer{success: true, page: two}},
		"a failure without data":             {`{"success":false,"message":"no such bot","code":404}`, answer{message: "no such bot", code: 404}},
		"a failure with data":                {`{"data":[{"_id":"a"},{"_id":"b"}],"success":false,"message":"partial"}`, answer{message: "partial", page: two}},
		"a failure with data null":           {`{"success":false,"data":null}`, answer{}},
		"a message that is none":             {`{"success":false,"message":{"en":"no"},"code":"500"}`, answer{}},
		"a message with escapes":             {`{"success":false,"message":"\u00e9\n\ud83d\udc27"}`, answer{message: "é\n🐧"}},
		"a message of invalid UTF-8":         {"{\"success\":false,\"message\":\"a\xffb\"}", answer{message: "a\uFFFDb"}},
		"a code with a fraction":             {`{"success":false,"code":500.5}`, answer{}},
		"a code as a float":                  {`{"success":false,"code":5.03e2}`, answer{code: 503}},
		"a code beyond all codes":            {`{"success":false,"code":1e300}`, answer{}},
		"a negative code":                    {`{"success":false,"code":-1}`, answer{code: -1}},
		"invalid UTF-8 in records":           {"{\"success\":true,\"data\":[{\"_id\":\"a\",\"n\xc3\":\"\xff\xfe\"},{\"x\":\"\x80\"}]}", answer{success: true, page: two}},
		"a lone surrogate in a record":       {`{"success":true,"data":[{"_id":"a","x":"\ud800"},{}]}`, answer{success: true, page: two}},
		"a huge number in a record":          {`{"success":true,"data":[{"_id":"a","x":` + strings.Repeat("9", 1<<20) + `},{}]}`, answer{success: true, page: two}},
		"a huge number for the code":         {`{"success":false,"code":` + strings.Repeat("9", 1<<20) + `}`, answer{}},
		"nesting as deep as the parser goes": {`{"success":true,"data":[` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `]}`, answer{success: true, page: Page{Records: 1, First: wholeRecord(t, strings.Repeat("[", 9000)+strings.Repeat("]", 9000))}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			readers := map[string]io.Reader{
				"at once":      strings.NewReader(test.text),
				"with its end": iotest.DataErrReader(strings.NewReader(test.text)),
			}
			if len(test.text) < 1000 { // more takes the race detector long
				readers["byte by byte"] = iotest.OneByteReader(strings.NewReader(test.text))
			}
			for how, body := range readers {
				got, n, err := decodeAnswer(body, nil)
				if err != nil || n != int64(len(test.text)) {
					t.Fatalf("%s: read %d of %d bytes: %v", how, n, len(test.text), err)
				}
				if diff := cmp.Diff(test.want, got, wholeAnswer); diff != "" {
					t.Errorf("%s: (-want +got)\n%s", how, diff)
				}
			}
		})
	}
}

// wholeRecord is the identity of a record without _id.
func wholeRecord(t testing.TB, record string) Identity {
	t.Helper()
	a, _, err := decodeAnswer(strings.NewReader(`{"success":true,"data":[`+record+`]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return a.page.First
}

func TestDecodeRefusesWhatIsNotOneAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"success missing":        {`{"data":[]}`, `decode: the answer lacks "success"`},
		"nothing in it":          {`{}`, `decode: the answer lacks "success"`},
		"success null":           {`{"success":null,"data":[]}`, `decode: "success" is no boolean`},
		"success a string":       {`{"success":"true","data":[]}`, `decode: "success" is no boolean`},
		"success a number":       {`{"success":1,"data":[]}`, `decode: "success" is no boolean`},
		"success an object":      {`{"success":{},"data":[]}`, `decode: "success" is no boolean`},
		"success in capitals":    {`{"Success":true,"data":[]}`, `decode: the answer lacks "success"`},
		"data missing":           {`{"success":true}`, `decode: the answer lacks an array "data"`},
		"data null":              {`{"success":true,"data":null}`, `decode: the answer lacks an array "data"`},
		"data an object":         {`{"success":true,"data":{"users":[]}}`, `decode: the answer lacks an array "data"`},
		"data a string":          {`{"success":true,"data":"[]"}`, `decode: the answer lacks an array "data"`},
		"DATA":                   {`{"success":true,"DATA":[]}`, `decode: the answer lacks an array "data"`},
		"Data":                   {`{"success":true,"Data":[]}`, `decode: the answer lacks an array "data"`},
		"data twice":             {`{"success":true,"data":[],"data":[1]}`, `decode: the answer has the key "data" twice`},
		"data twice, once spelt": {`{"success":true,"data":[],"d\u0061ta":[1]}`, `decode: the answer has the key "data" twice`},
		"success twice":          {`{"success":true,"success":true,"data":[]}`, `decode: the answer has the key "success" twice`},
		"an unknown key twice":   {`{"x":1,"success":true,"data":[],"x":1}`, `decode: the answer has the key "x" twice`},
		"two objects":            {`{"success":true,"data":[]}{"success":true,"data":[]}`, `decode: the answer goes on after its JSON object`},
		"an object and a number": {`{"success":true,"data":[]} 1`, `decode: the answer goes on after its JSON object`},
		"an array":               {`[{"success":true,"data":[]}]`, `decode: the answer is no JSON object`},
		"a string":               {`"success"`, `decode: the answer is no JSON object`},
		"null":                   {`null`, `decode: the answer is no JSON object`},
		"an empty body":          {"", `decode: decoding the response: the body is empty`},
		"whitespace only":        {" \n ", `decode: decoding the response: the body is empty`},
		"HTML":                   {"<!DOCTYPE html><html></html>", `decode: decoding the response: invalid character '<' at start of value, at byte 0`},
		"a byte order mark":      {"\xef\xbb\xbf{\"success\":true,\"data\":[]}", `decode: decoding the response: invalid character '\ufeff' at start of value, at byte 0`},
		"garbage after it":       {`{"success":true,"data":[]}x`, `decode: decoding the response: invalid character 'x' at start of value, at byte 26`},
		"a brace too many":       {`{"success":true,"data":[]}}`, `decode: decoding the response: invalid character '}' at start of value, at byte 26`},
		"a zero byte after it":   {"{\"success\":true,\"data\":[]}\x00", `decode: decoding the response: invalid character '\x00' at start of value, at byte 26`},
		"a comma too many":       {`{"success":true,"data":[1,]}`, `decode: decoding the response: invalid character ',' at start of value, at byte 25`},
		"the end in a record":    {`{"success":true,"data":[{"_id":"a"`, `decode: decoding the response: unexpected EOF, at byte 34`},
		"a number for a key":     {`{1:2}`, `decode: decoding the response: object member name must be a string, at byte 1`},
		"a number with a zero":   {`{"success":true,"data":[01]}`, `decode: decoding the response: invalid character '1' after array element (expecting ',' or ']'), at byte 25`},
		"a record's number for a key": {`{"success":true,"data":[{1:2}]}`,
			`decode: decoding the response: object member name must be a string, at byte 25`},
		"more than a hundred keys":                    {`{"success":true,"data":[]` + manyKeys(99) + `}`, `too_large: the answer has more than 100 keys`},
		"200 000 levels of arrays":                    {`{"success":true,"data":[` + strings.Repeat("[", 200_000), `decode: decoding the response: exceeded max depth, at byte 10022`},
		"200 000 levels of objects in an unknown key": {`{"x":` + strings.Repeat(`{"a":`, 200_000), `decode: decoding the response: exceeded max depth, at byte 50000`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, selection := range map[string]*Selection{"counting": nil, "reading": {Fields: []Path{{"platform"}}}} {
				_, _, err := decodeAnswer(strings.NewReader(test.text), selection)
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

func TestDecodeTakesAHundredKeys(t *testing.T) {
	t.Parallel()
	a, _, err := decodeAnswer(strings.NewReader(`{"success":true,"data":[]`+manyKeys(98)+`}`), nil)
	if err != nil || !a.success {
		t.Errorf("%+v, %v", a, err)
	}
}

// An answer that ends early is an error wherever it ends, and so is one whose
// connection breaks.
func TestDecodeRefusesEveryBeginningOfAnAnswer(t *testing.T) {
	t.Parallel()
	const text = `{"code":2e2,"message":"\u00e9","data":[{"_id":"a","platform":["X","Y"],"n":-1.5e+3,"o":{"t":true,"z":null}},{"_id":7}],"success":true}`
	selection := &Selection{Fields: []Path{{"platform"}}, Times: []Path{{"o", "t"}}}
	reset := errors.New("connection reset")
	for n := range len(text) {
		for how, s := range map[string]*Selection{"counting": nil, "reading": selection} {
			if _, read, err := decodeAnswer(strings.NewReader(text[:n]), s); err == nil || ReasonOf(err) != Decode || read != int64(n) {
				t.Errorf("%s %q: read %d bytes, %s", how, text[:n], read, outcome(err))
			}
			broken := io.MultiReader(strings.NewReader(text[:n]), iotest.ErrReader(reset))
			if _, _, err := decodeAnswer(broken, s); !errors.Is(err, reset) {
				t.Errorf("%s %q and a reset: %v", how, text[:n], err)
			}
		}
	}
	broken := io.MultiReader(strings.NewReader(text), iotest.ErrReader(reset))
	if _, _, err := decodeAnswer(broken, selection); !errors.Is(err, reset) {
		t.Errorf("a reset after the last byte: %v", err)
	}
	if _, _, err := decodeAnswer(strings.NewReader(text), selection); err != nil {
		t.Errorf("the whole of it: %v", err)
	}
}

const (
	mebibyte   = 1 << 20
	longRecord = `{"_id":"66e07fd940c43d176eaf0b71","platform":["WHATSAPP"],"isOnline":true}`
)

// longAnswer is an answer of exactly so many bytes: one record again and again.
func longAnswer(record string, bytes int) (body io.Reader, records int) {
	const begin, end = `{"success":true,"data":[`, `],"message":"`
	next := record + ","
	most := max(1, mebibyte/len(next))
	chunk := strings.Repeat(next, most)
	readers := []io.Reader{strings.NewReader(begin)}
	left := bytes - len(begin+record+end+`"}`)
	for left >= len(next) {
		n := min(left/len(next), most)
		readers = append(readers, strings.NewReader(chunk[:n*len(next)]))
		left -= n * len(next)
		records += n
	}
	readers = append(readers, strings.NewReader(record+end+strings.Repeat("x", left)+`"}`))
	return io.MultiReader(readers...), records + 1
}

func TestDecodeEndsAnAnswerThatIsTooLong(t *testing.T) {
	t.Parallel()
	record := `{"x":"` + strings.Repeat("x", 60_000) + `"}` // few tokens, for they take the race detector long
	body, records := longAnswer(record, 64*mebibyte)
	a, n, err := decodeAnswer(body, nil)
	if err != nil || n != 64*mebibyte || a.page.Records != records {
		t.Errorf("64 MiB: %d of %d records, read %d bytes: %v", a.page.Records, records, n, err)
	}
	body, _ = longAnswer(record, 64*mebibyte+1)
	_, n, err = decodeAnswer(body, nil)
	if got, want := outcome(err), "too_large: the answer is longer than 64 MiB"; got != want {
		t.Errorf("64 MiB and a byte: %s, want %s", got, want)
	}
	if n > 65*mebibyte {
		t.Errorf("read %d bytes of an endless answer", n)
	}
}

func TestDecodeEndsAStringThatIsTooLong(t *testing.T) {
	t.Parallel()
	const tooLong = "too_large: the answer has a string longer than 8 MiB"
	for name, around := range map[string][2]string{
		"the message":               {`{"success":true,"data":[],"message":"`, `"}`},
		"an unknown key":            {`{"success":true,"data":[],"`, `":1}`},
		"an unknown value":          {`{"success":true,"data":[],"x":["`, `"]}`},
		"an _id":                    {`{"success":true,"data":[{"_id":"`, `"}]}`},
		"a field of the first":      {`{"success":true,"data":[{"x":"`, `"}]}`},
		"a field of the second":     {`{"success":true,"data":[{},{"x":"`, `"}]}`},
		"a key of a record":         {`{"success":true,"data":[{},{"`, `":1}]}`},
		"a number, in place of it":  {`{"success":true,"data":[],"x":1`, `}`},
		"whitespace between things": {`{"success":true,"data":[],"x":`, `1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filling := "0"
			if strings.HasPrefix(name, "whitespace") {
				filling = " "
			}
			for length, want := range map[int]string{8*mebibyte - 1: "success", 8*mebibyte + 3: tooLong} {
				text := around[0] + strings.Repeat(filling, length) + around[1]
				if _, _, err := decodeAnswer(strings.NewReader(text), nil); outcome(err) != want {
					t.Errorf("%d bytes: %s, want %s", length, outcome(err), want)
				}
			}
		})
	}
}

func TestDecodeRefusesAPageOfTooManyContactsToTellApart(t *testing.T) {
	t.Parallel()
	page := func(records int) io.Reader {
		return strings.NewReader(`{"success":true,"data":[` + strings.Repeat("1,", records-1) + `1]}`)
	}
	const most = 100_000
	if a, _, err := decodeAnswer(page(most), &Selection{}); err != nil || a.page.Records != most || len(a.page.Contacts) != most {
		t.Errorf("%d contacts: %d records, %d kept: %v", most, a.page.Records, len(a.page.Contacts), err)
	}
	_, _, err := decodeAnswer(page(most+1), &Selection{})
	if got, want := outcome(err), "too_large: the page has more than 100000 contacts to tell apart"; got != want {
		t.Errorf("one more: %s, want %s", got, want)
	}
	if a, _, err := decodeAnswer(page(most+1), nil); err != nil || a.page.Records != most+1 {
		t.Errorf("one more, only counted: %d records: %v", a.page.Records, err)
	}
}

// Not parallel: it measures what the whole process allocates.
func TestDecodeKeepsNoRecord(t *testing.T) {
	record := strings.Replace(longRecord, "}", `,"x":"`+strings.Repeat("x", 1000)+`"}`, 1)
	body, records := longAnswer(record, 60*mebibyte)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, _, err := decodeAnswer(body, nil)
	runtime.ReadMemStats(&after)
	if err != nil || a.page.Records != records {
		t.Fatalf("%d of %d records: %v", a.page.Records, records, err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > mebibyte/2 {
		t.Errorf("decoding 60 MiB allocated %d bytes", got)
	}
}

// Not parallel, for the same reason.
func TestDecodeAllocatesThatMuchAPageNotARecord(t *testing.T) {
	allocations := func(records int) float64 {
		text := `{"success":true,"message":"","data":[` + strings.Repeat(longRecord+",", records-1) + longRecord + `],"code":200}`
		body := strings.NewReader(text)
		return testing.AllocsPerRun(10, func() {
			body.Reset(text)
			if a, _, err := decodeAnswer(body, nil); err != nil || a.page.Records != records {
				t.Fatalf("%d of %d records: %v", a.page.Records, records, err)
			}
		})
	}
	few, many := allocations(2), allocations(2000)
	// Some, for the race detector has sync.Pool forget decoders at random.
	if few > 40 || many > few+30 {
		t.Errorf("%v allocations for a page of 2 records, %v for one of 2000", few, many)
	}
}

// FuzzDecode compares with encoding/json, which accepts the same JSON but for
// the envelope.
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
		counted, n, err := decodeAnswer(strings.NewReader(string(text)), nil)
		if err != nil {
			if own := (*Error)(nil); !errors.As(err, &own) || own.Reason != Decode && own.Reason != TooLarge {
				t.Fatalf("%s", outcome(err))
			}
		} else {
			agrees(t, text, counted)
			if n != int64(len(text)) {
				t.Errorf("read %d of %d bytes", n, len(text))
			}
		}
		read, _, readErr := decodeAnswer(iotest.HalfReader(strings.NewReader(string(text))), selection)
		switch {
		case readErr != nil && err == nil:
			t.Errorf("counted, but not read: %v", readErr)
		case readErr == nil && err != nil:
			t.Errorf("read, but not counted: %v", err)
		case readErr == nil:
			if len(read.page.Contacts) != read.page.Records {
				t.Errorf("%d contacts of %d records", len(read.page.Contacts), read.page.Records)
			}
			read.page.Contacts, read.page.Unfit = nil, nil
			if diff := cmp.Diff(counted, read, wholeAnswer); diff != "" {
				t.Errorf("counted and read differ: (-counted +read)\n%s", diff)
			}
		}
	})
}

// agrees finds in text, by encoding/json, what decodeAnswer has found.
func agrees(t *testing.T, text []byte, a answer) {
	t.Helper()
	var envelope map[string]json.RawMessage
	if err := json.Unmarshal(text, &envelope); err != nil {
		t.Fatalf("encoding/json refuses it: %v", err)
	}
	var want answer
	if err := json.Unmarshal(envelope["success"], &want.success); err != nil {
		t.Fatalf("success: %v", err)
	}
	_ = json.Unmarshal(envelope["message"], &want.message) // "" for what is no string
	var records []json.RawMessage
	if err := json.Unmarshal(envelope["data"], &records); err != nil && want.success {
		t.Fatalf("data: %v", err)
	}
	want.page.Records = len(records)
	want.code, want.page.First = a.code, a.page.First
	if diff := cmp.Diff(want, a, wholeAnswer); diff != "" {
		t.Errorf("encoding/json sees something else: (-encoding/json +got)\n%s", diff)
	}
}
