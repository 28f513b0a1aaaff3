package strictyaml

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// environment is what the variables of the tests are set to.
func environment(name string) (string, bool) {
	value, ok := map[string]string{
		"A": "a value", "BYTES": "\xff", "DOLLAR": "${A}", "EMPTY": "", "NUMBER": "2.5", "TIME": "1m", "TRUE": "true", "_b1": "b",
	}[name]
	return value, ok
}

// read returns the document of a text that must be YAML.
func read(t *testing.T, text string) *Document {
	t.Helper()
	doc, err := Parse("f", []byte(text), environment)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// value returns the value of the key v of a mapping.
func value(t *testing.T, doc *Document) Value {
	t.Helper()
	v, ok := doc.Root().Lookup("v")
	if !ok {
		t.Fatal("there is no key v")
	}
	return v
}

// checkErrors compares the errors of a document, without the file's name and
// joined by " | ", with what is wanted.
func checkErrors(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\nf:", " | "), "f:")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestErrorsAreSortedAndOnce(t *testing.T) {
	t.Parallel()
	doc := read(t, "b: 2\na: [1, 2]\n")
	if doc.Err() != nil || doc.Failures() != 0 {
		t.Fatalf("%d failures, error %v before anything was read", doc.Failures(), doc.Err())
	}
	a, _ := doc.Root().Lookup("a")
	b, _ := doc.Root().Lookup("b")
	items, _ := a.Items()
	items[1].Errorf("second")
	items[0].Errorf("first")
	b.Errorf("%s above", "far")
	items[1].Errorf("second")
	checkErrors(t, doc.Err(), "1:4: b: far above | 2:5: a[0]: first | 2:8: a[1]: second")
	if doc.Failures() != 4 {
		t.Errorf("%d failures, want every report", doc.Failures())
	}

	a.Warnf("odd")
	b.Warnf("odd too")
	b.Warnf("odd too")
	if got, want := doc.Warnings().Error(), "f:1:4: b: odd too\nf:2:4: a: odd"; got != want {
		t.Errorf("warnings %q, want %q", got, want)
	}
}

func TestErrorsNameTheirCause(t *testing.T) {
	t.Parallel()
	doc := read(t, "a: ${X}\nb: ${Y}\nc: ${BYTES}\n")
	var names []string
	errs, _ := errors.AsType[Errors](doc.Err())
	for _, err := range errs {
		if unset, ok := errors.AsType[*UnsetError](err); ok {
			names = append(names, unset.Name)
		}
	}
	if diff := cmp.Diff([]string{"X", "Y"}, names); diff != "" {
		t.Errorf("unset variables (-want +got):\n%s", diff)
	}
	if unset, ok := errors.AsType[*UnsetError](doc.Err()); !ok || unset.Name != "X" {
		t.Errorf("the first cause of all errors is %v, want X", unset)
	}
}

func TestErrorWithoutPosition(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	err := &Error{File: "f", Message: "cannot read it", Err: cause}
	if err.Error() != "f: cannot read it" || !errors.Is(err, cause) {
		t.Errorf("error %v", err)
	}
}

// Reading a value that was reported before adds no error, but counts as a
// failure.
func TestReadingABrokenValueFails(t *testing.T) {
	t.Parallel()
	const want = "1:4: environment variable UNSET is not set, set it or write ${UNSET:-default}"
	for name, try := range map[string]func(Value) bool{
		"Any":      func(v Value) bool { _, ok := v.Any(); return ok },
		"Bool":     func(v Value) bool { _, ok := v.Bool(); return ok },
		"Duration": func(v Value) bool { _, ok := v.Duration(); return ok },
		"Entries":  func(v Value) bool { _, ok := v.Entries(); return ok },
		"Items":    func(v Value) bool { _, ok := v.Items(); return ok },
		"JSON":     func(v Value) bool { _, ok := v.JSON(); return ok },
		"Lookup":   func(v Value) bool { _, ok := v.Lookup("x"); return ok },
		"Mapping":  func(v Value) bool { _, ok := v.Mapping("x"); return ok },
		"Number":   func(v Value) bool { _, ok := v.Number(); return ok },
		"Text":     func(v Value) bool { _, ok := v.Text(); return ok },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := read(t, "v: ${UNSET}")
			before := doc.Failures()
			if try(value(t, doc)) {
				t.Error("the value was read")
			}
			if doc.Failures() != before+1 {
				t.Errorf("%d failures after %d, want one more", doc.Failures(), before)
			}
			checkErrors(t, doc.Err(), want)
		})
	}
}

// A file may be wrong in more places than anybody reads.
func TestErrorsAreBounded(t *testing.T) {
	t.Parallel()
	doc := read(t, "v: ["+strings.Repeat("x, ", 3*maxErrors)+"]")
	items, _ := value(t, doc).Items()
	for _, item := range items {
		before := doc.Failures()
		item.Errorf("wrong")
		item.Warnf("odd")
		item.Advisef("better")
		if doc.Failures() != before+1 {
			t.Fatalf("failures went from %d to %d", before, doc.Failures())
		}
	}
	errs, _ := errors.AsType[Errors](doc.Err())
	for name, got := range map[string]Errors{"errors": errs, "warnings": doc.Warnings(), "advice": doc.Advice()} {
		if len(got) != maxErrors+1 || !strings.HasSuffix(got[maxErrors].Error(), ": there is more like this, which is not shown") {
			t.Errorf("%d %s, the last is %s", len(got), name, got[len(got)-1])
		}
	}
}
