package strictyaml

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestScalars(t *testing.T) {
	t.Parallel()
	scalar := func(v Value) (any, bool) { return anyOf(v.Scalar()) }
	text := func(v Value) (any, bool) { return anyOf(v.Text()) }
	nonEmpty := func(v Value) (any, bool) { return anyOf(v.NonEmptyText()) }
	boolean := func(v Value) (any, bool) { return anyOf(v.Bool()) }
	number := func(v Value) (any, bool) { return anyOf(v.Number()) }
	duration := func(v Value) (any, bool) { return anyOf(v.Duration()) }
	for _, test := range []struct {
		name   string
		read   func(Value) (any, bool)
		text   string
		want   any // if errors is ""
		errors string
	}{
		{"digits", scalar, "007", "007", ""},
		{"variable", scalar, "${A}", "a value", ""},
		{"nothing", scalar, "", nil, "1:3: v: has no value, give one or remove the key"},
		{"list", scalar, "[a]", nil, "1:4: v: want a single value, got a list"},
		{"mapping", scalar, "{a: b}", nil, "1:4: v: want a single value, got a mapping"},
		{"text", text, "a b", "a b", ""},
		{"quoted number", text, "'5'", "5", ""},
		{"empty text", text, "''", "", ""},
		{"number", text, "5", nil, `1:4: v: want a string, put it in quotes`},
		{"date", text, "2024-01-01", nil, `1:4: v: want a string, put it in quotes`},
		{"number of a variable", text, "${NUMBER}", "2.5", ""},
		{"text that must not be empty", nonEmpty, "a", "a", ""},
		{"empty", nonEmpty, "''", nil, "1:4: v: cannot be empty"},
		{"empty variable", nonEmpty, "${EMPTY}", nil, "1:4: v: cannot be empty (from ${EMPTY})"},
		{"variables with defaults", number, "${EMPTY:-secret}$$${A}${A}", nil, "1:4: v: want a number (from ${EMPTY}, ${A})"},
		{"number that must not be empty", nonEmpty, "5", nil, `1:4: v: want a string, put it in quotes`},
		{"true", boolean, "True", true, ""},
		{"false", boolean, "false", false, ""},
		{"boolean of a variable", boolean, "${TRUE}", true, ""},
		{"yes", boolean, "yes", nil, "1:4: v: want true or false"},
		{"quoted boolean", boolean, "'true'", nil, "1:4: v: want true or false"},
		{"list for a boolean", boolean, "[]", nil, "1:4: v: want a single value, got a list"},
		{"whole number", number, "42", 42., ""},
		{"fraction", number, "-.5", -.5, ""},
		{"number of a variable as such", number, "${NUMBER}", 2.5, ""},
		{"quoted number as such", number, "'42'", nil, "1:4: v: want a number, without quotes"},
		{"infinite", number, ".inf", nil, "1:4: v: want a number"},
		{"word for a number", number, "many", nil, "1:4: v: want a number"},
		{"variable for a number", number, "${A}", nil, "1:4: v: want a number (from ${A})"},
		{"nothing for a number", number, "~", nil, "1:4: v: has no value, give one or remove the key"},
		{"duration", duration, "1m30s", 90 * time.Second, ""},
		{"duration of a variable", duration, "${TIME}", time.Minute, ""},
		{"duration without a unit", duration, "10", nil, "1:4: v: want a duration such as 10s or 1m30s"},
		{"list for a duration", duration, "[]", nil, "1:4: v: want a single value, got a list"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc := read(t, "v: "+test.text)
			got, ok := test.read(value(t, doc))
			checkErrors(t, doc.Err(), test.errors)
			if ok != (test.errors == "") {
				t.Errorf("ok is %t", ok)
			}
			if diff := cmp.Diff(test.want, got); ok && diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
		})
	}
}

func anyOf[T any](value T, ok bool) (any, bool) { return value, ok }

func TestAny(t *testing.T) {
	t.Parallel()
	got, ok := value(t, read(t, "v: {a: [1, x, true, ~], b: '${NUMBER}'}")).Any()
	want := map[string]any{"a": []any{1, "x", true, nil}, "b": "2.5"}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("ok is %t, value (-want +got):\n%s", ok, diff)
	}

	doc := read(t, "v: !!int secret")
	if _, ok := value(t, doc).Any(); ok {
		t.Error("a word is read as an integer")
	}
	checkErrors(t, doc.Err(), "1:4: v: does not fit its YAML tag")
}

func TestStrings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text   string
		want   []string
		errors string
	}{
		{"[a, '5']", []string{"a", "5"}, ""},
		{"[]", []string{}, ""},
		{"[a, 5, b, '']", []string{"a", "", "b", ""}, `1:8: v[1]: want a string, put it in quotes | 1:14: v[3]: cannot be empty`},
		{"a", []string{}, "1:4: v: want a list, got a single value"},
		{"", []string{}, "1:3: v: want a list, got nothing"},
	} {
		doc := read(t, "v: "+test.text)
		got, ok := value(t, doc).Strings(Value.NonEmptyText)
		if diff := cmp.Diff(test.want, got); diff != "" || ok != (test.errors == "") {
			t.Errorf("%s: ok is %t, strings (-want +got):\n%s", test.text, ok, diff)
		}
		checkErrors(t, doc.Err(), test.errors)
	}
}

