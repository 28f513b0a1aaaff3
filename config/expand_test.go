package config

import (
	"errors"
	"testing"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	env := func(name string) (string, bool) {
		value, ok := map[string]string{"A": "a value", "EMPTY": "", "DOLLAR": "${A}", "_b1": "b"}[name]
		return value, ok
	}
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"plain", "plain"},
		{"${A}", "a value"},
		{"<${A}${A}>", "<a valuea value>"},
		{"${_b1}", "b"},
		{"${EMPTY}", ""},
		{"${EMPTY:-default}", "default"},
		{"${UNSET:-default}", "default"},
		{"${UNSET:-}", ""},
		{"${UNSET:-a:-b}", "a:-b"},
		{"${UNSET:-https://x}", "https://x"},
		{"${UNSET:-$$5}", "$5"},
		{"${A:-default}", "a value"},
		{"${DOLLAR}", "${A}"}, // values are not expanded again
		{"$$", "$"},
		{"$${A}", "${A}"},
		{"$$${A}", "$a value"},
		{"$A $ 5$", "$A $ 5$"},
		{"}{", "}{"},
	} {
		got, problems := expand(test.text, env)
		if got != test.want || len(problems) > 0 {
			t.Errorf("expand(%q) = %q, %v, want %q", test.text, got, problems, test.want)
		}
	}
}

func TestUnsetVariablesCanBeTold(t *testing.T) {
	t.Parallel()
	_, err := Parse("acme.yml", []byte(accountWith("\n    timeout: ${A}\n    rate_limit: ${B}")), ".", nil)
	var names []string
	if errs, ok := errors.AsType[Errors](err); ok {
		for _, e := range errs {
			if unset, ok := errors.AsType[*UnsetError](e); ok {
				names = append(names, unset.Name)
			}
		}
	}
	if len(names) != 2 || names[0] != "A" || names[1] != "B" {
		t.Errorf("unset are %q by %v, want A and B", names, err)
	}
}

// A variable is found on its own line of a text of several, and its column
// counts characters.
func TestVariablesAreFoundWhereTheyStand(t *testing.T) {
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
		_, err := Parse("f", []byte(text), ".", nil)
		errs, _ := errors.AsType[Errors](err)
		found := false
		for _, e := range errs {
			if at := e.Error(); len(at) > len(want) && at[:len(want)+1] == want+":" {
				found = true
			}
		}
		if !found {
			t.Errorf("%q: no error at %s:\n%v", text, want, err)
		}
	}
}
