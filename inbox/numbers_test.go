package inbox

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumbersOfAContact(t *testing.T) {
	t.Parallel()
	none := math.NaN()
	for name, test := range map[string]struct {
		value string
		want  float64
	}{
		"a number":              {`3`, 3},
		"zero":                  {`0`, 0},
		"with a fraction":       {`-1.5e2`, -150},
		"a list":                {`[1,[2],null,"3",{"n":4},0.5]`, 3.5},
		"an empty list":         {`[]`, none},
		"a number in quotes":    {`"3"`, none},
		"a string":              {`"many"`, none},
		"null":                  {`null`, none},
		"a boolean":             {`true`, none},
		"an object":             {`{"n":1}`, none},
		"too large to be exact": {`1e400`, none},
	} {
		contacts, err := contactsOf(Selection{Numbers: []Path{{"x"}, {"m", "n"}}}, `{"m":{"n":`+test.value+`}}`, `{}`)
		if err != nil {
			t.Fatal(err)
		}
		got := contacts[0].Numbers
		same := len(got) == 2 && math.IsNaN(got[0]) && (got[1] == test.want || math.IsNaN(got[1]) && math.IsNaN(test.want))
		if !same || !math.IsNaN(contacts[1].Numbers[1]) {
			t.Errorf("%s: the number of %s is %v, want %v", name, test.value, got, test.want)
		}
	}
}

// A text is the first that the field has. What cannot be one is none, and never an error.
func TestTextsOfAContact(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ value, want string }{
		"a string":         {`"user"`, "user"},
		"with an escape":   {`"us\u0065r"`, "user"},
		"a number":         {`7`, "7"},
		"the first":        {`[null,"","user","bot"]`, "user"},
		"null":             {`null`, ""},
		"empty":            {`""`, ""},
		"an object":        {`{"by":"user"}`, ""},
		"a text too long":  {`"` + strings.Repeat("x", 1025) + `"`, ""},
		"as long as it is": {`"` + strings.Repeat("x", 1024) + `"`, strings.Repeat("x", 1024)},
	} {
		contacts, err := contactsOf(Selection{Texts: []Path{{"m", "by"}}}, `{"m":{"by":`+test.value+`}}`, `{"m":{}}`)
		if err != nil {
			t.Fatal(err)
		}
		if got := contacts[0].Texts; len(got) != 1 || got[0] != test.want || contacts[1].Texts[0] != "" {
			t.Errorf("%s: the text of %s is %q, want %q", name, test.value, got, test.want)
		}
	}
}

// Any number of different texts can be read, within the memory of the read.
func TestTextsTakeMemory(t *testing.T) {
	t.Parallel()
	selection := func(most int64) Selection {
		return Selection{Texts: []Path{{"tag"}}, Memory: NewMemory(NewBudget(most), nil)}
	}
	if _, err := contactsOf(selection(1<<20), manyRecords(500, 1)...); err != nil {
		t.Error(outcome(err))
	}
	const full = "too_large: the contacts and those of other reads under way take more than 0 MiB of memory: narrow the filter, or count by dimensions (by)"
	if _, err := contactsOf(selection(500*(contactMemory+scalarsMemory+fieldMemory)), manyRecords(500, 1)...); outcome(err) != full {
		t.Error(outcome(err))
	}
	same := make([]string, 500)
	for i := range same {
		same[i] = `{"tag":"user"}`
	}
	if _, err := contactsOf(selection(500*(contactMemory+scalarsMemory+fieldMemory)+100), same...); err != nil {
		t.Errorf("equal texts: %s", outcome(err))
	}
}

// Numbers and texts of contacts do not get into others.
func TestNumbersAndTextsAreReadWhole(t *testing.T) {
	t.Parallel()
	selection := Selection{Fields: []Path{{"by"}}, Times: []Path{{"at"}}, Numbers: []Path{{"n"}}, Texts: []Path{{"by"}, {"n"}}}
	contacts, err := contactsOf(selection, `{"n":1,"by":"user"}`, `{"by":"bot"}`, `{"n":2}`)
	if err != nil {
		t.Fatal(err)
	}
	var got [][]string
	for _, c := range contacts {
		got = append(got, c.Texts)
	}
	if diff := cmp.Diff([][]string{{"user", "1"}, {"bot", ""}, {"", "2"}}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if contacts[0].Numbers[0] != 1 || !math.IsNaN(contacts[1].Numbers[0]) || contacts[2].Numbers[0] != 2 {
		t.Errorf("numbers %v %v %v", contacts[0].Numbers, contacts[1].Numbers, contacts[2].Numbers)
	}
}
