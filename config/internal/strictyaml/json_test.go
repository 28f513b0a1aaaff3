package strictyaml

import (
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want, errors string }{
		{"{z: 1, a: {}, m: []}", `{"z":1,"a":{},"m":[]}`, ""},
		{"[~, true, False, no, 'true', '1', '${TRUE}']", `[null,true,false,"no","true","1","true"]`, ""},
		{"[1, -0, 1.50, 1e3, 123456789012345678901234567890]", `[1,-0,1.50,1e3,123456789012345678901234567890]`, ""},
		{"[0x10, 0o17, 1_000, .5, +1, 1.]", `[16,15,1000,0.5,1,1]`, ""},
		{"2024-01-01", `"2024-01-01"`, ""},
		{`["<&>", "é😀", "\"\\/", "\b\t\n\f\r\x01\x7f\u2028"]`, "[\"<&>\",\"é😀\",\"\\\"\\\\/\",\"\\b\\t\\n\\f\\r\\u0001\x7f\\u2028\"]", ""},
		{"[.inf, 1, {a: .nan}]", "", `1:5: v[0]: ".inf" is not a JSON number, quote it to send a string | ` +
			`1:18: v[2].a: ".nan" is not a JSON number, quote it to send a string`},
		{"[1, '${UNSET}']", "", "1:9: environment variable UNSET is not set, set it or write ${UNSET:-default}"},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			doc := read(t, "v: "+test.text)
			got, ok := value(t, doc).JSON()
			checkErrors(t, doc.Err(), test.errors)
			if ok != (test.errors == "") || ok && string(got) != test.want {
				t.Errorf("got %s, %t, want %s", got, ok, test.want)
			}
		})
	}
}

// An alias can nest deeper than YAML may be written.
func TestJSONIsNotNestedTooDeeply(t *testing.T) {
	t.Parallel()
	for what, brackets := range map[string]string{"lists": "[]", "mappings": "{}"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			begin, end := "[", "]"
			if brackets == "{}" {
				begin, end = "{a: ", "}"
			}
			begin, end = strings.Repeat(begin, 6000), strings.Repeat(end, 6000)
			doc := read(t, "a: &a "+begin+end+"\nv: "+begin+"*a "+end)
			if _, ok := value(t, doc).JSON(); ok {
				t.Error("got JSON")
			}
			checkErrors(t, doc.Err(), "2:4: v: is nested too deeply for JSON")
		})
	}
}
