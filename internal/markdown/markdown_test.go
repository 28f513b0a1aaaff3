package markdown

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const text = "# A page: its `title`\n" +
	"See [the other](other.md#a) and `[this](code)`, [web](https://example.com).\n" +
	"```sh\nmake test # a comment\n```\n" +
	"## Again\n" +
	"| key | type |\n|---|---|\n| `a` | b |\n| `c` | d |\n\n| other | |\n|---|---|\n| x | y |\n" +
	"```\n# no heading\n| key |\n```\n" +
	"## Again\n"

func TestParse(t *testing.T) {
	t.Parallel()
	p := Parse("page.md", text)
	for what, diff := range map[string]string{
		"blocks":   cmp.Diff([]Block{{"sh", "make test # a comment\n", 4}, {"", "# no heading\n| key |\n", 16}}, p.Blocks),
		"spans":    cmp.Diff([]string{"title", "[this](code)", "a", "c"}, p.CodeSpans()),
		"links":    cmp.Diff([]string{"other.md#a", "https://example.com"}, p.Links()),
		"anchors":  cmp.Diff([]string{"a-page-its-title", "again", "again-1"}, slices.Sorted(maps.Keys(p.Anchors()))),
		"rows":     cmp.Diff([][]string{{"`a`", "b"}, {"`c`", "d"}}, p.Rows("key")),
		"sections": cmp.Diff([]string{"A page: its `title`", "Again"}, slices.Sorted(maps.Keys(p.Sections()))),
	} {
		if diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	pages, err := Pages("../..")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, p := range pages {
		paths = append(paths, p.Path)
	}
	for _, path := range []string{"README.md", "docs/metrics.md"} {
		if !slices.Contains(paths, path) {
			t.Errorf("%s is not one of %q", path, paths)
		}
	}
}
