package strictyaml

import (
	"testing"

	"go.yaml.in/yaml/v4"
)

func TestMarshal(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"a: {b: [1, x]}\nc: {$$d: e}", "a: {b: [1, x]}\nc: {$$d: e}\n"},
		{"a: ['${NUMBER}', '$$ ${UNSET:-$$5}']", "a: ['${NUMBER}', '$$ ${UNSET:-$$5}']\n"},
		{"a: ${TRUE}", "a: ${TRUE}\n"},
		{"a: $${A}", "a: $${A}\n"},
		{"a: ${DOLLAR}", "a: ${DOLLAR}\n"},
		{"a: [$5, $$$$, $]", "a: [$5, $$$, $]\n"},
		{"a: [{x: }, ~]\nb:", "a: [{x: null}, ~]\nb: null\n"},
		{"a: &a {x: '${A}'}\nb: {<<: *a}", "a: {x: '${A}'}\nb: {x: '${A}'}\n"},
	} {
		root := read(t, test.text).Root()
		first := string(Marshal(root.Written()))
		if first != test.want {
			t.Errorf("%q is written as %q, want %q", test.text, first, test.want)
		}
		if again := string(Marshal(root.Written())); again != first {
			t.Errorf("%q is written as %q the second time", test.text, again)
		}
		if again := string(Marshal(read(t, first).Root().Written())); again != first {
			t.Errorf("%q is written as %q once it has been read again", first, again)
		}
	}
}

// What is a boolean for the reader stays the variable that it was.
func TestMarshalAfterBool(t *testing.T) {
	t.Parallel()
	doc := read(t, "v: ${TRUE}")
	if flag, ok := value(t, doc).Bool(); !flag || !ok {
		t.Fatal("not true")
	}
	if got := string(Marshal(doc.Root().Written())); got != "v: ${TRUE}\n" {
		t.Errorf("got %q", got)
	}
}

func TestEscaped(t *testing.T) {
	t.Parallel()
	const text = "$ $5 $$ ${A} $${A}"
	escaped := Escaped(&yaml.Node{Kind: yaml.ScalarNode, Tag: stringTag, Value: text})
	if got, ok := read(t, string(Marshal(escaped))).Root().Text(); !ok || got != text {
		t.Errorf("%q is read as %q", text, got)
	}
}
