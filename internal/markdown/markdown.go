// Package markdown reads the project's documentation, for the tests that hold it to what
// the program does.
package markdown

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Page is a file of Markdown.
type Page struct {
	Path   string // relative to the root of the repository, with slashes
	Text   string
	Prose  string // the text without its blocks of code
	Blocks []Block
}

// Block is a fenced block of code.
type Block struct {
	Language string
	Text     string
	Line     int // of its first line in the page
}

// Pages returns all pages below the root of the repository.
func Pages(root string) ([]Page, error) {
	var pages []Page
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		pages = append(pages, Parse(filepath.ToSlash(relative), string(text)))
		return nil
	})
	return pages, err
}

// Parse returns the page that a text is.
func Parse(path, text string) Page {
	p := Page{Path: path, Text: text}
	var prose, block strings.Builder
	open := false
	number := 0
	for line := range strings.Lines(text) {
		number++
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && !open:
			open = true
			block.Reset()
			p.Blocks = append(p.Blocks, Block{Language: fence, Line: number + 1})
		case isFence:
			open = false
			p.Blocks[len(p.Blocks)-1].Text = block.String()
		case open:
			block.WriteString(line)
		default:
			prose.WriteString(line)
		}
	}
	p.Prose = prose.String()
	return p
}

var (
	codeSpan = regexp.MustCompile("`([^`\n]+)`")
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	nameless = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

// CodeSpans returns the code within the prose.
func (p Page) CodeSpans() []string {
	var spans []string
	for _, match := range codeSpan.FindAllStringSubmatch(p.Prose, -1) {
		spans = append(spans, match[1])
	}
	return spans
}

// Links returns where the links of the prose lead.
func (p Page) Links() []string {
	var links []string
	for _, match := range link.FindAllStringSubmatch(codeSpan.ReplaceAllString(p.Prose, ""), -1) {
		links = append(links, match[1])
	}
	return links
}

// Anchors returns the anchors of the headings, as GitHub makes them.
func (p Page) Anchors() map[string]bool {
	anchors := make(map[string]bool)
	for _, match := range heading.FindAllStringSubmatch(p.Prose, -1) {
		name := strings.ReplaceAll(nameless.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-")
		anchor := name
		for n := 1; anchors[anchor]; n++ {
			anchor = fmt.Sprintf("%s-%d", name, n)
		}
		anchors[anchor] = true
	}
	return anchors
}

// Rows returns the rows of the tables whose first column has this title.
func (p Page) Rows(title string) [][]string {
	var rows [][]string
	wanted := false
	for line := range strings.Lines(p.Prose) {
		line = strings.TrimSpace(line)
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case !strings.HasPrefix(line, "|"):
			wanted = false
		case cells[0] == title:
			wanted = true
		case wanted && !strings.HasPrefix(line, "|---"):
			rows = append(rows, cells)
		}
	}
	return rows
}

// Sections returns the parts of the page that begin at a heading, by its text.
func (p Page) Sections() map[string]Page {
	sections := make(map[string]Page)
	at := heading.FindAllStringSubmatchIndex(p.Prose, -1)
	for i, match := range at {
		end := len(p.Prose)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		sections[p.Prose[match[2]:match[3]]] = Page{Path: p.Path, Prose: p.Prose[match[0]:end]}
	}
	return sections
}
