package strictyaml

import "testing"

func TestMarshal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"a: {b: [1, x]}\nc: {$$d: e}", "a: {b: [1, x]}\nc: {$$d: e}\n"},
		{"a: '${NUMBER}'", "a: '2.5'\n"},
		{"a: ${TRUE}", "a: 'true'\n"},
		{"a: $${A}", "a: $${A}\n"},
		{"a: ${DOLLAR}", "a: $${A}\n"},
		{"a: [$5, $$$$, $]", "a: [$5, $$$, $]\n"},
		{"a: [{x: }, ~]\nb:", "a: [{x: null}, ~]\nb: null\n"},
		{"a: &a {x: 1}\nb: {<<: *a}", "a: {x: 1}\nb: {x: 1}\n"},
	} {
		root := read(t, test.text).Root()
		first := string(Marshal(root.Node()))
		if first != test.want {
			t.Errorf("%q is written as %q, want %q", test.text, first, test.want)
		}
		if again := string(Marshal(root.Node())); again != first {
			t.Errorf("%q is written as %q the second time", test.text, again)
		}
		if again := string(Marshal(read(t, first).Root().Node())); again != first {
			t.Errorf("%q is written as %q once it has been read again", first, again)
		}
	}
}

// A boolean of a variable stays one without the variable.
func TestMarshalAfterBool(t *testing.T) {
	t.Parallel()
	doc := read(t, "v: ${TRUE}")
	if flag, ok := value(t, doc).Bool(); !flag || !ok {
		t.Fatal("not true")
	}
	if got := string(Marshal(doc.Root().Node())); got != "v: true\n" {
		t.Errorf("got %q", got)
	}
}