func TestMapping(t *testing.T) {
	t.Parallel()
	doc := read(t, "v: {one: 1, thrree: 2, four: 4}")
	keys, ok := value(t, doc).Mapping("one", "two", "three")
	if _, has := keys.Get("one"); !ok || !has {
		t.Errorf("a mapping: %t, with the key one: %t", ok, has)
	}
	if _, has := keys.Get("two"); has {
		t.Error("there is a key two")
	}
	keys.Require("one", "three")
	checkErrors(t, doc.Err(), `1:4: v: three is missing | 1:13: v: unknown key "thrree", did you mean "three"? | `+
		`1:24: v: unknown key, want one of one, two, three`)
}

func TestMappingOfAnotherType(t *testing.T) {
	t.Parallel()
	doc := read(t, "v: [a]")
	keys, ok := value(t, doc).Mapping("a")
	if _, has := keys.Get("a"); ok || has {
		t.Errorf("a list is a mapping: %t, with a key: %t", ok, has)
	}
	keys.Require("a") // which would be a second error about the same
	checkErrors(t, doc.Err(), "1:4: v: want a mapping, got a list")
}

func TestEntries(t *testing.T) {
	t.Parallel()
	doc := read(t, "v:\n  b: 1\n  a: 2\n")
	entries, ok := value(t, doc).Entries()
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
		e.Key.Errorf("key")
		e.Value.Errorf("value")
	}
	if diff := cmp.Diff([]string{"b", "a"}, names); !ok || diff != "" {
		t.Errorf("ok is %t, names (-want +got):\n%s", ok, diff)
	}
	checkErrors(t, doc.Err(), "2:3: v: key | 2:6: v.b: value | 3:3: v: key | 3:6: v.a: value")
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ null, mapping bool }{
		"":   {null: true},
		"~":  {null: true},
		"{}": {mapping: true},
		"[]": {},
		"''": {},
		"!x": {},
	} {
		v := value(t, read(t, "v: "+text))
		if v.IsNull() != want.null || v.IsMapping() != want.mapping {
			t.Errorf("%q is null: %t, a mapping: %t", text, v.IsNull(), v.IsMapping())
		}
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	root := read(t, "list: [{name: acme, 'a b': [x], '': y, \"a\\nb\": z}]").Root()
	list, _ := root.Lookup("list")
	items, _ := list.Items()
	if got := root.Path() + "|" + list.Path() + "|" + items[0].Path(); got != "|list|list[0]" {
		t.Errorf("paths %s", got)
	}
	for _, test := range []struct {
		item Value
		want string
	}{
		{items[0], "list[0].name list[0].a b list[0].\"\" list[0].\"a\\nb\""},
		{items[0].Section(""), "list[0]: name list[0]: a b list[0]: \"\" list[0]: \"a\\nb\""},
		{items[0].Section("acme"), "list[0] (acme): name list[0] (acme): a b list[0] (acme): \"\" list[0] (acme): \"a\\nb\""},
		{items[0].Section("").Section("a\nb"), strings.ReplaceAll("list[0] (_): name list[0] (_): a b list[0] (_): \"\" list[0] (_): \"a\\nb\"", "_", `"a\nb"`)},
	} {
		var paths []string
		entries, _ := test.item.Entries()
		for _, e := range entries {
			paths = append(paths, e.Value.Path())
		}
		if diff := cmp.Diff(test.want, strings.Join(paths, " ")); diff != "" {
			t.Errorf("paths (-want +got):\n%s", diff)
		}
	}
}

func TestSourceAndQuoted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, source string
		variables    bool
		quoted       string
	}{
		{"plain", "plain", false, `"plain"`},
		{"'${A}'", "${A}", true, `"${A}"`},
		{"<${A}>", "<${A}>", true, `"<${A}>"`},
		{"$$5", "$5", false, `"$5"`}, // no variable, nothing to hide
		{"''", `""`, false, `""`},
		{`"a\nb"`, `"a\nb"`, false, `"a\nb"`},
		{strings.Repeat("é", 61), strings.Repeat("é", 61), false, `"` + strings.Repeat("é", 60) + `…"`},
	} {
		v := value(t, read(t, "v: "+test.text))
		if source, variables := v.Source(); source != test.source || variables != test.variables {
			t.Errorf("%s: source %s, variables %t", test.text, source, variables)
		}
		if quoted := v.Quoted(); quoted != test.quoted {
			t.Errorf("%s: quoted %s", test.text, quoted)
		}
	}
}
