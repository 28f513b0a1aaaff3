package strictyaml

import (
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want, errors string }{
		{name: "alias", text: "a: &a {x: [1]}\nb: *a", want: `{"a":{"x":[1]},"b":{"x":[1]}}`},
		{name: "alias as a key", text: "a: &a x\n*a : 1", want: `{"a":"x","x":1}`},
		{name: "keys are strings", text: "1: a\ntrue: b\n${A}: c", want: `{"1":"a","true":"b","${A}":"c"}`},
		{name: "merge", text: "a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}", want: `{"a":{"x":1,"y":2},"b":{"x":3,"y":2}}`},
		{name: "merge of a list", text: "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {<<: [*a, *b]}", want: `{"a":{"x":1},"b":{"x":2,"y":3},"c":{"x":1,"y":3}}`},
		{
			name: "merge of a scalar", text: "a: {<<: b, x: 1}", want: `{"a":{"x":1}}`,
			errors: "1:9: << merges mappings, want an alias for one",
		},
		{
			name: "merge of what is reported", text: "a: {<<: '${UNSET}', x: 1}", want: `{"a":{"x":1}}`,
			errors: "1:10: environment variable UNSET is not set, set it or write ${UNSET:-default}",
		},
		{
			name: "duplicate", text: "a: 1\nb: 2\na: 3", want: `{"a":1,"b":2}`,
			errors: `3:1: duplicate key "a", the first is at line 1`,
		},
		{name: "list as a key", text: "[a]: 1\nb: 2", want: `{"b":2}`, errors: "1:1: a key must be a string"},
		{name: "null as a key", text: "~: 1\nb: 2", want: `{"b":2}`, errors: "1:1: a key must be a string"},
		{
			name: "tag", text: "a: !secret x\nb: !secret {c: 1}", want: `{"a":null,"b":null}`,
			errors: "1:4: YAML tags are not supported, quote a string that begins with ! | 2:4: YAML tags are not supported, quote a string that begins with !",
		},
		{
			name: "cycle", text: "a: &a {b: *a}", want: `{"a":{"b":{"b":null}}}`,
			errors: "1:11: the alias *a refers to a value that contains it",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc := read(t, test.text)
			checkErrors(t, doc.Err(), test.errors)
			if got, _ := doc.Root().JSON(); string(got) != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// Aliases of aliases of lists of ten: a thousand values, then a million.
func TestAliasesAreBounded(t *testing.T) {
	t.Parallel()
	const tenOf = "[*, *, *, *, *, *, *, *, *, *]\n"
	thousand := "a: &a " + strings.ReplaceAll(tenOf, "*", "x") +
		"b: &b " + strings.ReplaceAll(tenOf, "*", "*a") +
		"c: &c " + strings.ReplaceAll(tenOf, "*", "*b")
	checkErrors(t, read(t, thousand).Err(), "")

	million := thousand +
		"d: &d " + strings.ReplaceAll(tenOf, "*", "*c") +
		"e: &e " + strings.ReplaceAll(tenOf, "*", "*d") +
		"f: &f " + strings.ReplaceAll(tenOf, "*", "*e")
	doc := read(t, million)
	if doc.Err() == nil || !strings.Contains(doc.Err().Error(), "the aliases of the file expand to more than 50000 values") {
		t.Errorf("error %v, want one about the aliases", doc.Err())
	}
}
