package strictyaml

import "testing"

func TestExpand(t *testing.T) {
	t.Parallel()
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
		got, problems := expand(test.text, environment)
		if got != test.want || len(problems) > 0 {
			t.Errorf("expand(%q) = %q, %v, want %q", test.text, got, problems, test.want)
		}
	}
}
