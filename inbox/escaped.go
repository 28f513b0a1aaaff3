package inbox

import (
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// escapedForms returns the common forms in which a text may hold a secret: as it is, or
// escaped for a URL or a quoted string.
func escapedForms(secret string) []string {
	query, path, quoted := url.QueryEscape(secret), url.PathEscape(secret), strconv.Quote(secret)
	return []string{secret, query, lowerEscapes(query), path, lowerEscapes(path), quoted[1 : len(quoted)-1]}
}

var percentEscape = regexp.MustCompile("%[0-9A-F]{2}")

func lowerEscapes(escaped string) string {
	return percentEscape.ReplaceAllStringFunc(escaped, strings.ToLower)
}

// containsEscaped reports whether a text holds a secret in any other form: escaped for
// JSON, a URL or HTML, by whatever rules and however often.
func containsEscaped(text, secret string) bool {
	secret = unescape(secret)
	return len(secret) >= minSecret && strings.Contains(unescape(text), secret)
}

var anyEscape = regexp.MustCompile(`%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}`)

// maxUnescape is how often a text is unescaped.
const maxUnescape = 8

// unescape unescapes a text until nothing is left to unescape.
func unescape(text string) string {
	for range maxUnescape {
		before := text
		text = anyEscape.ReplaceAllStringFunc(html.UnescapeString(text), func(escaped string) string {
			code, _ := strconv.ParseUint(escaped[len(escaped)-2:], 16, 8) // two hexadecimal digits
			return string([]byte{byte(code)})
		})
		if text = strings.ReplaceAll(text, `\`, ""); text == before {
			break
		}
	}
	return text
}
