package command

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// wrappedTable prints a table whose cells may have several lines.
type wrappedTable struct {
	out    io.Writer
	widths []int // of the columns, in characters
}

// row prints a row, each cell wrapped to the width of its column.
func (t wrappedTable) row(cells ...string) {
	var columns [][]string
	height := 0
	for i, cell := range cells {
		columns = append(columns, wrap(cell, t.widths[i]))
		height = max(height, len(columns[i]))
	}
	for line := range height {
		var text strings.Builder
		for i, column := range columns {
			cell := ""
			if line < len(column) {
				cell = column[line]
			}
			text.WriteString(cell + strings.Repeat(" ", max(0, t.widths[i]-utf8.RuneCountInString(cell))+2))
		}
		fmt.Fprintln(t.out, strings.TrimRight(text.String(), " "))
	}
}

// wrap breaks a text into lines of at most width characters, except for words that are
// longer.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
