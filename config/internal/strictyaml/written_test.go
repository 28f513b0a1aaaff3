package strictyaml

import (
	"testing"

	"go.yaml.in/yaml/v4"
)

// A value as written has its variables, and is read as the same value.
func TestWritten(t *testing.T) {
	t.Parallel()
	env := func(name string) (string, bool) { return "value of " + name, name == "A" }
	const text = `
base: &base {a: "${A}", b: $$1}
all:
  <<: *base
  c: ["${X:-x}", "$${A}", 1, ~, true]
  "${A}": 
`
	const want = `c: ['${X:-x}', '$${A}', 1, ~, true]
${A}: null
a: ${A}
b: $1
`
	read := func(text string) Value {
		doc, err := Parse("test.yml", []byte(text), env)
		if err != nil {
			t.Fatal(err)
		}
		return doc.Root()
	}
	root := read(text)
	all, _ := root.Lookup("all")
	written, err := yaml.Dump(all.Written(), yaml.WithIndent(2))
	if err != nil || string(written) != want {
		t.Errorf("%v, got\n%s, want\n%s", err, written, want)
	}
	if got, want := string(Marshal(read(string(written)).Written())), string(Marshal(all.Written())); got != want {
		t.Errorf("read again\n%s, want\n%s", got, want)
	}
}
