package ask

import "fmt"

// number formats a number with its noun, which takes an s in the plural.
func number(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
