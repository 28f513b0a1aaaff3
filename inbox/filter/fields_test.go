package filter

import "testing"

func TestDocumentedFields(t *testing.T) {
	t.Parallel()
	for _, f := range Fields() {
		if found, ok := Lookup(f.Name); !ok || found != f || f.Kind == 0 {
			t.Errorf("Lookup(%s) = %v, %v, want %v", f.Name, found, ok, f)
		}
		if f.Name == "page" || f.Name == "isExport" {
			t.Errorf("%s can be set", f.Name)
		}
	}
	if got := len(Fields()); got != 18 {
		t.Errorf("%d fields, want the 18 of the documentation that are filters", got)
	}
	if f, _ := Lookup("status"); f.Kind != Names || len(Statuses()) != 6 {
		t.Errorf("status is of kind %d and has the values %q, want the six of the documentation", f.Kind, Statuses())
	}
	for _, name := range []string{"page", "isExport", "tagsV2", ""} {
		if _, ok := Lookup(name); ok {
			t.Errorf("Lookup finds %q", name)
		}
	}
}
