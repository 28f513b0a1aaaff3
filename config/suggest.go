package config

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// nearest returns the candidate that word is most likely a slip of, and
// whether there is one.
func nearest(word string, candidates []string) (string, bool) {
	best, found := "", false
	least := min((len(word)+2)/3, len(word)-1) // a third of the letters may be wrong
	for _, candidate := range candidates {
		distance := levenshtein.Distance(strings.ToLower(word), strings.ToLower(candidate), nil)
		if distance < least || distance == least && !found {
			best, found, least = candidate, true, distance
		}
	}
	return best, found
}

// hint ends the sentence about an unknown word: with what was likely meant,
// else with the words there are, when they are few.
func hint(word string, candidates []string) string {
	if meant, ok := nearest(word, candidates); ok {
		return fmt.Sprintf(", did you mean %q?", meant)
	}
	const few = 8
	if len(candidates) == 0 || len(candidates) > few {
		return ""
	}
	return ", want one of " + strings.Join(candidates, ", ")
}
