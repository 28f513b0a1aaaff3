package main

import (
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kingpin/v2"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/markdown"
)

// repository is what links from outside to a file of the project begin with.
const repository = "https://github.com/botpenguin-exporter/botpenguin_exporter/blob/main/"

// documentation returns all pages by path.
func documentation(t *testing.T) map[string]markdown.Page {
	t.Helper()
	pages, err := markdown.Pages(".")
	if err != nil {
		t.Fatal(err)
	}
	byPath := make(map[string]markdown.Page)
	for _, p := range pages {
		byPath[p.Path] = p
	}
	return byPath
}

func TestREADMEIsShort(t *testing.T) {
	t.Parallel()
	const most = 250
	if lines := strings.Count(documentation(t)["README.md"].Text, "\n"); lines > most {
		t.Errorf("README.md has %d lines, want at most %d", lines, most)
	}
}

// Every relative link leads to a file or a directory, and every anchor to a heading.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	pages := documentation(t)
	checked := 0
	for _, p := range pages {
		for _, link := range p.Links() {
			target, ours := strings.CutPrefix(link, repository)
			switch {
			case !ours && regexp.MustCompile(`^[a-z]+:`).MatchString(link):
				continue
			case !ours:
				target = path.Join(path.Dir(p.Path), link)
			}
			checked++
			file, anchor, _ := strings.Cut(target, "#")
			if strings.HasPrefix(link, "#") {
				file = p.Path
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %s: %v", p.Path, link, err)
			}
			if anchor != "" && !pages[file].Anchors()[anchor] {
				t.Errorf("%s: %s: there is no such heading", p.Path, link)
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d links", checked)
	}
}

// Every page is linked from the README, and leads back.
func TestPagesAreReachable(t *testing.T) {
	t.Parallel()
	pages := documentation(t)
	fromREADME := pages["README.md"].Links()
	for p := range pages {
		if p == "README.md" {
			continue
		}
		if !slices.Contains(fromREADME, p) {
			t.Errorf("README.md has no link to %s", p)
		}
		back := func(link string) bool { return path.Join(path.Dir(p), link) == "README.md" }
		if p != "CHANGELOG.md" && !slices.ContainsFunc(pages[p].Links(), back) {
			t.Errorf("%s has no link to README.md", p)
		}
	}
}

// The pages under docs lead to each other, in the same order.
func TestNavigation(t *testing.T) {
	t.Parallel()
	pages := documentation(t)
	own := regexp.MustCompile(`\*\*([a-z ]+)\*\*`)
	var want string
	for _, p := range slices.Sorted(maps.Keys(pages)) {
		name, found := strings.CutPrefix(p, "docs/")
		if !found {
			continue
		}
		lines := strings.SplitN(pages[p].Text, "\n", 5)
		got := own.ReplaceAllString(strings.Join(lines[2:4], " "), "[$1]("+name+")")
		if want == "" {
			want = got
		}
		if got != want || !strings.Contains(want, "]("+name+")") {
			t.Errorf("%s has the navigation\n%s, want\n%s", p, got, want)
		}
	}
}

// The README says what each directory holds, and why each module is there.
func TestREADMENamesDirectoriesAndModules(t *testing.T) {
	t.Parallel()
	readme := documentation(t)["README.md"]
	named := func(title string) string {
		var first []string
		for _, row := range readme.Rows(title) {
			first = append(first, row[0])
		}
		return strings.Join(first, " ")
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") && !strings.Contains(named("directory"), "`"+entry.Name()+"/`") {
			t.Errorf("the directory %s/ is not described", entry.Name())
		}
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	required := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(mod), -1)
	if len(required) == 0 {
		t.Fatal("go.mod requires nothing")
	}
	for _, module := range required {
		if name := strings.TrimPrefix(module[1], "github.com/"); !strings.Contains(named("module"), "`"+name+"`") {
			t.Errorf("the module %s is not described", name)
		}
	}
}

// docs/configuration.md has every flag, with its default and its variable, and no other.
func TestFlagsAreDocumented(t *testing.T) {
	t.Parallel()
	app := kingpin.New("botpenguin_exporter", "")
	(&program{}).declare(app)
	flags := make(map[string]*kingpin.FlagModel)
	for _, flag := range app.Model().Flags {
		if flag.Envar != "" { // else it is kingpin's own
			flags[flag.Name] = flag
		}
	}
	for _, c := range app.Model().Commands {
		for _, flag := range c.Flags {
			flags[flag.Name] = flag
		}
	}
	documented := make(map[string][]string)
	for _, row := range documentation(t)["docs/configuration.md"].Rows("flag") {
		documented[strings.NewReplacer("`", "", "--", "", "[no-]", "").Replace(row[0])] = row
	}
	for _, flag := range flags {
		row := documented[flag.Name]
		delete(documented, flag.Name)
		if row == nil {
			t.Errorf("--%s is not documented", flag.Name)
			continue
		}
		if variable := strings.Trim(row[2], "`"); variable != flag.Envar {
			t.Errorf("--%s: variable %s, want %s", flag.Name, row[2], flag.Envar)
		}
		if got, want := row[1], documentedDefault(flag); got != want {
			t.Errorf("--%s: default %s, want %s", flag.Name, got, want)
		}
	}
	for name := range documented {
		t.Errorf("there is no flag --%s", name)
	}
}

// documentedDefault returns how the page shows a flag's default.
func documentedDefault(flag *kingpin.FlagModel) string {
	value := strings.Join(flag.Default, " ")
	switch {
	case flag.Name == "config.file":
		return "built-in"
	case flag.Name == "account" || flag.Name == "query":
		return "all"
	case flag.IsBoolFlag():
		return map[string]string{"": "off", "false": "off", "true": "on"}[value]
	case value == "":
		return "none"
	default:
		return "`" + value + "`"
	}
}
