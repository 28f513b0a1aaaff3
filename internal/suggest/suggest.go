// Package suggest finds what a misspelled word was meant to be.
package suggest

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// maxCandidates is how many candidates are compared with a misspelled word: the words of
// a file can be as many, too.
const maxCandidates = 1000

// Nearest returns the candidate that a misspelled word most likely means, and
// whether there is one.
func Nearest(word string, candidates []string) (string, bool) {
	best, found := "", false
	candidates = candidates[:min(len(candidates), maxCandidates)]
	least := min((len(word)+2)/3, len(word)-1) // a third of the letters may be wrong
	for _, candidate := range candidates {
		distance := levenshtein.Distance(strings.ToLower(word), strings.ToLower(candidate), nil)
		if distance < least || distance == least && !found {
			best, found, least = candidate, true, distance
		}
	}
	return best, found
}

// Text returns the end of a message about an unknown word: the candidate
// that is most likely meant, or all candidates if there are only a few, or
// nothing.
func Text(word string, candidates []string) string {
	if meant, ok := Nearest(word, candidates); ok {
		return fmt.Sprintf(", did you mean %q?", meant)
	}
	const few = 8
	if len(candidates) == 0 || len(candidates) > few {
		return ""
	}
	return ", want one of " + strings.Join(candidates, ", ")
}
