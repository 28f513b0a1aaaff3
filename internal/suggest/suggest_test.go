package suggest

import "testing"

func TestText(t *testing.T) {
	t.Parallel()
	many := []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	for _, test := range []struct {
		word       string
		candidates []string
		want       string
	}{
		{"filtr", []string{"filter", "field"}, `, did you mean "filter"?`},
		{"FILTER", []string{"field", "filter"}, `, did you mean "filter"?`},
		{"ca_fil", []string{"ca", "ca_file", "cert_file"}, `, did you mean "ca_file"?`},
		{"DEPENDENCY", []string{"OPEN", "DEPENDANCY"}, `, did you mean "DEPENDANCY"?`},
		{"x", []string{"filter", "field"}, ", want one of filter, field"},
		{"a", []string{"b"}, ", want one of b"},
		{"A", []string{"a"}, `, did you mean "a"?`},
		{"", []string{"filter"}, ", want one of filter"},
		{"zzzzzz", many, ""},
		{"zzzzzz", nil, ""},
	} {
		if got := Text(test.word, test.candidates); got != test.want {
			t.Errorf("Text(%q, %v) = %q, want %q", test.word, test.candidates, got, test.want)
		}
	}
}
