package strictyaml

import (
	"errors"
	"strings"
	"testing"
)

// Whatever the file, its errors have positions in their order, and a document
// without errors can be written and read again.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"", "a: ${A}\nb: [1, 0x10, .5, ~, true, 2024-01-01]\n", "a: &a {b: c}\nd: {<<: *a, e: $$}\n",
		"a: {b: ${B}}", "a: &a [*a]", "a: 1\na: 2\n", "[a]: b", "a: !b c", "a: |\n  ${UNSET} $${\n", "\"\\u2028\": 'é'",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := Parse("f", data, environment)
		if err != nil {
			checkPositions(t, err)
			return
		}
		json, ok := doc.Root().JSON()
		if err := doc.Err(); err != nil {
			checkPositions(t, err)
			return
		}
		if !ok {
			t.Fatal("a failure without an error")
		}
		written := Marshal(doc.Root().Written())
		again, err := Parse("again", written, environment)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if got, ok := again.Root().JSON(); !ok || string(got) != string(json) {
			t.Errorf("%s\nis written as\n%s\nand read as\n%s", json, written, got)
		}
	})
}

func checkPositions(t *testing.T, err error) {
	t.Helper()
	errs, ok := errors.AsType[Errors](err)
	if !ok || len(errs) == 0 {
		t.Fatalf("error %v is a %T, want Errors", err, err)
	}
	for i, e := range errs {
		if e.Line < 1 || e.Column < 1 || strings.Contains(e.Error(), "\n") {
			t.Errorf("error %q has no position, or is longer than a line", e)
		}
		if i > 0 && (e.Line < errs[i-1].Line || e.Line == errs[i-1].Line && e.Column < errs[i-1].Column) {
			t.Errorf("error %q comes after %q", e, errs[i-1])
		}
	}
}
