package strictyaml

import (
	"errors"
	"testing"
)

// A variable is reported on its own line of a text of several, and its column
// counts characters.
func TestVariablesAreReportedAtTheirPosition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"größe: ${A}":                  "f:1:8",
		"größe: \"é ${A}\"":            "f:1:11",
		"a: ${AB:-x} ${A}":             "f:1:13",
		"a: |\n  one\n  two ${A}":      "f:3:7",
		"a: >-\n  one\n\n  ${A:?}${A}": "f:4:3",
		"a: \"one\\\n  ${A}\"":         "f:2:3",
		"a: \"\\x24{A}\"\nb: 1":        "f:1:4",
		"# ${A}\na: [x, '${A}']":       "f:2:9",
	} {
		doc, err := Parse("f", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		errs, _ := errors.AsType[Errors](doc.Err())
		found := false
		for _, e := range errs {
			if at := e.Error(); len(at) > len(want) && at[:len(want)+1] == want+":" {
				found = true
			}
		}
		if !found {
			t.Errorf("%q: no error at %s:\n%v", text, want, errs)
		}
	}
}
