package strictyaml

import "testing"

func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"indentation", "a:\n  - b: 1\n   c: 2\n", "3:4: not valid YAML: did not find expected '-' indicator while parsing a block collection"},
		{"tab", "a:\n\t- b", "2:1: not valid YAML: found character that cannot start any token while scanning for the next token"},
		{"alias without anchor", "a: *secret\n", "1:4: not valid YAML: unknown alias, quote a string that begins with *"},
		{"variable in braces", "a: {b: ${B}}\n", "1:9: not valid YAML: did not find expected ',' or '}' while parsing a flow mapping, quote ${NAME} inside braces or brackets"},
		{"control character", "a: é\n b: \x01", "2:5: not valid YAML: control characters are not allowed (value: 1)"},
		{"second document", "a: 1\n---\nb: 1\n", "2:1: a second YAML document begins here, want one document per file"},
		{"second document broken", "a: 1\n---\n{\n", "4:1: not valid YAML: did not find expected node content while parsing a flow node"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc, err := Parse("f", []byte(test.text), nil)
			if doc != nil {
				t.Error("got a document with the error")
			}
			checkErrors(t, err, test.want)
		})
	}
}

func TestEmptyFileIsNull(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "---\n", "~", "null"} {
		root := read(t, text).Root()
		if !root.IsNull() {
			t.Errorf("%q is not null", text)
		}
		root.Errorf("here")
		if line := root.doc.errs[0].Line; line < 1 {
			t.Errorf("%q has an error at line %d", text, line)
		}
	}
	if read(t, "a: ~").Root().IsNull() {
		t.Error("a mapping is null")
	}
}
