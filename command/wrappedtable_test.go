package command

import (
	"strings"
	"testing"
)

func TestWrappedTable(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	table := wrappedTable{out: &out, widths: []int{2, 9, 12}}
	table.row("", "QUESTION", "ANSWER")
	table.row("ok", "größe der Seiten", "a_word_that_is_too_long and more")
	table.row("?", "", "short")
	const want = `    QUESTION   ANSWER
ok  größe der  a_word_that_is_too_long
    Seiten     and more
?              short
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}
